"""A shop's application as a picture, of any size: what the HTML page is tested and looked at on."""

from __future__ import annotations

from dataclasses import replace

from asgi_lint.diagnostics import (
    Applicability,
    Diagnostic,
    Fix,
    Place,
    Position,
    Severity,
    Span,
    Step,
)
from asgi_lint.picture.view import (
    Dependency,
    Handler,
    HandlerKind,
    Layer,
    LayerKind,
    Node,
    NodeKind,
    Picture,
    Route,
    RouteKind,
    Stream,
    Task,
    Unknown,
)

ROOT = "/srv/shop"
_RULES = "https://asgi-lint.readthedocs.io/rules"
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SUBJECTS = (
    "products",
    "orders",
    "customers",
    "invoices",
    "shipments",
    "suppliers",
    "reviews",
    "coupons",
    "warehouses",
    "returns",
    "payments",
    "campaigns",
    "carts",
    "addresses",
    "tickets",
)


def at(filename: str, row: int, column: int = 1) -> Place:
    """Four characters of a file of the shop."""
    return Place(f"{ROOT}/{filename}", Span(Position(row, column), Position(row, column + 4)))


SESSION = Dependency(
    "get_session",
    True,
    at("shop/database.py", 31, 45),
    at("shop/database.py", 14),
    (Dependency("get_engine", False, at("shop/database.py", 14, 30), at("shop/database.py", 8)),),
)
USER = Dependency(
    "current_user",
    False,
    at("shop/orders.py", 25, 40),
    at("shop/security.py", 20),
    (Dependency("oauth2_scheme", False, at("shop/security.py", 20, 44), None), SESSION),
)

RECEIPT_LOST = Diagnostic(
    "ASG201",
    "base-middleware-cancels-background-tasks",
    "Background task `send_receipt` is cancelled after the response, even if the client stays: "
    "`ServerTiming` is a BaseHTTPMiddleware (Starlette 0.20.4, which fastapi 0.85.0 requires).",
    Severity.ERROR,
    at("shop/orders.py", 41, 5),
    f"{_RULES}/ASG201/",
    Fix(
        Applicability.ADVICE,
        "Require Starlette 0.21.0 or newer (FastAPI 0.87.0), or write `ServerTiming` as a pure "
        "ASGI middleware",
    ),
    (
        Step("`ServerTiming` is registered here", at("shop/main.py", 38)),
        Step("the router is included here", at("shop/main.py", 61)),
        Step("endpoint `pay` answers here", at("shop/orders.py", 36, 2)),
    ),
)
STREAM_UNSTOPPED = Diagnostic(
    "ASG301",
    "stream-outlives-client",
    "`price_ticks` goes on after its client has left: nothing stops it behind `ServerTiming`.",
    Severity.WARNING,
    at("shop/prices.py", 52, 12),
    f"{_RULES}/ASG301/",
    trace=(Step("`ServerTiming` is registered here", at("shop/main.py", 38)),),
)
LAYER_SWALLOWS = Diagnostic(
    "ASG304",
    "cancellation-swallowed",
    "`except BaseException` swallows the cancellation of what `AuditTrail` wraps.",
    Severity.WARNING,
    at("shop/audit.py", 27, 9),
    f"{_RULES}/ASG304/",
)
FLOOR_TOO_LOW = Diagnostic(
    "ASG802",
    "requirement-allows-cancelled-tasks",
    "`fastapi==0.85.0` installs Starlette 0.20.4, which cancels background tasks.",
    Severity.ERROR,
    at("requirements.txt", 3),
    f"{_RULES}/ASG802/",
    Fix(Applicability.SAFE, "Raise the floor to `fastapi>=0.87.0`"),
)

LAYERS = (
    Layer(
        "ServerErrorMiddleware",
        "starlette.middleware.errors.ServerErrorMiddleware",
        LayerKind.BUILT_IN,
        None,
    ),
    Layer(
        "CORSMiddleware",
        "starlette.middleware.cors.CORSMiddleware",
        LayerKind.ASGI,
        at("shop/main.py", 44),
    ),
    Layer(
        "ServerTiming",
        "shop.timing.ServerTiming",
        LayerKind.BASE_HTTP,
        at("shop/main.py", 38),
        at("shop/timing.py", 8, 7),
    ),
    Layer(
        "AuditTrail",
        "shop.audit.AuditTrail",
        LayerKind.BASE_HTTP,
        at("shop/main.py", 40),
        at("shop/audit.py", 12, 7),
        diagnostics=(LAYER_SWALLOWS,),
    ),
    Layer(
        "TenantMiddleware",
        "company_platform.tenancy.TenantMiddleware",
        LayerKind.UNKNOWN,
        at("shop/plugins.py", 15, 9),
        is_order_known=False,
    ),
    Layer(
        "add_request_id", "", LayerKind.BASE_HTTP, at("shop/main.py", 50), at("shop/main.py", 51)
    ),
    Layer(
        "ExceptionMiddleware",
        "starlette.middleware.exceptions.ExceptionMiddleware",
        LayerKind.BUILT_IN,
        None,
    ),
    Layer(
        "AsyncExitStackMiddleware",
        "fastapi.middleware.asyncexitstack.AsyncExitStackMiddleware",
        LayerKind.BUILT_IN,
        None,
    ),
)

