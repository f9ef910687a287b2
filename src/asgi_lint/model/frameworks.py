"""What is known of classes that live outside the project: their one true name and their bases.

A name is canonical when it is that of the module that defines the class, so that
`fastapi.responses.FileResponse` and `starlette.responses.FileResponse` are one class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import third_party

if TYPE_CHECKING:
    from asgi_lint.model.third_party import Releases

FASTAPI = "fastapi.FastAPI"
STARLETTE = "starlette.applications.Starlette"
API_ROUTER = "fastapi.APIRouter"
ROUTER = "starlette.routing.Router"
ROUTE = "starlette.routing.Route"
WEBSOCKET_ROUTE = "starlette.routing.WebSocketRoute"
MOUNT = "starlette.routing.Mount"
HOST = "starlette.routing.Host"
MIDDLEWARE = "starlette.middleware.Middleware"
BASE_HTTP_MIDDLEWARE = "starlette.middleware.base.BaseHTTPMiddleware"
BACKGROUND_TASK = "starlette.background.BackgroundTask"
BACKGROUND_TASKS = "starlette.background.BackgroundTasks"
RESPONSE = "starlette.responses.Response"
STREAMING_RESPONSE = "starlette.responses.StreamingResponse"
FILE_RESPONSE = "starlette.responses.FileResponse"
SSE_STARLETTE_RESPONSE = "sse_starlette.EventSourceResponse"
FASTAPI_SSE_RESPONSE = "fastapi.sse.EventSourceResponse"
HTTP_ENDPOINT = "starlette.endpoints.HTTPEndpoint"
WEBSOCKET_ENDPOINT = "starlette.endpoints.WebSocketEndpoint"
REQUEST = "starlette.requests.Request"
DEPENDS = "fastapi.Depends"
SECURITY = "fastapi.Security"

FRAMEWORKS = frozenset({"fastapi", "starlette"})
"""Top-level packages that are never looked up in the project, whatever folders it has."""

HTTP_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})

_MOVED = {
    "fastapi.applications.FastAPI": FASTAPI,
    "fastapi.routing.APIRouter": API_ROUTER,
    "fastapi.Response": RESPONSE,
    "fastapi.Request": REQUEST,
    "fastapi.WebSocket": "starlette.websockets.WebSocket",
    "fastapi.BackgroundTasks": BACKGROUND_TASKS,
    "fastapi.background.BackgroundTasks": BACKGROUND_TASKS,
    "fastapi.background.BackgroundTask": BACKGROUND_TASK,
    "fastapi.middleware.Middleware": MIDDLEWARE,
    "fastapi.param_functions.Depends": DEPENDS,
    "fastapi.param_functions.Security": SECURITY,
    "fastapi.params.Depends": DEPENDS,
    "fastapi.params.Security": SECURITY,
}

_REEXPORTING = {
    "fastapi.responses.": "starlette.responses.",
    "fastapi.requests.": "starlette.requests.",
    "fastapi.websockets.": "starlette.websockets.",
    "fastapi.middleware.base.": "starlette.middleware.base.",
    "fastapi.middleware.cors.": "starlette.middleware.cors.",
    "fastapi.middleware.gzip.": "starlette.middleware.gzip.",
    "fastapi.middleware.httpsredirect.": "starlette.middleware.httpsredirect.",
    "fastapi.middleware.trustedhost.": "starlette.middleware.trustedhost.",
    "fastapi.middleware.wsgi.": "starlette.middleware.wsgi.",
    "fastapi.staticfiles.": "starlette.staticfiles.",
    "fastapi.templating.": "starlette.templating.",
}

_BASES = {
    FASTAPI: STARLETTE,
    API_ROUTER: ROUTER,
    "fastapi.routing.APIRoute": ROUTE,
    BACKGROUND_TASKS: BACKGROUND_TASK,
    STREAMING_RESPONSE: RESPONSE,
    FILE_RESPONSE: RESPONSE,
    FASTAPI_SSE_RESPONSE: STREAMING_RESPONSE,
    "starlette.responses.HTMLResponse": RESPONSE,
    "starlette.responses.PlainTextResponse": RESPONSE,
    "starlette.responses.JSONResponse": RESPONSE,
    "starlette.responses.ORJSONResponse": "starlette.responses.JSONResponse",
    "starlette.responses.UJSONResponse": "starlette.responses.JSONResponse",
    "starlette.responses.RedirectResponse": RESPONSE,
    "starlette.templating._TemplateResponse": "starlette.responses.HTMLResponse",
}


def canonical(name: str) -> str:
    """The canonical name of something outside the project; see the module's docstring."""
    moved = _MOVED.get(name) or third_party.MOVED.get(name)
    if moved is not None:
        return moved
    if name.startswith("fastapi."):
        for prefix, origin in _REEXPORTING.items():
            if name.startswith(prefix):
                return origin + name.removeprefix(prefix)
    return name


def base_of(name: str, releases: Releases | None = None) -> str | None:
    """The base class of a class outside the project, where it is known.

    `releases` are those of other packages that the project states.
    """
    return _BASES.get(name) or third_party.base_of(name, releases)
