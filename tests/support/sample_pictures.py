"""Pictures made by hand, which the formats are tested on."""

from __future__ import annotations

from asgi_lint.diagnostics import Diagnostic, Place, Position, Severity, Span
from asgi_lint.picture.view import (
    Child,
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
HOSTILE = (
    'q" ]) } > <script>alert(1)</script> #quot; &lt; %%{init: {}}%% `b` \\" \\ | style:#x; '
    "\x1b[31m\n\r\t\u202e\u2028\x00\udc80 end\n subgraph x --> y"
)


def place(filename: str, row: int, column: int = 1, length: int = 1) -> Place:
    """A span on one line of a file of the sample project."""
    span = Span(Position(row, column), Position(row, column + length))
    return Place(f"{ROOT}/{filename}", span)


def diagnostic(code: str, name: str, severity: Severity, where: Place) -> Diagnostic:
    url = f"https://asgi-lint.readthedocs.io/rules/{code}/"
    return Diagnostic(code, name, f"What {code} says.", severity, where, url)


CANCELLED = diagnostic(
    "ASG201", "base-middleware-cancels-tasks", Severity.ERROR, place("routers/orders.py", 31, 5)
)
ENDLESS = diagnostic("ASG301", "endless-stream", Severity.WARNING, place("streams.py", 12, 9))
ENDLESS_TOO = diagnostic("ASG301", "endless-stream", Severity.WARNING, place("streams.py", 20, 9))
LAYER_NOTE = diagnostic("ASG101", "a-layer-rule", Severity.NOTE, place("middleware.py", 6, 7))
PINNED = diagnostic(
    "ASG802", "requirement-is-affected", Severity.ERROR, place("requirements.txt", 1)
)

BUILT_IN_OUTSIDE = Layer("ServerErrorMiddleware", "ServerErrorMiddleware", LayerKind.BUILT_IN, None)
BUILT_IN_INSIDE = Layer("ExceptionMiddleware", "ExceptionMiddleware", LayerKind.BUILT_IN, None)

SETTINGS = Dependency("get_settings", False, place("main.py", 18, 30), place("deps.py", 5))
SESSION = Dependency(
    "get_session", True, place("deps.py", 21, 26), place("deps.py", 9), (SETTINGS,)
)
USER = Dependency(
    "current_user",
    False,
    place("routers/orders.py", 24, 30),
    place("deps.py", 20),
    (Dependency("oauth2_scheme", False, place("deps.py", 20, 44), None), SESSION),
)


def route(
    methods: str,
    path: str,
    name: str,
    where: Place,
    *,
    prefix: str = "",
    kind: RouteKind = RouteKind.HTTP,
    is_async: bool = True,
    layers: tuple[Layer, ...] = (),
    dependencies: tuple[Dependency, ...] = (),
    tasks: tuple[Task, ...] = (),
    streams: tuple[Stream, ...] = (),
    diagnostics: tuple[Diagnostic, ...] = (),
) -> Route:
    return Route(
        kind,
        tuple(methods.split()),
        path,
        prefix + path,
        name,
        where,
        None if kind is RouteKind.APP else Place(where.filename, where.span),
        is_async,
        layers,
        dependencies,
        tasks,
        streams,
        diagnostics,
    )


ITEMS = Node(
    "routers.items.router",
    NodeKind.ROUTER,
    "items",
    "APIRouter",
    "/{order_id}/items",
    place("routers/items.py", 7),
    place("routers/orders.py", 60),
    children=(
        route(
            "GET", "/", "list_items", place("routers/items.py", 12),
            prefix="/api/orders/{order_id}/items", is_async=False,
        ),
        route(
            "PUT PATCH", "/{item_id}", "change_item", place("routers/items.py", 20),
            prefix="/api/orders/{order_id}/items",
            dependencies=(
                Dependency(
                    "current_user", False, place("routers/items.py", 21, 40), place("deps.py", 20),
                    is_repeated=True,
                ),
            ),
        ),
    ),
)  # fmt: skip

ORDERS = Node(
    "routers.orders.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/api/orders",
    place("routers/orders.py", 9),
    place("main.py", 52),
    dependencies=(USER,),
    children=(
        route(
            "POST", "", "create_order", place("routers/orders.py", 23), prefix="/api/orders",
            dependencies=(
                Dependency(
                    "get_session", True, place("routers/orders.py", 24, 60), place("deps.py", 9),
                    is_repeated=True,
                ),
                Dependency(
                    "rate_limit", False, place("routers/orders.py", 25), place("deps.py", 40)
                ),
            ),
            tasks=(
                Task(("send_receipt", "update_stock"), place("routers/orders.py", 31, 5)),
                Task((), place("routers/orders.py", 33, 5)),
            ),
            diagnostics=(CANCELLED,),
        ),
        ITEMS,
        route(
            "GET", "/events", "events", place("routers/orders.py", 40), prefix="/api/orders",
            streams=(
                Stream(
                    "StreamingResponse", ("order_events", "heartbeat"),
                    place("routers/orders.py", 44),
                ),
                Stream("FileResponse", (), place("routers/orders.py", 46)),
            ),
            diagnostics=(ENDLESS, ENDLESS_TOO),
        ),
        route(
            "", "/{order_id}/live", "live", place("routers/orders.py", 50), prefix="/api/orders",
            kind=RouteKind.WEBSOCKET,
        ),
    ),
    unknowns=(
        Unknown("The path of this route comes from a variable.", place("routers/orders.py", 70)),
    ),
)  # fmt: skip

ADMIN = Node(
    "admin.app",
    NodeKind.APPLICATION,
    "admin",
    "shop.admin.AdminApplication",
    "/admin",
    place("admin.py", 11),
    place("main.py", 54),
    layers=(
        BUILT_IN_OUTSIDE,
        Layer(
            "SessionMiddleware", "starlette.middleware.sessions.SessionMiddleware", LayerKind.ASGI,
            place("admin.py", 13),
        ),
        BUILT_IN_INSIDE,
    ),
    children=(
        route(
            "", "/", "Dashboard", place("admin.py", 20), prefix="/admin",
            layers=(
                Layer("GZipMiddleware", "GZipMiddleware", LayerKind.ASGI, place("admin.py", 21)),
            ),
        ),
    ),
)  # fmt: skip

MAIN = Node(
    "main.app",
    NodeKind.APPLICATION,
    "app",
    "FastAPI",
    "",
    place("main.py", 18),
    layers=(
        BUILT_IN_OUTSIDE,
        Layer("CORSMiddleware", "CORSMiddleware", LayerKind.ASGI, place("main.py", 30)),
        Layer(
            "add_timing", "", LayerKind.BASE_HTTP, place("main.py", 26), place("main.py", 27),
            diagnostics=(LAYER_NOTE,),
        ),
        Layer(
            "Audit", "AuditMiddleware", LayerKind.UNKNOWN, place("plugins.py", 8),
            is_order_known=False,
        ),
        BUILT_IN_INSIDE,
    ),
    handlers=(
        Handler(
            HandlerKind.LIFESPAN, "lifespan", "", place("main.py", 18, 40), place("main.py", 9)
        ),
        Handler(
            HandlerKind.EXCEPTION, "not_found", "404", place("main.py", 33), place("main.py", 34)
        ),
        Handler(
            HandlerKind.EXCEPTION, "bad_value", "ValueError", place("main.py", 38),
            place("main.py", 39),
        ),
    ),
    dependencies=(SETTINGS,),
    children=(
        route("GET HEAD", "/", "index", place("main.py", 44)),
        route("GET", "/health", "health", place("main.py", 48), is_async=False),
        ORDERS,
        Node(
            "assets", NodeKind.MOUNT, "", "", "/assets", place("main.py", 53), place("main.py", 53),
            children=(
                route(
                    "", "", "StaticFiles", place("main.py", 53), prefix="/assets",
                    kind=RouteKind.APP,
                ),
            ),
        ),
        ADMIN,
        Node(
            "tenants", NodeKind.HOST, "tenants", "Router", "{tenant}.shop.example",
            place("tenants.py", 4), place("main.py", 56),
            children=(route("GET", "/", "tenant_home", place("tenants.py", 9), is_async=False),),
        ),
    ),
    unknowns=(
        Unknown("`register_plugins(app)` is not part of the project.", place("main.py", 58)),
    ),
)  # fmt: skip

WORKER = Node(
    "worker.app",
    NodeKind.APPLICATION,
    "worker",
    "Starlette",
    "",
    place("worker.py", 30),
    layers=(
        BUILT_IN_OUTSIDE,
        Layer("timing", "TimingMiddleware", LayerKind.BASE_HTTP, place("worker.py", 32)),
        BUILT_IN_INSIDE,
    ),
    handlers=(
        Handler(HandlerKind.STARTUP, "connect", "", place("worker.py", 35), place("worker.py", 10)),
        Handler(HandlerKind.SHUTDOWN, "disconnect", "", place("worker.py", 36), None),
    ),
    children=(
        route("GET", "/状態", "状態", place("worker.py", 20)),
        route("GET", "/ping", "ping", place("worker.py", 24)),
        Node(
            "routers.items.router", NodeKind.ROUTER, "items", "APIRouter", "/items",
            place("routers/items.py", 7), place("worker.py", 40), is_repeated=True,
        ),
    ),
)  # fmt: skip

LEGACY = Node(
    "legacy.router",
    NodeKind.ROUTER,
    "router",
    "APIRouter",
    "/legacy",
    place("legacy.py", 5),
    children=(route("GET", "/old", "old", place("legacy.py", 9), prefix="/legacy"),),
)

TYPICAL = Picture(
    ROOT,
    (MAIN, WORKER),
    (LEGACY,),
    (Unknown("The module `shop_plugins` cannot be found.", place("plugins.py", 3)),),
    (LAYER_NOTE, PINNED, CANCELLED, ENDLESS, ENDLESS_TOO),
    "Starlette 0.20.4 (FastAPI 0.85.0, requirements.txt)",
    3,
)

EMPTY = Picture(ROOT, ())


def large(routers: int, routes: int) -> Picture:
    """One application with so many routers of so many routes each."""
    return Picture(
        ROOT,
        (
            Node(
                "app",
                NodeKind.APPLICATION,
                "app",
                "FastAPI",
                "",
                place("main.py", 3),
                layers=MAIN.layers,
                children=tuple(_numbered_router(number, routes) for number in range(routers)),
            ),
        ),
    )


def _numbered_router(number: int, routes: int) -> Node:
    filename = f"routers/part_{number}.py"
    prefix = f"/part-{number}"
    return Node(
        f"router-{number}",
        NodeKind.ROUTER,
        "router",
        "APIRouter",
        prefix,
        place(filename, 3),
        place("main.py", number + 10),
        children=tuple(
            route(
                "GET", f"/{{key_{each}}}", f"read_{each}", place(filename, 10 * each + 10),
                prefix=prefix, dependencies=(SESSION,),
            )
            for each in range(routes)
        ),
    )  # fmt: skip


def deep(levels: int) -> Picture:
    """One router within the other, each with a route."""
    node = Node("inmost", NodeKind.ROUTER, "router", "APIRouter", "/x", place("deep.py", 1))
    for level in range(levels):
        children: tuple[Child, ...] = (
            route("GET", f"/{level}", "read", place("deep.py", level + 2)),
            node,
        )
        node = Node(
            f"router-{level}", NodeKind.ROUTER, "router", "APIRouter", "/x",
            place("deep.py", level + 2), children=children,
        )  # fmt: skip
    app = Node(
        "app", NodeKind.APPLICATION, "app", "FastAPI", "", place("main.py", 1), children=(node,)
    )
    return Picture(ROOT, (app,))


def hostile(text: str = HOSTILE) -> Picture:
    """A picture in which every string of the code under analysis is `text`."""
    where = Place(f"{ROOT}/{text}.py", Span(Position(1, 1), Position(1, 2)))
    finding = Diagnostic(
        "ASG301", "endless-stream", text, Severity.WARNING, where, "https://x.test/"
    )
    layer = Layer(text, text, LayerKind.ASGI, where, where, diagnostics=(finding,))
    dependency = Dependency(text, True, where, where)
    leaf = Route(
        RouteKind.HTTP, (text,), text, text + text, text, where, where, True, (layer,),
        (dependency,), (Task((text, text), where),), (Stream(text, (text,), where),), (finding,),
    )  # fmt: skip
    handler = Handler(HandlerKind.EXCEPTION, text, text, where, where, (finding,))

    def node(ident: str, kind: NodeKind, joined: Place | None, *children: Child) -> Node:
        return Node(
            ident, kind, text, text, text, where, joined, (layer, layer), (handler,), (dependency,),
            children, (Unknown(text, where),), diagnostics=(finding,),
        )  # fmt: skip

    inner = node("inner", NodeKind.HOST, where, leaf, leaf)
    outer = node("outer", NodeKind.APPLICATION, None, leaf, inner)
    alone = node("alone", NodeKind.ROUTER, None)
    return Picture(
        f"{ROOT}/{text}", (outer,), (alone,), (Unknown(text, where),), (finding,), text, 1
    )
