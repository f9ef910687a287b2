"""The wiring of a project: everything that its calls and decorators register."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model import third_party
from asgi_lint.model.texts import UNKNOWN
from asgi_lint.model.values import Class, External, Function, Instance, Typed
from asgi_lint.model.wiring.handlers import HandlerReader
from asgi_lint.model.wiring.layers import LayerReader
from asgi_lint.model.wiring.parts import Endpoint, Gap, Inclusion, Opaque, Position
from asgi_lint.model.wiring.reader import ROUTING, Reader
from asgi_lint.model.wiring.routes import (
    ROUTE_DECORATORS,
    WEBSOCKET_DECORATORS,
    RouteReader,
    declared,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import BindingFacts, CallFacts
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring.parts import Declared, Handling, Layer, Node

_ADDING = frozenset(
    {"add_route", "add_api_route", "add_websocket_route", "add_api_websocket_route"}
)
_HANDLING = frozenset({"add_event_handler", "add_exception_handler"})
_HANDLER_DECORATORS = frozenset({"on_event", "exception_handler"})
_UNMISTAKABLE = frozenset(
    {"add_middleware", "include_router", "add_api_route", "add_api_websocket_route"}
)
"""Methods that only an application or router has, so that an unknown object must be one."""
_KNOWN_METHODS = frozenset({"middleware", *_HANDLER_DECORATORS, *ROUTE_DECORATORS})


class Wiring:
    """Nodes with their layers, inclusions, routes and handlers, found in one pass.

    `gaps` holds what is registered on a node but cannot be followed; under None what is
    registered on something that cannot be followed.
    """

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator
        self._reader = Reader(files, evaluator)
        self._layers = LayerReader(self._reader)
        self._routes = RouteReader(self._reader, self._layers)
        self._handlers = HandlerReader(self._reader)
        self.nodes: dict[Node, None] = {}
        self.layers: defaultdict[Node, list[Layer]] = defaultdict(list)
        self.inclusions: defaultdict[Node, list[Inclusion]] = defaultdict(list)
        self.endpoints: list[Endpoint] = []
        self.opaque: list[Opaque] = []
        self.handlers: defaultdict[Node, list[Handling]] = defaultdict(list)
        self.dependencies: defaultdict[Node, list[Declared]] = defaultdict(list)
        self.prefixes: dict[Node, str] = {}
        self.gaps: defaultdict[Node | None, list[Gap]] = defaultdict(list)
        for filename, index in files.items():
            for found in index.facts.calls:
                self._call(filename, found)
            for binding in index.facts.bindings:
                if "." in binding.name:
                    self._binding(filename, binding)
            self._decorated(filename, index)

    # Calls

    def _call(self, filename: str, found: CallFacts) -> None:
        call, scope = found.call, found.scope
        for target in self._evaluator.made(filename, scope, call):
            if self._is(target, *ROUTING):
                node = Instance(target, filename, call.span, scope, call)
                self._construct(node, self._handed_on(target, call), scope)
            elif self._reader.may_wrap(target):
                self._wrap(filename, scope, call, target)
        if isinstance(call.func, ir.Call) and isinstance(call.func.func, ir.Attribute):
            for value in self._evaluator.values(filename, scope, call.positional(0)):
                if isinstance(value, (Function, Class)):
                    self._decorator(filename, scope, call.func, call.func.func, value)
        if ir.last_name(call.func) in third_party.METHODS:
            self._registration(filename, scope, call)
        if isinstance(call.func, ir.Attribute):
            self._method(filename, scope, call, call.func)

    def _registration(self, filename: str, scope: int, call: ir.Call) -> None:
        """`Instrumentator().instrument(app)`: what another package does to an application."""
        for target in self._evaluator.values(filename, scope, call.func):
            if not isinstance(target, External):
                continue
            known = third_party.registers(target.name, self._evaluator.releases)
            if known is None:
                continue
            place = Place(filename, call.func.span)
            app = call.keyword(known.app) or call.positional(0) if known.app else call
            for node in self.receivers(filename, scope, app):
                called = ir.last_name(call.func) or "middleware"
                layers = [self._layers.brought(name, called, place, scope) for name in known.layers]
                self._add_layers(node, layers)
                if not layers:
                    self._gap(node, f"`{ir.last_name(call.func)}` {known.does}", place)

    def _method(self, filename: str, scope: int, call: ir.Call, func: ir.Attribute) -> None:
        match func.attr:
            case "add_middleware":
                for node in self._receivers(filename, scope, func):
                    self._add_layers(
                        node, self._layers.registered(filename, scope, call, Position.ADDED)
                    )
            case "include_router" | "mount" | "host":
                for node in self._receivers(filename, scope, func):
                    self._include(node, filename, scope, call, func.attr)
            case name if name in _ADDING:
                for node in self._receivers(filename, scope, func):
                    self._add_routes(
                        self._routes.called(
                            node, filename, scope, call, is_websocket="websocket" in name
                        )
                    )
            case name if name in _HANDLING:
                for node in self._receivers(filename, scope, func):
                    self.handlers[node] += self._handlers.called(filename, scope, call)
            case "__init__":
                self._construct_base(filename, scope, call, func)
            case _:
                return

    def _wrap(self, filename: str, scope: int, call: ir.Call, class_: External | Class) -> None:
        """`Timing(app)`: a layer put around an application by hand."""
        wrapped = self._reader.wrapped(class_, call)
        for node in self.receivers(filename, scope, wrapped):
            self._add_layers(node, [self._layers.wrapper(filename, scope, call, class_)])

    def receivers(self, filename: str, scope: int, expr: ir.Expr | None) -> Iterator[Node]:
        """The applications and routers that `expr` may be; `app.router` counts as `app`."""
        for node in self._reader.nodes(filename, scope, expr):
            self.nodes.setdefault(node)
            yield node

    def _receivers(self, filename: str, scope: int, func: ir.Attribute) -> list[Node]:
        """The nodes that a method is called on; a gap where it must be one and cannot be seen."""
        nodes = [*self.receivers(filename, scope, func.value)]
        if nodes or not self._may_be_node(filename, scope, func):
            return nodes
        text = f"`{label(func.value)}` cannot be followed, so what `{func.attr}` adds is left out"
        self._gap(None, text, Place(filename, func.span))
        return nodes

    def _may_be_node(self, filename: str, scope: int, func: ir.Attribute) -> bool:
        """Whether an object that cannot be followed is an application or router."""
        if not (func.attr in _UNMISTAKABLE or self._reader.imports_framework(filename)):
            return False
        values = self._evaluator.values(filename, scope, func.value)
        return all(isinstance(value, External) for value in values)

    def _construct(self, node: Node, call: ir.Call, scope: int) -> None:
        """What the constructor of an application, router or mount registers."""
        self.nodes.setdefault(node)
        filename = node.filename
        call, hidden = self._reader.expanded(filename, scope, call)
        for place in hidden:
            self._gap(node, "Some of its arguments cannot be followed", place)
        middleware = call.keyword("middleware")
        self._add_layers(node, self._layers.listed(filename, scope, middleware, Position.LISTED))
        for place in self._reader.unseen_items(filename, scope, middleware):
            self._gap(node, "Some of its middleware cannot be followed", place)
        self.handlers[node] += self._handlers.constructed(filename, scope, call)
        if self._is(node.class_, fw.MOUNT, fw.HOST):
            self.prefixes[node] = self._reader.text(
                filename, scope, call.positional(0) or call.keyword("path") or call.keyword("host")
            )
            child = call.argument(1, "app")
            if child is not None:
                self._join(node, filename, scope, child, "mounted", call)
            self._list(node, filename, scope, call.keyword("routes"))
        else:
            is_fastapi = self._is(node.class_, fw.FASTAPI, fw.API_ROUTER)
            position = 1 if not is_fastapi and self._is(node.class_, fw.STARLETTE) else 0
            routes = call.keyword("routes") if is_fastapi else call.argument(position, "routes")
            self.prefixes[node] = self._reader.text(filename, scope, call.keyword("prefix"))
            self._list(node, filename, scope, routes)
        self.dependencies[node] += declared(filename, scope, call)

    def _handed_on(self, class_: External | Class, call: ir.Call) -> ir.Call:
        """The call without what a project's own `__init__` takes for itself."""
        if not isinstance(class_, Class):
            return call
        for own in self._evaluator.class_attribute(class_, "__init__"):
            if not isinstance(own, Function):
                continue
            parameters = self._files[own.filename].function(own.scope).parameters
            taken = {parameter.name for parameter in parameters if not parameter.kind}
            passes_on = any(parameter.kind == "**" for parameter in parameters)
            kept = (a for a in call.args if a.keyword is not None and a.keyword not in taken)
            return replace(call, args=tuple(kept) if passes_on else ())
        return call

    def _construct_base(self, filename: str, scope: int, call: ir.Call, func: ir.Attribute) -> None:
        """`super().__init__(routes=..., middleware=...)` in a subclass of an application."""
        index = self._files[filename]
        owner = index.class_around(scope)
        if owner is None or not isinstance(func.value, ir.Call):
            return
        if ir.last_name(func.value.func) != "super" or not self._is(
            Class(filename, owner), *ROUTING
        ):
            return
        self._construct(Typed(Class(filename, owner), filename, scope, "self"), call, scope)

    # Assignments

    def _binding(self, filename: str, binding: BindingFacts) -> None:
        """`app.routes.append(...)`, `app.user_middleware = [...]` and their like."""
        owner, _, attr = binding.name.rpartition(".")
        if attr not in ("routes", "lifespan_context", "user_middleware"):
            return
        if binding.value is None or (
            binding.augments and binding.value.span.start < binding.span.end
        ):
            return
        parts = owner.split(".")
        expr: ir.Expr = ir.Name(parts[0], binding.span)
        for part in parts[1:]:
            expr = ir.Attribute(expr, part, binding.span, binding.span)
        scope = binding.scope
        for node in self.receivers(filename, scope, expr):
            if attr == "routes":
                self._list(node, filename, scope, binding.value)
            elif attr == "user_middleware":
                position = Position.APPENDED if binding.augments else Position.LISTED
                position = Position.ADDED if binding.at_front else position
                self._add_layers(
                    node, self._layers.listed(filename, scope, binding.value, position)
                )
            else:
                self.handlers[node] += self._handlers.function(
                    filename, scope, "lifespan", "", binding.value
                )

    # Routes

    def _list(self, node: Node, filename: str, scope: int, routes: ir.Expr | None) -> None:
        """`routes=[Route(...), Mount(...), ...]`."""
        for value in self._evaluator.items(filename, scope, routes):
            if not isinstance(value, Instance):
                continue
            if self._is(value.class_, fw.ROUTE, fw.WEBSOCKET_ROUTE):
                self._add_routes(
                    self._routes.called(
                        node,
                        value.filename,
                        value.scope,
                        value.call,
                        is_websocket=self._is(value.class_, fw.WEBSOCKET_ROUTE),
                    )
                )
            elif self._is(value.class_, *ROUTING):
                self.nodes.setdefault(value)
                place = Place(value.filename, value.call.func.span)
                self._add_inclusion(value, Inclusion(node, "mounted", place, value.scope))
        for place in self._reader.unseen_items(filename, scope, routes):
            self._gap(node, "Some of its routes cannot be followed", place)

    def _include(self, node: Node, filename: str, scope: int, call: ir.Call, attr: str) -> None:
        if attr == "include_router":
            child, verb = call.argument(0, "router"), "included"
        else:
            child, verb = call.argument(1, "app"), "mounted"
        if child is not None:
            self._join(node, filename, scope, child, verb, call)

    def _join(
        self, node: Node, filename: str, scope: int, child: ir.Expr, verb: str, call: ir.Call
    ) -> None:
        """Make what `child` stands for a part of `node`."""
        place = Place(filename, call.func.span)
        is_constructor = isinstance(node, Instance) and node.call.span == call.span
        prefix = call.keyword("prefix") if verb == "included" else call.positional(0)
        if verb == "mounted" and prefix is None:
            prefix = call.keyword("path") or call.keyword("host")
        path = "" if is_constructor else self._reader.text(filename, scope, prefix)
        dependencies = declared(filename, scope, call) if verb == "included" else ()
        found = False
        for value in self.receivers(filename, scope, child):
            found = True
            if value != node:
                bypasses = self._reader.bypassed(filename, scope, child, value)
                inclusion = Inclusion(node, verb, place, scope, path, dependencies, bypasses)
                self._add_inclusion(value, inclusion)
                self._note_foreign_routes(value)
        if found:
            return
        if verb == "mounted":
            opaque = self._routes.mounted(node, filename, scope, path, child, place)
            if opaque not in self.opaque:
                self.opaque.append(opaque)
        else:
            text = f"The router `{label(child)}` cannot be followed"
            self._gap(node, f"{text}{self._origin(filename, scope, child)}", place)

    def _note_foreign_routes(self, node: Node) -> None:
        """A router that another package's function makes has routes that are not seen."""
        if not isinstance(node, Instance) or not isinstance(node.class_, External):
            return
        for target in self._evaluator.values(node.filename, node.scope, node.call.func):
            if isinstance(target, External) and third_party.makes(target.name) is not None:
                package = target.name.partition(".")[0]
                place = Place(node.filename, node.call.func.span)
                self._gap(node, f"Its routes are made by `{package}`", place)

    def _origin(self, filename: str, scope: int, expr: ir.Expr) -> str:
        """Where something that is not the project's comes from, to end a sentence."""
        while True:
            for value in self._evaluator.values(filename, scope, expr):
                class_ = value.class_ if isinstance(value, (Instance, Typed)) else value
                if isinstance(class_, External):
                    return f": it comes from `{class_.name.partition('.')[0]}`"
            if isinstance(expr, (ir.Attribute, ir.Await)):
                expr = expr.value
            elif isinstance(expr, ir.Call):
                expr = expr.func
            else:
                return ""

    def _add_inclusion(self, child: Node, inclusion: Inclusion) -> None:
        if inclusion not in self.inclusions[child]:
            self.inclusions[child].append(inclusion)

    def _add_routes(self, routes: Iterable[Endpoint | Opaque]) -> None:
        for route in routes:
            if isinstance(route, Endpoint):
                self.endpoints.append(route)
            else:
                self.opaque.append(route)

    def _add_layers(self, node: Node, layers: Iterable[Layer]) -> None:
        for layer in layers:
            if layer not in self.layers[node]:
                self.layers[node].append(layer)

    def _gap(self, node: Node | None, text: str, place: Place) -> None:
        gap = Gap(text, place)
        if gap not in self.gaps[node]:
            self.gaps[node].append(gap)

    # Decorators

    def _decorated(self, filename: str, index: FileIndex) -> None:
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
                    self._decorator(filename, scope.parent, decorator, decorator.func, value)
                else:
                    self._function_decorator(filename, scope.parent, decorator, value)

    def _decorator(
        self,
        filename: str,
        scope: int,
        call: ir.Call,
        func: ir.Attribute,
        value: Function | Class,
    ) -> None:
        if func.attr == "middleware" and isinstance(value, Function):
            if self._reader.text(filename, scope, call.positional(0)) == "http":
                place = Place(filename, func.span)
                for node in self._receivers(filename, scope, func):
                    self._add_layers(node, [self._layers.decorated(value, place, scope)])
        elif func.attr in _HANDLER_DECORATORS and isinstance(value, Function):
            for node in self._receivers(filename, scope, func):
                self.handlers[node] += self._handlers.decorated(filename, scope, call, value)
        elif self._is_route(filename, scope, call, func.attr):
            for node in self._receivers(filename, scope, func):
                self._add_routes(self._routes.decorated(node, filename, scope, call, value))
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
                for node in self.receivers(maker.filename, maker.scope, expr.func.value):
                    found = self._routes.decorated(node, maker.filename, maker.scope, expr, value)
                    self._add_routes(replace(each, place=place, scope=scope) for each in found)

    def _own_decorator(
        self, filename: str, scope: int, func: ir.Attribute, value: Function | Class
    ) -> None:
        """`@router.rpc("/x")` with a method of the project's own router class."""
        for node in self.receivers(filename, scope, func.value):
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
                    self._add_routes(replace(each, place=place, scope=scope) for each in found)
                    return
        name = self._files[method.filename].function(method.scope).name
        self._gap(node, f"What `{name}` registers cannot be followed", place)

    def _is_route(self, filename: str, scope: int, call: ir.Call, attr: str) -> bool:
        if attr not in ROUTE_DECORATORS and attr not in WEBSOCKET_DECORATORS:
            return False
        path = self._reader.text(filename, scope, call.argument(0, "path"))
        return not path or path.startswith(("/", UNKNOWN))

    def _is(self, class_: External | Class, *names: str) -> bool:
        return self._evaluator.is_subclass(class_, *names)
