"""Responses, routers and applications of other packages, and the functions that make them."""

from __future__ import annotations

from asgi_lint.model.third_party.exports import Export, Factory, Subclass

_API_ROUTER = "fastapi.APIRouter"
_FASTAPI = "fastapi.FastAPI"
_RESPONSE = "starlette.responses.Response"
_STARLETTE = "starlette.applications.Starlette"
_USERS = "fastapi_users.fastapi_users.FastAPIUsers"
_CRUD = (
    ("databases", "DatabasesCRUDRouter"),
    ("mem", "MemoryCRUDRouter"),
    ("ormar", "OrmarCRUDRouter"),
    ("sqlalchemy", "SQLAlchemyCRUDRouter"),
    ("tortoise", "TortoiseCRUDRouter"),
)
_BASE_ADMIN = "starlette_admin.base.BaseAdmin"
_ADMINS = (
    ("mongoengine", _BASE_ADMIN),
    ("sqla", _BASE_ADMIN),
    ("sqlmodel", "starlette_admin.contrib.sqla.Admin"),
)

RESPONSES = (
    Subclass(
        "ariadne.contrib.sse.ServerSentEventResponse",
        "ariadne",
        ("1.1.1",),
        base=_RESPONSE,
    ),
    Subclass(
        "debug_toolbar.responses.StreamingHTMLResponse",
        "fastapi-debug-toolbar",
        ("0.0.1", "0.6.3"),
        base="starlette.responses.StreamingResponse",
    ),
    Subclass(
        "sse_starlette.EventSourceResponse",
        "sse-starlette",
        ("0.10.3", "1.0.0", "3.7.0"),
        also=("sse_starlette.sse.EventSourceResponse",),
        base=_RESPONSE,
    ),
    Subclass(
        "titiler.core.resources.responses.XMLResponse",
        "titiler-core",
        ("0.3.0", "2.4.0"),
        base=_RESPONSE,
    ),
)

ROUTERS = (
    Subclass(
        "cadwyn.VersionedAPIRouter",
        "cadwyn",
        ("2.0.0", "5.0.0", "8.2.0"),
        also=(
            "cadwyn.route_generation.VersionedAPIRouter",
            "cadwyn.routing.VersionedAPIRouter",
        ),
        base=_API_ROUTER,
    ),
    Subclass(
        "fastapi_crudrouter.core._base.CRUDGenerator",
        "fastapi-crudrouter",
        ("0.6.0", "0.8.6"),
        also=("fastapi_crudrouter.core.CRUDGenerator",),
        base=_API_ROUTER,
    ),
    *(
        Subclass(
            f"fastapi_crudrouter.core.{module}.{name}",
            "fastapi-crudrouter",
            ("0.6.0", "0.8.6"),
            also=(f"fastapi_crudrouter.{name}", f"fastapi_crudrouter.core.{name}"),
            base="fastapi_crudrouter.core._base.CRUDGenerator",
        )
        for module, name in _CRUD
    ),
    Subclass(
        "fastapi_restful.inferring_router.InferringRouter",
        "fastapi-restful",
        ("0.4.3", "0.6.0"),
        base=_API_ROUTER,
    ),
    Subclass(
        "fastapi_utils.inferring_router.InferringRouter",
        "fastapi-utils",
        ("0.2.1", "0.6.0", "0.8.0"),
        base=_API_ROUTER,
    ),
    Subclass(
        "honeybadger.contrib.fastapi.HoneybadgerRoute",
        "honeybadger",
        ("1.3.0",),
        base="fastapi.routing.APIRoute",
    ),
    Subclass(
        "piccolo_api.crud.endpoints.PiccoloCRUD",
        "piccolo-api",
        ("0.12.0", "0.58.0", "1.11.0"),
        base="starlette.routing.Router",
    ),
    Subclass(
        "rollbar.contrib.fastapi.routing.RollbarLoggingRoute",
        "rollbar",
        ("0.16.1", "1.5.0"),
        base="fastapi.routing.APIRoute",
    ),
    Subclass(
        "strawberry.fastapi.router.GraphQLRouter",
        "strawberry-graphql",
        ("0.100.0", "0.341.2"),
        also=("strawberry.fastapi.GraphQLRouter",),
        base=_API_ROUTER,
    ),
    Export(_USERS, "fastapi-users", ("6.0.0", "15.0.5"), also=("fastapi_users.FastAPIUsers",)),
    *(
        Factory(f"{_USERS}.{name}", "fastapi-users", ("6.0.0", "15.0.5"), returns=_API_ROUTER)
        for name in (
            "get_auth_router",
            "get_oauth_router",
            "get_register_router",
            "get_reset_password_router",
            "get_users_router",
            "get_verify_router",
        )
    ),
    Factory(
        f"{_USERS}.get_oauth_associate_router",
        "fastapi-users",
        ("15.0.5",),
        returns=_API_ROUTER,
    ),
)