HANDLERS = (
    Handler(
        HandlerKind.LIFESPAN, "lifespan", "", at("shop/main.py", 30, 24), at("shop/life.py", 9)
    ),
    Handler(
        HandlerKind.EXCEPTION,
        "out_of_stock",
        "OutOfStock",
        at("shop/main.py", 66),
        at("shop/main.py", 67),
    ),
    Handler(
        HandlerKind.EXCEPTION, "not_found", "404", at("shop/main.py", 71), at("shop/errors.py", 5)
    ),
)


def _http(
    methods: str,
    prefix: str,
    path: str,
    name: str,
    where: Place,
    dependencies: tuple[Dependency, ...] = (),
) -> Route:
    definition = Place(where.filename, Span(Position(where.span.start.row + 1, 1), where.span.end))
    return Route(
        RouteKind.HTTP,
        tuple(methods.split()),
        path,
        prefix + path,
        name,
        where,
        definition,
        dependencies=dependencies,
    )


PAY = replace(
    _http(
        "POST", "/api/orders", "/{order_id}/payment", "pay", at("shop/orders.py", 36, 2), (USER,)
    ),
    tasks=(Task(("send_receipt", "reserve_stock"), at("shop/orders.py", 41, 5)),),
    diagnostics=(RECEIPT_LOST,),
)
TICKS = replace(
    _http("GET", "/api/prices", "/ticks", "ticks", at("shop/prices.py", 47, 2)),
    streams=(Stream("StreamingResponse", ("price_ticks",), at("shop/prices.py", 52, 12)),),
    diagnostics=(STREAM_UNSTOPPED,),
)
ITEMS = Node(
    "shop.items.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/{order_id}/items",
    at("shop/items.py", 9),
    at("shop/orders.py", 80),
    children=(
        _http("GET", "/api/orders/{order_id}/items", "", "list_items", at("shop/items.py", 14, 2)),
        replace(
            _http(
                "PUT PATCH",
                "/api/orders/{order_id}/items",
                "/{item_id}",
                "change_item",
                at("shop/items.py", 22, 2),
                (replace(USER, dependencies=(), is_repeated=True),),
            ),
            is_async=False,
        ),
    ),
)
ORDERS = Node(
    "shop.orders.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/orders",
    at("shop/orders.py", 11),
    at("shop/api.py", 12),
    dependencies=(
        Dependency("rate_limit", False, at("shop/orders.py", 11, 40), at("shop/limits.py", 6)),
    ),
    children=(
        _http("GET", "/api/orders", "", "list_orders", at("shop/orders.py", 22, 2), (USER,)),
        _http(
            "POST", "/api/orders", "", "place_order", at("shop/orders.py", 29, 2), (USER, SESSION)
        ),
        PAY,
        ITEMS,
        _http(
            "DELETE", "/api/orders", "/{order_id}", "cancel", at("shop/orders.py", 60, 2), (USER,)
        ),
    ),
)
PRICES = Node(
    "shop.prices.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/prices",
    at("shop/prices.py", 9),
    at("shop/api.py", 13),
    children=(
        TICKS,
        Route(
            RouteKind.WEBSOCKET,
            (),
            "/live",
            "/api/prices/live",
            "live",
            at("shop/prices.py", 60, 2),
            at("shop/prices.py", 61),
            dependencies=(SESSION,),
        ),
        replace(
            _http("GET", "/api/prices", "/export.csv", "export", at("shop/prices.py", 72, 2)),
            is_async=False,
            streams=(Stream("FileResponse", (), at("shop/prices.py", 75, 12)),),
        ),
    ),
    unknowns=(
        Unknown("The path of this route comes from a variable.", at("shop/prices.py", 90, 2)),
    ),
)
API = Node(
    "shop.api.api",
    NodeKind.ROUTER,
    "api",
    "APIRouter",
    "/api",
    at("shop/api.py", 8),
    at("shop/main.py", 61),
    children=(ORDERS, PRICES),
)
STATIC = Node(
    "static",
    NodeKind.MOUNT,
    "static",
    "StaticFiles",
    "/static",
    at("shop/main.py", 63),
    at("shop/main.py", 63),
    children=(
        Route(RouteKind.APP, (), "", "/static", "StaticFiles", at("shop/main.py", 63, 22), None),
    ),
)
ADMIN = Node(
    "shop.admin.admin",
    NodeKind.APPLICATION,
    "admin",
    "Starlette",
    "/admin",
    at("shop/admin.py", 40),
    at("shop/main.py", 64),
    layers=(
        LAYERS[0],
        Layer(
            "SessionMiddleware",
            "starlette.middleware.sessions.SessionMiddleware",
            LayerKind.ASGI,
            at("shop/admin.py", 42, 17),
        ),
        LAYERS[6],
    ),
    children=(
        replace(
            _http("GET HEAD", "/admin", "/", "Dashboard.get", at("shop/admin.py", 33, 9)),
            definition=at("shop/admin.py", 12, 7),
            layers=(
                Layer(
                    "GZipMiddleware",
                    "starlette.middleware.gzip.GZipMiddleware",
                    LayerKind.ASGI,
                    at("shop/admin.py", 34, 30),
                ),
            ),
        ),
    ),
)
APP = Node(
    "shop.main.app",
    NodeKind.APPLICATION,
    "app",
    "FastAPI",
    "",
    at("shop/main.py", 30),
    layers=LAYERS,
    handlers=HANDLERS,
    dependencies=(
        Dependency("get_settings", False, at("shop/main.py", 31, 30), at("shop/settings.py", 18)),
    ),
    children=(
        _http("GET", "", "/health", "health", at("shop/main.py", 55, 2)),
        API,
        STATIC,
        ADMIN,
    ),
    unknowns=(
        Unknown(
            "`register_plugins(app)` may add routes: it loops over entry points.",
            at("shop/main.py", 75),
        ),
    ),
)
OLD = Node(
    "shop.old.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/v0",
    at("shop/old.py", 5),
    children=(_http("GET", "/v0", "/orders", "old_orders", at("shop/old.py", 9, 2)),),
)

