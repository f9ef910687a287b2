"""What a picture of an application shows, as plain data that any format can draw.

Everything is in the order in which it is to be drawn. A `Place` says where something stands in the
code, and is None for what Starlette or FastAPI add by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Diagnostic, Place


class LayerKind(Enum):
    """How a middleware is built, which decides what it does to what it wraps."""

    BASE_HTTP = "base-http"
    """A BaseHTTPMiddleware: a subclass, `dispatch=` or `@app.middleware("http")`."""
    ASGI = "asgi"
    """Pure ASGI."""
    BUILT_IN = "built-in"
    """What Starlette or FastAPI put there themselves."""
    UNKNOWN = "unknown"
    """Its class cannot be seen, or is another package's of which nothing is known."""


class NodeKind(Enum):
    """What takes routes."""

    APPLICATION = "application"
    ROUTER = "router"
    MOUNT = "mount"
    HOST = "host"


class RouteKind(Enum):
    """What a route answers."""

    HTTP = "http"
    WEBSOCKET = "websocket"
    APP = "app"
    """An ASGI application of which nothing more is known, such as StaticFiles."""


class HandlerKind(Enum):
    """When a handler runs."""

    LIFESPAN = "lifespan"
    STARTUP = "startup"
    SHUTDOWN = "shutdown"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the code does and asgi-lint cannot follow; `text` is one sentence."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Layer:
    """A middleware layer.

    `class_name` is "" where the layer is a function. `place` is that of its registration,
    `definition` that of its class or function. `is_order_known` is False where another layer's
    registration may run before or after this one's.
    """

    name: str
    class_name: str
    kind: LayerKind
    place: Place | None
    definition: Place | None = None
    is_order_known: bool = True
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that runs at start-up, at shutdown, or for an exception.

    `subject` is what an exception handler is for ("404", "ValueError"), else "".
    """

    kind: HandlerKind
    name: str
    subject: str
    place: Place
    definition: Place | None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """A FastAPI dependency with those it has itself; `place` is where it is asked for.

    `is_repeated` marks one whose own dependencies are shown where it stands first.
    """

    name: str
    yields: bool
    place: Place
    definition: Place | None
    dependencies: tuple[Dependency, ...] = ()
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Background tasks given to one response: the names of the functions, as far as known."""

    names: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Stream:
    """A streaming (or file) response: its class as written, and the generators that feed it."""

    class_name: str
    generators: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Route:
    """What answers at one path.

    `path` is relative to the node that it stands in, `full_path` from the application on, through
    every prefix and mount; a part that is not known is "…". `methods` is in upper case and empty
    for a WebSocket, or where every method is answered. `name` is that of the endpoint (for a class
    "Items.get"), `place` that of its registration. `layers` are the route's own.
    """

    kind: RouteKind
    methods: tuple[str, ...]
    path: str
    full_path: str
    name: str
    place: Place
    definition: Place | None
    is_async: bool = True
    layers: tuple[Layer, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    tasks: tuple[Task, ...] = ()
    streams: tuple[Stream, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """An application, router, mount or host, with all that is registered on it.

    `path` is the prefix (for a host its pattern) under which it is part of the node around it, ""
    for none; `place` is where it is made, `joined` where it is included or mounted. `layers` are
    its own, from outside to inside. `is_repeated` marks a node whose parts are shown where it
    stands first. `ident` is unique within the picture for each node that is not repeated, and
    looks like "app", "api.router" or "router-2".
    """

    ident: str
    kind: NodeKind
    name: str
    class_name: str
    path: str
    place: Place
    joined: Place | None = None
    layers: tuple[Layer, ...] = ()
    handlers: tuple[Handler, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    children: tuple[Child, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    is_repeated: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    def walk(self) -> Iterator[Node]:
        """The node itself and every node inside it, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def routes(self) -> Iterator[Route]:
        """All routes in it, in the order in which they are drawn."""
        for child in self.children:
            if isinstance(child, Route):
                yield child
            else:
                yield from child.routes()


Child: TypeAlias = Node | Route


@dataclass(frozen=True, slots=True)
class Picture:
    """The applications of one project.

    `root` is the project's folder, absolute. `detached` are routers with routes that no
    application includes, so far as can be seen. `unknowns` belong to no node that is shown.
    `diagnostics` are all that a run reports, whether attached to a part above or not. `releases`
    says what counts, such as "Starlette 0.20.4 (FastAPI 0.85.0, requirements.txt)", or "".
    `left_out` is the number of applications in tests that are not shown.
    """

    root: str
    applications: tuple[Node, ...]
    detached: tuple[Node, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    releases: str = ""
    left_out: int = 0
