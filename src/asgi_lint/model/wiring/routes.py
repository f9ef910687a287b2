"""Routes: what a path, an endpoint and a registration make of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.texts import UNKNOWN
from asgi_lint.model.values import Class, External, Function, Instance
from asgi_lint.model.wiring.parts import Endpoint, Opaque, Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.values import Value
    from asgi_lint.model.wiring.layers import LayerReader
    from asgi_lint.model.wiring.parts import Declared, Node
    from asgi_lint.model.wiring.reader import Reader

ROUTE_DECORATORS = fw.HTTP_METHODS | {"route", "api_route"}
WEBSOCKET_DECORATORS = frozenset({"websocket", "websocket_route"})
_WEBSOCKET_METHODS = ("on_connect", "on_receive", "on_disconnect")


class RouteReader:
    """Reads the routes that a call or decorator registers on a node."""

    def __init__(self, reader: Reader, layers: LayerReader) -> None:
        self._reader = reader
        self._layers = layers

    def called(
        self, node: Node, filename: str, scope: int, call: ir.Call, *, is_websocket: bool
    ) -> Iterator[Endpoint | Opaque]:
        """`Route(path, endpoint)`, `app.add_route(path, endpoint)` and their like."""
        endpoint = call.argument(1, "endpoint") or call.keyword("route")
        if endpoint is None:
            return
        values = self._reader.with_overriding(filename, scope, endpoint)
        found = False
        for value in values:
            for each in self._of(value, node, filename, scope, call, is_websocket=is_websocket):
                found = True
                yield each
        if not found:
            yield self._opaque(node, filename, scope, call, endpoint, values)

    def decorated(
        self, node: Node, filename: str, scope: int, call: ir.Call, value: Function | Class
    ) -> Iterator[Endpoint | Opaque]:
        """`@app.get(path)` and its like."""
        attr = ir.last_name(call.func) or ""
        is_websocket = attr in WEBSOCKET_DECORATORS
        yield from self._of(value, node, filename, scope, call, is_websocket=is_websocket)

    def _of(
        self,
        value: Value,
        node: Node,
        filename: str,
        scope: int,
        call: ir.Call,
        *,
        is_websocket: bool,
    ) -> Iterator[Endpoint | Opaque]:
        is_fastapi = self._reader.is_(node.class_, fw.FASTAPI, fw.API_ROUTER)
        layers = tuple(
            self._layers.listed(filename, scope, call.keyword("middleware"), Position.LISTED)
        )
        for function, class_, method in self._handlers(value, is_fastapi=is_fastapi):
            if method is not None:
                methods: tuple[str, ...] = (method.upper(),)
            elif is_websocket or (class_ is not None and self._is_websocket(class_)):
                methods = ()
            else:
                methods = self._methods(filename, scope, call)
            yield Endpoint(
                function,
                node,
                self._reader.text(filename, scope, call.argument(0, "path")),
                is_websocket=is_websocket or (class_ is not None and self._is_websocket(class_)),
                place=Place(filename, call.func.span),
                scope=scope,
                layers=layers,
                dependencies=declared(filename, scope, call),
                methods=methods,
                class_=class_,
            )

    def _is_websocket(self, class_: Class) -> bool:
        return self._reader.is_(class_, fw.WEBSOCKET_ENDPOINT)

    def _methods(self, filename: str, scope: int, call: ir.Call) -> tuple[str, ...]:
        attr = ir.last_name(call.func) or ""
        if attr in fw.HTTP_METHODS:
            return (attr.upper(),)
        methods = call.keyword("methods")
        if methods is None:
            return ("GET",)
        found = self._reader.texts(filename, scope, methods)
        return tuple(dict.fromkeys(method.upper() for method in found))

    def _handlers(
        self, value: Value, *, is_fastapi: bool
    ) -> Iterator[tuple[Function, Class | None, str | None]]:
        """The functions that answer, with their class and, for an HTTPEndpoint, their method.

        What FastAPI calls may also be an object of the project with a `__call__`; to Starlette
        that is an ASGI application.
        """
        match value:
            case Function():
                yield value, None, None
            case Class() if self._reader.is_(value, fw.HTTP_ENDPOINT):
                for method in sorted(fw.HTTP_METHODS):
                    for function in self._method(value, method):
                        yield function, value, method
            case Class() if self._is_websocket(value):
                for name in _WEBSOCKET_METHODS:
                    for function in self._method(value, name):
                        yield function, value, None
            case Instance(class_=Class() as class_) if is_fastapi:
                for function in self._method(class_, "__call__"):
                    yield function, class_, None
            case _:
                return

    def _method(self, class_: Class, name: str) -> Iterator[Function]:
        for found in self._reader.evaluator.class_attribute(class_, name):
            if isinstance(found, Function):
                yield found

    def _opaque(
        self,
        node: Node,
        filename: str,
        scope: int,
        call: ir.Call,
        endpoint: ir.Expr,
        values: tuple[Value, ...],
    ) -> Opaque:
        is_asgi = any(isinstance(value, (Instance, Class)) for value in values)
        answers_all = is_asgi and call.keyword("methods") is None
        return Opaque(
            name=label(endpoint),
            owner=node,
            path=self._reader.text(filename, scope, call.argument(0, "path")),
            methods=() if answers_all else self._methods(filename, scope, call),
            is_app=False,
            is_known=isinstance(endpoint, ir.Lambda) or any(_is_seen(value) for value in values),
            place=Place(filename, call.func.span),
            scope=scope,
        )

    def mounted(
        self, node: Node, filename: str, scope: int, path: str, app: ir.Expr, place: Place
    ) -> Opaque:
        """An application that is no node, such as `StaticFiles(...)`."""
        values = self._reader.values(filename, scope, app)
        is_known = any(_is_seen(value) for value in values)
        return Opaque(label(app), node, path, (), is_app=True, is_known=is_known, place=place,
                      scope=scope)  # fmt: skip


def declared(filename: str, scope: int, call: ir.Call) -> tuple[Declared, ...]:
    """`dependencies=[...]` with where it stands."""
    dependencies = call.keyword("dependencies")
    return ((filename, scope, dependencies),) if dependencies is not None else ()


def label(expr: ir.Expr) -> str:
    """A name for what an expression gives: "StaticFiles", "handlers.index", "lambda"."""
    match expr:
        case ir.Call(func=func):
            return ir.dotted(func) or ir.last_name(func) or UNKNOWN
        case ir.Lambda():
            return "lambda"
        case ir.Await(value=value):
            return label(value)
        case _:
            return ir.dotted(expr) or UNKNOWN


def _is_seen(value: Value) -> bool:
    """Whether a value says what answers: a class or object, be it another package's.

    A name that an import brings from elsewhere says only where it comes from.
    """
    match value:
        case External(name=name):
            return name.rpartition(".")[2][:1].isupper()
        case Instance() | Class():
            return True
        case _:
            return False
