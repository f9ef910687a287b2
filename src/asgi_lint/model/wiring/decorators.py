"""Decorators that register: the framework's own, and the project's that end in one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model.texts import UNKNOWN
from asgi_lint.model.values import Class, Function
from asgi_lint.model.wiring.routes import ROUTE_DECORATORS, WEBSOCKET_DECORATORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring.handlers import HandlerReader
    from asgi_lint.model.wiring.layers import LayerReader
    from asgi_lint.model.wiring.parts import Node
    from asgi_lint.model.wiring.registry import Registry
    from asgi_lint.model.wiring.routes import RouteReader

_HANDLER_DECORATORS = frozenset({"on_event", "exception_handler"})
_KNOWN_METHODS = frozenset({"middleware", *_HANDLER_DECORATORS, *ROUTE_DECORATORS})


class DecoratorReader:
    """Registers what decorators register."""

    def __init__(
        self,
        files: Mapping[str, FileIndex],
        evaluator: Evaluator,
        registry: Registry,
        layers: LayerReader,
        routes: RouteReader,
        handlers: HandlerReader,
    ) -> None:
        self._files = files
        self._evaluator = evaluator
        self._registry = registry
        self._reader = registry.reader
        self._layers = layers
        self._routes = routes
        self._handlers = handlers

    def file(self, filename: str, index: FileIndex) -> None:
        """Read all decorators of a file."""
        for scope in index.facts.scopes:
            definition = scope.function or scope.class_
            for decorator in definition.decorators if definition is not None else ():
                if not isinstance(decorator, ir.Call):
                    continue
                value = (
                    Function(filename, scope.index)
                    if scope.function is not None
                    else Class(filename, scope.index)
                )
                if isinstance(decorator.func, ir.Attribute):
                    self.called(filename, scope.parent, decorator, decorator.func, value)
                else:
                    self._function_decorator(filename, scope.parent, decorator, value)

    def called(
        self,
        filename: str,
        scope: int,
        call: ir.Call,
        func: ir.Attribute,
        value: Function | Class,
    ) -> None:
        """`@app.get("/x")` above a definition, or `app.get("/x")(f)`."""
        if func.attr == "middleware" and isinstance(value, Function):
            if self._reader.text(filename, scope, call.positional(0)) == "http":
                place = Place(filename, func.span)
                for node in self._registry.registered_on(filename, scope, func):
                    self._registry.add_layers(node, [self._layers.decorated(value, place, scope)])
        elif func.attr in _HANDLER_DECORATORS and isinstance(value, Function):
            for node in self._registry.registered_on(filename, scope, func):
                self._registry.handlers[node] += self._handlers.decorated(
                    filename, scope, call, value
                )
        elif self._is_route(filename, scope, call, func.attr):
            for node in self._registry.registered_on(filename, scope, func):
                self._registry.add_routes(
                    self._routes.decorated(node, filename, scope, call, value)
                )
        elif func.attr not in _KNOWN_METHODS:
            self._own_decorator(filename, scope, func, value)

    def _function_decorator(
        self, filename: str, scope: int, call: ir.Call, value: Function | Class
    ) -> None:
        """`@route("/x")` with a function of the project that returns `app.get(path)`."""
        place = Place(filename, call.func.span)
        for maker in self._evaluator.values(filename, scope, call.func):
            if not isinstance(maker, Function):
                continue
            for expr in self._files[maker.filename].function(maker.scope).returns:
                if not isinstance(expr, ir.Call) or not isinstance(expr.func, ir.Attribute):
                    continue
                if not self._is_route(maker.filename, maker.scope, expr, expr.func.attr):
                    continue
                for node in self._registry.receivers(maker.filename, maker.scope, expr.func.value):
                    found = self._routes.decorated(node, maker.filename, maker.scope, expr, value)
                    self._registry.add_routes(
                        replace(each, place=place, scope=scope) for each in found
                    )

    def _own_decorator(
        self, filename: str, scope: int, func: ir.Attribute, value: Function | Class
    ) -> None:
        """`@router.rpc("/x")` with a method of the project's own router class."""
        for node in self._registry.receivers(filename, scope, func.value):
            if not isinstance(node.class_, Class):
                continue
            for method in self._evaluator.class_attribute(node.class_, func.attr):
                if isinstance(method, Function):
                    self._registering_method(node, method, value, Place(filename, func.span), scope)

    def _registering_method(
        self, node: Node, method: Function, value: Function | Class, place: Place, scope: int
    ) -> None:
        """A method that returns `self.post(path)`; what else it may do is not followed."""
        for expr in self._files[method.filename].function(method.scope).returns:
            if isinstance(expr, ir.Call) and isinstance(expr.func, ir.Attribute):
                attr = expr.func.attr
                if attr in ROUTE_DECORATORS or attr in WEBSOCKET_DECORATORS:
                    found = self._routes.decorated(node, method.filename, method.scope, expr, value)
                    self._registry.add_routes(
                        replace(each, place=place, scope=scope) for each in found
                    )
                    return
        name = self._files[method.filename].function(method.scope).name
        self._registry.gap(node, f"What `{name}` registers cannot be followed", place)

    def _add(
        self,
        node: Node,
        maker: Function,
        call: ir.Call,
        value: Function | Class,
        place: Place,
        scope: int,
    ) -> None:
        """Register what `call` in `maker` does, where `maker` itself is used."""
        found = self._routes.decorated(node, maker.filename, maker.scope, call, value)
        self._registry.add_routes(replace(each, place=place, scope=scope) for each in found)

    def _is_route(self, filename: str, scope: int, call: ir.Call, attr: str) -> bool:
        if attr not in ROUTE_DECORATORS and attr not in WEBSOCKET_DECORATORS:
            return False
        path = self._reader.text(filename, scope, call.argument(0, "path"))
        return not path or path.startswith(("/", UNKNOWN))
