"""What an application is wired from: nodes, layers, inclusions, endpoints, handlers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Instance, Typed

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place
    from asgi_lint.model import expressions as ir

Node: TypeAlias = Instance | Typed
"""An application, router or mount."""

Declared: TypeAlias = "tuple[str, int, ir.Expr]"
"""An expression with the file and scope that it is read in."""


class Position(Enum):
    """Where a layer goes among the layers of its node, as Starlette stacks them."""

    WRAPPED = 0
    """Around the finished application: `app = Timing(app)`. The last is the outermost."""
    ADDED = 1
    """`add_middleware` and `@app.middleware("http")`. The last is the outermost."""
    LISTED = 2
    """`middleware=[...]` of the constructor. The first is the outermost."""
    APPENDED = 3
    """`app.user_middleware.append(...)`. The last is the innermost."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A middleware layer: its class, where it is registered, its dispatcher if it has one.

    `scope` is that of the registration. `known` says whether it is certain how it is built:
    as a BaseHTTPMiddleware or not.
    """

    name: str
    class_: External | Class | None
    dispatcher: Function | None
    is_base_http: bool
    place: Place
    scope: int = field(compare=False)
    position: Position = Position.ADDED
    is_known: bool = True
    done: Place | None = field(default=None, compare=False)
    """Where the registering call ends: of nested wrappers the inner one runs first."""

    @property
    def phrase(self) -> str:
        """What the layer is, to stand inside a sentence; for a BaseHTTPMiddleware."""
        if self.name == fw.BASE_HTTP_MIDDLEWARE.rpartition(".")[2]:
            return "a BaseHTTPMiddleware is around it"
        is_own_class = self.class_ is not None and self.class_ != External(fw.BASE_HTTP_MIDDLEWARE)
        verb = "is" if is_own_class else "runs as"
        return f"`{self.name}` {verb} a BaseHTTPMiddleware"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """A router, mount or sub-application that becomes part of `parent`, under a path.

    `bypasses` says which layers of what is joined its requests do not pass: all of an application
    whose `.router` is joined, those by hand where the application is joined without its wrapper.
    `layers` are those that stand in the joining call: `mount("/x", Timing(app))`.
    """

    parent: Node
    verb: str
    place: Place
    scope: int = field(compare=False)
    path: str = ""
    dependencies: tuple[Declared, ...] = field(default=(), compare=False)
    bypasses: frozenset[Position] = frozenset()
    layers: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A function that answers requests, the node that it is registered on, and where.

    `methods` are in upper case; none for a WebSocket, and where every method is answered. `class_`
    is the class that is registered, where `function` is one of its methods. `path` is "" where it
    is not known. `scope` is that of the registration.
    """

    function: Function
    owner: Node
    path: str
    is_websocket: bool
    place: Place
    scope: int = field(compare=False)
    layers: tuple[Layer, ...] = ()
    dependencies: tuple[Declared, ...] = field(default=(), compare=False)
    methods: tuple[str, ...] = ()
    class_: Class | None = None

    def __hash__(self) -> int:
        return hash((self.function, self.place))


@dataclass(frozen=True, slots=True)
class Opaque:
    """A route whose endpoint is not a function of the project, by the name that it is given.

    `is_known` says whether it is at least certain what answers: another package's application,
    not something that could not be followed.
    """

    name: str
    owner: Node
    path: str
    methods: tuple[str, ...]
    is_app: bool
    is_known: bool
    place: Place
    scope: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Handling:
    """A handler of a node; `kind` is "lifespan", "startup", "shutdown" or "exception".

    `subject` is what an exception handler is for. `function` is None where `name` cannot be
    followed to one of the project's functions.
    """

    kind: str
    name: str
    subject: str
    function: Function | None
    place: Place
    scope: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something registered that cannot be followed; `text` is a sentence for people."""

    text: str
    place: Place