APPLICATIONS = (
    Subclass(
        "cadwyn.Cadwyn",
        "cadwyn",
        ("2.3.0", "3.7.1"),
        releases="<3.8.0",
        also=("cadwyn.applications.Cadwyn", "cadwyn.main.Cadwyn"),
        base="verselect.HeaderRoutingFastAPI",
    ),
    Subclass("cadwyn.Cadwyn", "cadwyn", ("3.8.0", "8.2.0"), releases=">=3.8.0", base=_FASTAPI),
    Subclass("verselect.HeaderRoutingFastAPI", "verselect", ("0.0.6",), base=_FASTAPI),
    Factory(
        "fastapi_offline.core.FastAPIOffline",
        "fastapi-offline",
        ("1.3.0", "1.7.7"),
        also=("fastapi_offline.FastAPIOffline",),
        returns=_FASTAPI,
    ),
    Factory(
        "fastapi_versioning.versioning.VersionedFastAPI",
        "fastapi-versioning",
        ("0.5.0", "0.10.0"),
        also=("fastapi_versioning.VersionedFastAPI",),
        returns=_FASTAPI,
        app="app",
    ),
    Subclass("gradio.routes.App", "gradio", ("3.4.1", "6.31.0"), base=_FASTAPI),
    Subclass("nicegui.app.app.App", "nicegui", ("3.18.0",), base=_FASTAPI),
    Subclass(
        "piccolo_admin.endpoints.AdminRouter",
        "piccolo-admin",
        ("0.20.0", "1.14.0"),
        base=_FASTAPI,
    ),
    Factory(
        "piccolo_admin.endpoints.create_admin",
        "piccolo-admin",
        ("0.20.0", "1.14.0"),
        also=("piccolo_admin.create_admin",),
        returns="piccolo_admin.endpoints.AdminRouter",
    ),
    *(
        Subclass(
            f"starlette_admin.contrib.{module}.Admin",
            "starlette-admin",
            ("0.9.0", "1.0.3"),
            also=(f"starlette_admin.contrib.{module}.admin.Admin",),
            base=base,
        )
        for module, base in _ADMINS
    ),
    Subclass(
        "fastapi_amis_admin.admin.site.AdminSite",
        "fastapi-amis-admin",
        ("0.7.3",),
        also=("fastapi_amis_admin.admin.AdminSite",),
        base="fastapi_amis_admin.admin.admin.BaseAdminSite",
    ),
)

MCP = (
    Export(
        "mcp.server.fastmcp.FastMCP",
        "mcp",
        ("1.9.0",),
        also=("mcp.server.FastMCP", "mcp.server.fastmcp.server.FastMCP"),
    ),
    Export(
        "mcp.server.mcpserver.MCPServer",
        "mcp",
        ("2.3.0",),
        also=("mcp.server.MCPServer", "mcp.server.mcpserver.server.MCPServer"),
    ),
    *(
        Factory(f"{owner}.{name}", "mcp", read_in, returns=_STARLETTE)
        for owner, read_in in (
            ("mcp.server.fastmcp.FastMCP", ("1.9.0",)),
            ("mcp.server.mcpserver.MCPServer", ("2.3.0",)),
        )
        for name in ("sse_app", "streamable_http_app")
    ),
    Export(
        "fastmcp.FastMCP",
        "fastmcp",
        ("2.3.0", "2.14.0", "3.0.0"),
        also=("fastmcp.server.FastMCP", "fastmcp.server.server.FastMCP"),
    ),
    Factory("fastmcp.FastMCP.http_app", "fastmcp", ("2.14.0",), returns=_STARLETTE),
    *(
        Factory(f"fastmcp.FastMCP.{name}", "fastmcp", ("2.3.0",), returns=_STARLETTE)
        for name in ("sse_app", "streamable_http_app")
    ),
)
