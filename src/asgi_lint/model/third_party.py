"""What is known of classes that other packages than Starlette and FastAPI export.

Each was read in the release named; a class that changed its base between releases belongs here
only once rules can ask for the release.
"""

from __future__ import annotations

_BASE_HTTP_MIDDLEWARE = "starlette.middleware.base.BaseHTTPMiddleware"
_RESPONSE = "starlette.responses.Response"

MOVED = {
    "fastapi_sqlalchemy.DBSessionMiddleware": "fastapi_sqlalchemy.middleware.DBSessionMiddleware",
    "sse_starlette.sse.EventSourceResponse": "sse_starlette.EventSourceResponse",
    "starlette_context.middleware.context_middleware.ContextMiddleware": (
        "starlette_context.middleware.ContextMiddleware"
    ),
    "starlette_prometheus.PrometheusMiddleware": (
        "starlette_prometheus.middleware.PrometheusMiddleware"
    ),
}
"""Names under which a class is exported besides its canonical one."""

BASES = {
    # sse-starlette 0.10.3 and 3.7.0
    "sse_starlette.EventSourceResponse": _RESPONSE,
    # fastapi-async-sqlalchemy 0.7.1
    "fastapi_async_sqlalchemy.SQLAlchemyMiddleware": _BASE_HTTP_MIDDLEWARE,
    # FastAPI-SQLAlchemy 0.2.1
    "fastapi_sqlalchemy.middleware.DBSessionMiddleware": _BASE_HTTP_MIDDLEWARE,
    # piccolo-api 1.11.0
    "piccolo_api.csrf.middleware.CSRFMiddleware": _BASE_HTTP_MIDDLEWARE,
    "piccolo_api.rate_limiting.middleware.RateLimitingMiddleware": _BASE_HTTP_MIDDLEWARE,
    # slowapi 0.1.10
    "slowapi.middleware.SlowAPIMiddleware": _BASE_HTTP_MIDDLEWARE,
    # starlette-context 0.3.3 and 0.5.1
    "starlette_context.middleware.ContextMiddleware": _BASE_HTTP_MIDDLEWARE,
    # starlette-prometheus 0.10.0
    "starlette_prometheus.middleware.PrometheusMiddleware": _BASE_HTTP_MIDDLEWARE,
}
"""The base class of each, by canonical name."""
