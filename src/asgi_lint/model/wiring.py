"""The application graph: applications, routers, mounts, middleware layers, endpoints."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.values import Value

Node: TypeAlias = Instance | Typed
"""An application, router or mount."""

_ROUTING = (fw.STARLETTE, fw.ROUTER, fw.MOUNT, fw.HOST)
_ROUTE_DECORATORS = fw.HTTP_METHODS | {"route", "api_route"}
_WEBSOCKET_DECORATORS = frozenset({"websocket", "websocket_route"})


@dataclass(frozen=True, slots=True)
class Layer:
    """A middleware layer: its class, where it is registered, its dispatcher if it has one."""

    name: str
    class_: External | Class | None
    dispatcher: Function | None
    is_base_http: bool
    place: Place

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
    """A router, mount or sub-application that becomes part of `parent`."""

    parent: Node
    verb: str
    place: Place


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A function that answers requests, the node that it is registered on, and where."""

    function: Function
    owner: Node
    path: str
    is_websocket: bool
    place: Place
    layers: tuple[Layer, ...] = ()
    dependencies: tuple[tuple[str, int, ir.Expr], ...] = field(default=(), compare=False)


class Wiring:
    """Everything that the project's calls and decorators register, found in one pass."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator
        self.nodes: dict[Node, None] = {}
        self.layers: defaultdict[Node, list[Layer]] = defaultdict(list)
        self.inclusions: defaultdict[Node, list[Inclusion]] = defaultdict(list)
        self.endpoints: list[Endpoint] = []
        self.dependencies: defaultdict[Node, list[tuple[str, int, ir.Expr]]] = defaultdict(list)
        for filename, index in files.items():
            for found in index.facts.calls:
                self._call(filename, found)
            self._decorated(filename, index)

    # Calls

    def _call(self, filename: str, found: CallFacts) -> None:
        call, scope = found.call, found.scope
        for target in self._evaluator.made(filename, scope, call):
            if self._is(target, *_ROUTING):
                self._construct(Instance(target, filename, call.span, scope, call))
            elif self._is(target, fw.BASE_HTTP_MIDDLEWARE):
                self._wrap(filename, scope, call, target)
        if isinstance(call.func, ir.Call) and isinstance(call.func.func, ir.Attribute):
            for value in self._evaluator.values(filename, scope, call.positional(0)):
                if isinstance(value, (Function, Class)):
                    self._decorator(filename, scope, call.func, call.func.func, value)
        if not isinstance(call.func, ir.Attribute):
            return
        match call.func.attr:
            case "add_middleware":
                for node in self.receivers(filename, scope, call.func.value):
                    self._add_layers(node, filename, scope, call)
            case "include_router" | "mount" | "host":
                for node in self.receivers(filename, scope, call.func.value):
                    self._include(node, filename, scope, call, call.func.attr)
            case "add_route" | "add_api_route" | "add_websocket_route" | "add_api_websocket_route":
                for node in self.receivers(filename, scope, call.func.value):
                    self._add_endpoints(
                        node, filename, scope, call, is_websocket="websocket" in call.func.attr
                    )
            case _:
                return

    def _wrap(self, filename: str, scope: int, call: ir.Call, class_: External | Class) -> None:
        """`Timing(app)`: a layer put around an application by hand."""
        wrapped = call.argument(0, "app")
        if wrapped is None:
            return
        dispatcher = self._dispatcher(filename, scope, call.keyword("dispatch"), class_)
        name = self._layer_name(class_, dispatcher)
        place = Place(filename, call.func.span)
        layer = Layer(name, class_, dispatcher, is_base_http=True, place=place)
        for node in self.receivers(filename, scope, wrapped):
            self.layers[node].append(layer)

    def receivers(self, filename: str, scope: int, expr: ir.Expr) -> Iterator[Node]:
        """The applications and routers that `expr` may be; `app.router` counts as `app`."""
        if isinstance(expr, ir.Attribute) and expr.attr == "router":
            yield from self.receivers(filename, scope, expr.value)
        for value in self._evaluator.values(filename, scope, expr):
            if isinstance(value, (Instance, Typed)) and self._is(value.class_, *_ROUTING):
                self.nodes.setdefault(value)
                yield value

    def _construct(self, node: Instance) -> None:
        self.nodes.setdefault(node)
        filename, scope, call = node.filename, node.scope, node.call
        for value in self._evaluator.items(filename, scope, call.keyword("middleware")):
            if isinstance(value, Instance) and self._is(value.class_, fw.MIDDLEWARE):
                self._add_layers(node, value.filename, value.scope, value.call)
        if self._is(node.class_, fw.MOUNT, fw.HOST):
            child = call.argument(1, "app")
            self._include_values(node, filename, scope, child, "mounted", call)
            self._routes(node, filename, scope, call.keyword("routes"))
        else:
            is_fastapi = self._is(node.class_, fw.FASTAPI, fw.API_ROUTER)
            position = 1 if not is_fastapi and self._is(node.class_, fw.STARLETTE) else 0
            routes = call.keyword("routes") if is_fastapi else call.argument(position, "routes")
            self._routes(node, filename, scope, routes)
        self._depend(node, filename, scope, call)

    def _depend(self, node: Node, filename: str, scope: int, call: ir.Call) -> None:
        dependencies = call.keyword("dependencies")
        if dependencies is not None:
            self.dependencies[node].append((filename, scope, dependencies))

    def _routes(self, node: Node, filename: str, scope: int, routes: ir.Expr | None) -> None:
        for value in self._evaluator.items(filename, scope, routes):
            if not isinstance(value, Instance):
                continue
            if self._is(value.class_, fw.ROUTE, fw.WEBSOCKET_ROUTE):
                is_websocket = self._is(value.class_, fw.WEBSOCKET_ROUTE)
                self._add_endpoints(
                    node, value.filename, value.scope, value.call, is_websocket=is_websocket
                )
            elif self._is(value.class_, *_ROUTING):
                place = Place(value.filename, value.call.func.span)
                self.inclusions[value].append(Inclusion(node, "mounted", place))

    def _include(self, node: Node, filename: str, scope: int, call: ir.Call, attr: str) -> None:
        if attr == "include_router":
            child = call.argument(0, "router")
            self._include_values(node, filename, scope, child, "included", call)
            self._depend(node, filename, scope, call)
        else:
            self._include_values(node, filename, scope, call.argument(1, "app"), "mounted", call)

    def _include_values(
        self, node: Node, filename: str, scope: int, child: ir.Expr | None, verb: str, call: ir.Call
    ) -> None:
        if child is None:
            return
        for value in self.receivers(filename, scope, child):
            if value != node:
                place = Place(filename, call.func.span)
                self.inclusions[value].append(Inclusion(node, verb, place))

    def _add_endpoints(
        self, node: Node, filename: str, scope: int, call: ir.Call, *, is_websocket: bool
    ) -> None:
        path = call.argument(0, "path")
        endpoint = call.argument(1, "endpoint") or call.keyword("route")
        layers = tuple(
            layer
            for value in self._evaluator.items(filename, scope, call.keyword("middleware"))
            if isinstance(value, Instance) and self._is(value.class_, fw.MIDDLEWARE)
            for layer in self._layers(value.filename, value.scope, value.call)
        )
        for value in self._evaluator.values(filename, scope, endpoint):
            for function in self._handlers(value):
                self.endpoints.append(
                    Endpoint(
                        function,
                        node,
                        _text(path),
                        is_websocket,
                        Place(filename, call.func.span),
                        layers,
                        _dependencies(filename, scope, call),
                    )
                )

    def _handlers(self, value: Value) -> Iterator[Function]:
        """The functions that answer: the function itself, or the methods of an HTTPEndpoint."""
        if isinstance(value, Function):
            yield value
        elif isinstance(value, Class) and self._is(value, fw.HTTP_ENDPOINT):
            for method in sorted(fw.HTTP_METHODS):
                for found in self._evaluator.class_attribute(value, method):
                    if isinstance(found, Function):
                        yield found

    # Middleware

    def _add_layers(self, node: Node, filename: str, scope: int, call: ir.Call) -> None:
        for layer in self._layers(filename, scope, call):
            if layer not in self.layers[node]:
                self.layers[node].append(layer)

    def _layers(self, filename: str, scope: int, call: ir.Call) -> Iterator[Layer]:
        """The layer that `add_middleware(X, ...)` or `Middleware(X, ...)` stands for."""
        expr = call.argument(0, "middleware_class") or call.keyword("cls")
        if expr is None:
            return
        place = Place(filename, call.func.span)
        name = ir.last_name(expr) or "middleware"
        known = False
        for value in self._evaluator.values(filename, scope, expr):
            if isinstance(value, (Class, External)):
                known = True
                dispatcher = self._dispatcher(filename, scope, call.keyword("dispatch"), value)
                is_base = self._is(value, fw.BASE_HTTP_MIDDLEWARE)
                yield Layer(self._layer_name(value, dispatcher), value, dispatcher, is_base, place)
        if not known:
            yield Layer(name, None, None, is_base_http=False, place=place)

    def _dispatcher(
        self, filename: str, scope: int, dispatch: ir.Expr | None, class_: External | Class
    ) -> Function | None:
        values = [*self._evaluator.values(filename, scope, dispatch)]
        if isinstance(class_, Class):
            values += self._evaluator.class_attribute(class_, "dispatch")
        return next((v for v in values if isinstance(v, Function)), None)

    def _layer_name(self, class_: External | Class, dispatcher: Function | None) -> str:
        """The class's name; for Starlette's own with `dispatch=`, the function's."""
        if isinstance(class_, Class):
            return self._files[class_.filename].class_(class_.scope).name
        if class_.name == fw.BASE_HTTP_MIDDLEWARE and dispatcher is not None:
            return self._files[dispatcher.filename].function(dispatcher.scope).name
        return class_.name.rpartition(".")[2]

    # Decorators

    def _decorated(self, filename: str, index: FileIndex) -> None:
        for scope in index.facts.scopes:
            definition = scope.function or scope.class_
            for decorator in definition.decorators if definition is not None else ():
                if isinstance(decorator, ir.Call) and isinstance(decorator.func, ir.Attribute):
                    value = (
                        Function(filename, scope.index)
                        if scope.function is not None
                        else Class(filename, scope.index)
                    )
                    self._decorator(filename, scope.parent, decorator, decorator.func, value)

    def _decorator(
        self,
        filename: str,
        scope: int,
        call: ir.Call,
        func: ir.Attribute,
        value: Function | Class,
    ) -> None:
        place = Place(filename, func.span)
        if func.attr == "middleware" and isinstance(value, Function):
            if _text(call.positional(0)) == "http":
                name = self._files[value.filename].function(value.scope).name
                layer = Layer(name, None, value, is_base_http=True, place=place)
                for node in self.receivers(filename, scope, func.value):
                    self.layers[node].append(layer)
            return
        if func.attr not in _ROUTE_DECORATORS | _WEBSOCKET_DECORATORS:
            return
        for node in self.receivers(filename, scope, func.value):
            for function in self._handlers(value):
                self.endpoints.append(
                    Endpoint(
                        function,
                        node,
                        _text(call.argument(0, "path")),
                        func.attr in _WEBSOCKET_DECORATORS,
                        place,
                        dependencies=_dependencies(filename, scope, call),
                    )
                )

    def _is(self, class_: External | Class, *names: str) -> bool:
        return self._evaluator.is_subclass(class_, *names)


def _text(expr: ir.Expr | None) -> str:
    return expr.value if isinstance(expr, ir.Constant) and isinstance(expr.value, str) else ""


def _dependencies(filename: str, scope: int, call: ir.Call) -> tuple[tuple[str, int, ir.Expr], ...]:
    dependencies = call.keyword("dependencies")
    return ((filename, scope, dependencies),) if dependencies is not None else ()