SHOP = Picture(
    ROOT,
    (APP,),
    (OLD,),
    (Unknown("The module `company_platform` cannot be found.", at("shop/plugins.py", 4)),),
    (FLOOR_TOO_LOW, LAYER_SWALLOWS, RECEIPT_LOST, STREAM_UNSTOPPED),
    "Starlette 0.20.4 (FastAPI 0.85.0, requirements.txt)",
    2,
)

LONG_NAMES = (
    "PrometheusInstrumentatorMiddleware",
    "CorrelationIdHeaderPropagationMiddleware",
    "HTTPSRedirectMiddleware",
    "TrustedHostMiddleware",
    "BlockSuspiciousClientsByReputationAndCountryMiddleware",
    "SlowAPIASGIMiddleware",
    "I18nLocaleNegotiationMiddleware",
    "authenticate_request_from_cookie_or_header",
)


def with_layers(count: int) -> Picture:
    """The shop with so many layers, some with long names, and the diagnostics of the others."""
    added = tuple(
        replace(LAYERS[1 + number % 5], name=LONG_NAMES[number % len(LONG_NAMES)], diagnostics=())
        for number in range(count - len(LAYERS))
    )
    return replace(SHOP, applications=(replace(APP, layers=(*LAYERS[:6], *added, *LAYERS[6:])),))


def with_routes(count: int) -> Picture:
    """The shop with so many routes, 20 to a router, each with dependencies as they are usual."""
    per_router = 20
    routers = tuple(
        _router(number, min(per_router, count - first))
        for number, first in enumerate(range(0, count, per_router))
    )
    return replace(SHOP, applications=(replace(APP, children=routers),))


def _router(number: int, count: int) -> Node:
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    version = number // len(_SUBJECTS) + 1
    filename = f"shop/v{version}/{subject}.py"
    prefix = f"/api/v{version}/{subject}"
    return Node(
        f"shop.v{version}.{subject}.router",
        NodeKind.ROUTER,
        "router",
        "APIRouter",
        prefix,
        at(filename, 8),
        at("shop/main.py", 60 + number),
        children=tuple(_numbered(each, subject, prefix, filename) for each in range(count)),
    )


def _numbered(number: int, subject: str, prefix: str, filename: str) -> Route:
    verb = _VERBS[number % len(_VERBS)]
    path = f"/{{key}}/part-{number}" if number >= len(_VERBS) else "/{key}"
    name = f"{verb.lower()}_{subject}_{number}"
    where = at(filename, 12 + 9 * number, 2)
    asked = (
        replace(USER, place=at(filename, 13 + 9 * number, 20)),
        replace(
            SESSION, place=at(filename, 13 + 9 * number, 50), dependencies=(), is_repeated=True
        ),
    )
    route = _http(verb, prefix, path, name, where, asked[: 1 + number % 2])
    if number % 10 == 3:
        return replace(route, tasks=(Task((f"notify_{subject}",), at(filename, 16 + 9 * number)),))
    return route
