"""The wiring of a project: everything that its calls and decorators register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model import third_party
from asgi_lint.model.index import is_class_name
from asgi_lint.model.values import Class, External, Function, Instance, Typed
from asgi_lint.model.wiring.decorators import DecoratorReader
from asgi_lint.model.wiring.handlers import HandlerReader
from asgi_lint.model.wiring.layers import LayerReader
from asgi_lint.model.wiring.parts import Inclusion, Position
from asgi_lint.model.wiring.reader import ROUTING
from asgi_lint.model.wiring.registry import Registry
from asgi_lint.model.wiring.routes import RouteReader, declared, label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import BindingFacts, CallFacts
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring.parts import Layer, Node

_SERVING = frozenset({"run", "serve", "Config", "Server"})
"""The last names of what serves an application that it is given."""
_ADDING = frozenset(
    {"add_route", "add_api_route", "add_websocket_route", "add_api_websocket_route"}
)
_HANDLING = frozenset({"add_event_handler", "add_exception_handler"})
_INCLUDING = frozenset({"include_router", "mount", "host"})
_REGISTERING = _ADDING | _HANDLING | _INCLUDING | {"add_middleware"}
"""The methods that a name may stand for: `add = app.add_middleware`."""
_TELLING = _REGISTERING | third_party.METHODS | {"__init__"}
"""What is called by one of these names may register something, whoever gave the name."""
_ASSIGNED = frozenset(
    {"routes", "lifespan_context", "user_middleware", "on_startup", "on_shutdown"}
)
"""The attributes of an application whose assignments and extensions count."""


class Wiring(Registry):
    """The registry filled in one pass over the files."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        super().__init__(files, evaluator)
        self._files = files
        self._layers = LayerReader(self.reader)
        self._routes = RouteReader(self.reader, self._layers)
        self._handlers = HandlerReader(self.reader)
        self._kept_calls: dict[str, frozenset[Span]] = {}
        self._method_aliases: dict[str, frozenset[str]] = {}
        self._decorators = DecoratorReader(
            files, evaluator, self, self._layers, self._routes, self._handlers
        )
        for filename, index in files.items():
            for name, found in zip(index.called, index.facts.calls, strict=True):
                if not name or name in _TELLING or is_class_name(name) or name in index.bound:
                    self._call(filename, found)
            for binding in index.facts.bindings:
                if "." in binding.name:
                    self._binding(filename, binding)
            self._decorators.file(filename, index)

    # Calls

    def _call(self, filename: str, found: CallFacts) -> None:
        call, scope = found.call, found.scope
        for target in self._evaluator.made(filename, scope, call):
            if self._is(target, *ROUTING):
                node = Instance(target, filename, call.span, scope, call)
                self._construct(node, self._handed_on(target, call), scope)
            elif self.reader.may_wrap(target):
                self._wrap(filename, scope, call, target)
        if isinstance(call.func, ir.Call) and isinstance(call.func.func, ir.Attribute):
            for value in self._evaluator.values(filename, scope, call.positional(0)):
                if isinstance(value, (Function, Class)):
                    self._decorators.called(filename, scope, call.func, call.func.func, value)
        if ir.last_name(call.func) in third_party.METHODS:
            self._registration(filename, scope, call)
        if isinstance(call.func, ir.Attribute):
            self._method(filename, scope, call, call.func)
        elif isinstance(call.func, ir.Name) and call.func.id in self._aliases(filename):
            self._aliased_method(filename, scope, call, call.func)

    def _aliases(self, filename: str) -> frozenset[str]:
        """The names in a file that hold a method such as `app.add_middleware`."""
        known = self._method_aliases.get(filename)
        if known is None:
            known = self._method_aliases[filename] = frozenset(
                binding.name
                for binding in self._files[filename].facts.bindings
                if isinstance(binding.value, ir.Attribute) and binding.value.attr in _REGISTERING
            )
        return known

    def _aliased_method(self, filename: str, scope: int, call: ir.Call, name: ir.Name) -> None:
        """`add(Timing)` after `add = app.add_middleware`."""
        for file, _, method in self._evaluator.bound(filename, scope, name):
            if file == filename and isinstance(method, ir.Attribute):
                func = structs.replace(method, at=name.at)
                self._method(filename, scope, structs.replace(call, func=func), func)

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
                self.add_layers(node, layers)
                if not layers:
                    self.gap(node, f"`{ir.last_name(call.func)}` {known.does}", place)

    def _method(self, filename: str, scope: int, call: ir.Call, func: ir.Attribute) -> None:
        match func.attr:
            case "add_middleware":
                for node in self.registered_on(filename, scope, func):
                    self.add_layers(
                        node, self._layers.registered(filename, scope, call, Position.ADDED)
                    )
            case name if name in _INCLUDING:
                for node in self.registered_on(filename, scope, func):
                    self._include(node, filename, scope, call, name)
            case name if name in _ADDING:
                for node in self.registered_on(filename, scope, func):
                    self.add_routes(
                        self._routes.called(
                            node, filename, scope, call, is_websocket="websocket" in name
                        )
                    )
            case name if name in _HANDLING:
                for node in self.registered_on(filename, scope, func):
                    self.handlers[node] += self._handlers.called(filename, scope, call)
            case "__init__":
                self._construct_base(filename, scope, call, func)
            case _:
                return

    def _wrap(self, filename: str, scope: int, call: ir.Call, class_: External | Class) -> None:
        """`app = Timing(app)`: a layer put around an application by hand.

        One that only a test client or a benchmark gets is none of the application's.
        """
        if call.span not in self._kept(filename):
            return
        wrapped = self.reader.wrapped(class_, call)
        for node in self.receivers(filename, scope, wrapped):
            self.add_layers(node, [self._layers.wrapper(filename, scope, call, class_)])

    def _kept(self, filename: str) -> frozenset[Span]:
        """The calls whose results a file keeps: in a name, by `return`, or by serving them."""
        known = self._kept_calls.get(filename)
        if known is None:
            facts = self._files[filename].facts
            exprs = [b.value for b in facts.bindings if b.value is not None and not b.augments]
            for scope in facts.scopes:
                exprs += scope.function.returns if scope.function is not None else ()
            for found in facts.calls:
                if ir.last_name(found.call.func) in _SERVING:
                    exprs += (argument.value for argument in found.call.args)
            calls = (call for expr in exprs for call in ir.nested_calls(expr))
            known = self._kept_calls[filename] = frozenset(call.span for call in calls)
        return known

    def _wrappers(self, filename: str, scope: int, expr: ir.Expr) -> Iterator[Layer]:
        """The layers in `Timing(GZip(app))`, from outside to inside."""
        while isinstance(expr, ir.Call):
            made = self._evaluator.made(filename, scope, expr)
            class_ = next((each for each in made if self.reader.may_wrap(each)), None)
            inner = self.reader.wrapped(class_, expr) if class_ is not None else None
            if class_ is None or inner is None:
                return
            yield self._layers.wrapper(filename, scope, expr, class_)
            expr = inner

    def _construct(self, node: Node, call: ir.Call, scope: int) -> None:
        """What the constructor of an application, router or mount registers."""
        self.nodes.setdefault(node)
        filename = node.filename
        call, hidden = self.reader.expanded(filename, scope, call)
        for place in hidden:
            self.gap(node, "Some of its arguments cannot be followed", place)
        middleware = call.keyword("middleware")
        self.add_layers(node, self._layers.listed(filename, scope, middleware, Position.LISTED))
        for place in self.reader.unseen_items(filename, scope, middleware):
            self.gap(node, "Some of its middleware cannot be followed", place)
        self.handlers[node] += self._handlers.constructed(filename, scope, call)
        if self._is(node.class_, fw.MOUNT, fw.HOST):
            self.prefixes[node] = self.reader.text(
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
            self.prefixes[node] = self.reader.text(filename, scope, call.keyword("prefix"))
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
            return structs.replace(call, args=tuple(kept) if passes_on else ())
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
        if attr not in _ASSIGNED:
            return
        if binding.value is None or (
            binding.augments and binding.value.span.start < binding.span.end
        ):
            return
        parts = owner.split(".")
        expr: ir.Expr = ir.Name(parts[0], binding.at)
        for part in parts[1:]:
            expr = ir.Attribute(expr, part, binding.at)
        scope = binding.scope
        for node in self.receivers(filename, scope, expr):
            if attr == "routes":
                self._list(node, filename, scope, binding.value)
            elif attr == "user_middleware":
                position = Position.APPENDED if binding.augments else Position.LISTED
                position = Position.ADDED if binding.at_front else position
                self.add_layers(node, self._layers.listed(filename, scope, binding.value, position))
            elif attr in ("on_startup", "on_shutdown"):
                kind = attr.removeprefix("on_")
                self.handlers[node] += self._handlers.listed(filename, scope, kind, binding.value)
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
                self.add_routes(
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
                self.add_inclusion(value, Inclusion(node, "mounted", place, value.scope))
        for place in self.reader.unseen_items(filename, scope, routes):
            self.gap(node, "Some of its routes cannot be followed", place)

    def _include(self, node: Node, filename: str, scope: int, call: ir.Call, attr: str) -> None:
        if attr == "include_router":
            child, verb = call.argument(0, "router"), "included"
        else:
            child, verb = call.argument(1, "app"), "mounted" if attr == "mount" else "hosted"
        if child is not None:
            self._join(node, filename, scope, child, verb, call)

    def _join(
        self, node: Node, filename: str, scope: int, child: ir.Expr, verb: str, call: ir.Call
    ) -> None:
        """Make what `child` stands for a part of `node`."""
        place = Place(filename, call.func.span)
        is_constructor = isinstance(node, Instance) and node.call.span == call.span
        prefix = call.keyword("prefix") if verb == "included" else call.positional(0)
        if verb != "included" and prefix is None:
            prefix = call.keyword("path") or call.keyword("host")
        path = "" if is_constructor else self.reader.text(filename, scope, prefix)
        dependencies = declared(filename, scope, call) if verb == "included" else ()
        found = False
        for value in self.receivers(filename, scope, child):
            found = True
            if value != node:
                bypasses = self.reader.bypassed(filename, scope, child, value)
                layers = tuple(self._wrappers(filename, scope, child))
                inclusion = Inclusion(
                    node, verb, place, scope, path, dependencies, bypasses, layers
                )
                self.add_inclusion(value, inclusion)
                self._note_foreign_routes(value)
        if found:
            return
        if verb != "included":
            opaque = self._routes.mounted(node, filename, scope, path, child, place)
            if opaque not in self.opaque:
                self.opaque.append(opaque)
        else:
            text = f"The router `{label(child)}` cannot be followed"
            self.gap(node, f"{text}{self._origin(filename, scope, child)}", place)

    def _note_foreign_routes(self, node: Node) -> None:
        """A router that another package's function makes has routes that are not seen."""
        if not isinstance(node, Instance) or not isinstance(node.class_, External):
            return
        for target in self._evaluator.values(node.filename, node.scope, node.call.func):
            if isinstance(target, External) and third_party.makes(target.name) is not None:
                package = target.name.partition(".")[0]
                place = Place(node.filename, node.call.func.span)
                self.gap(node, f"Its routes are made by `{package}`", place)

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

    def _is(self, class_: External | Class, *names: str) -> bool:
        return self._evaluator.is_subclass(class_, *names)
