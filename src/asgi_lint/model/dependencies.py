"""FastAPI's dependencies: what asks for them, and the functions that give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.graph import Graph
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Endpoint, Wiring
    from asgi_lint.model.wiring.parts import Declared

_CLASS_DECORATORS = frozenset({"cbv", "controller", "Controller"})
"""What makes a class's own attributes and `__init__` dependencies of each of its endpoints."""

_ALIASES = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A dependency that something asks for; `function` is None for one of another package."""

    name: str
    function: Function | None
    place: Place


class Dependencies:
    """Finds the dependencies of functions and endpoints."""

    def __init__(
        self,
        files: Mapping[str, FileIndex],
        evaluator: Evaluator,
        wiring: Wiring,
        graph: Graph,
    ) -> None:
        self._files = files
        self._evaluator = evaluator
        self._wiring = wiring
        self._graph = graph
        self._known: dict[Function, tuple[Asked, ...]] = {}

    def around(self, endpoint: Endpoint) -> Iterator[Asked]:
        """What the decorator, the router and everything around it declare for an endpoint."""
        yield from self.declared(endpoint.dependencies)
        for node, way in self._graph.ways(endpoint.owner):
            for same in self._graph.same(node):
                yield from self.declared(self._wiring.dependencies.get(same, ()))
            for inclusion in way[:1]:
                yield from self.declared(inclusion.dependencies)

    def declared(self, lists: Iterable[Declared]) -> Iterator[Asked]:
        """What lists such as `dependencies=[Depends(f)]` ask for."""
        for filename, scope, expr in lists:
            for value in self._evaluator.items(filename, scope, expr):
                if isinstance(value, Instance):
                    yield from self._depends(value.filename, value.scope, value.call, None)

    def of(self, function: Function) -> tuple[Asked, ...]:
        """What a function's parameters ask for, and the class-based view that it is part of."""
        known = self._known.get(function)
        if known is None:
            found = dict.fromkeys((*self._parameters(function), *self._of_view(function)))
            known = self._known[function] = tuple(found)
        return known

    def _parameters(self, function: Function) -> Iterator[Asked]:
        index = self._files[function.filename]
        outer = index.facts.scopes[function.scope].parent
        for parameter in index.function(function.scope).parameters:
            yield from self._variable(
                function.filename, outer, parameter.default, parameter.annotation
            )

    def _of_view(self, function: Function) -> Iterator[Asked]:
        """What `@cbv(router) class View` asks for: its attributes and its `__init__`."""
        index = self._files[function.filename]
        scope = index.facts.scopes[index.facts.scopes[function.scope].parent]
        if scope.class_ is None or not any(_makes_view(d) for d in scope.class_.decorators):
            return
        for owner in self._evaluator.ancestry(Class(function.filename, scope.index)):
            if not isinstance(owner, Class):
                continue
            facts = self._files[owner.filename].facts
            for binding in facts.bindings:
                if binding.scope == owner.scope:
                    yield from self._variable(
                        owner.filename, owner.scope, binding.value, binding.annotation
                    )
        for made in self._methods(Class(function.filename, scope.index), "__init__"):
            yield from self._parameters(made)

    def _variable(
        self, filename: str, scope: int, value: ir.Expr | None, annotation: ir.Expr | None
    ) -> Iterator[Asked]:
        """`x: T = Depends(f)` and `x: Annotated[T, Depends(f)]`."""
        if isinstance(value, ir.Call):
            yield from self._depends(filename, scope, value, annotation)
        if annotation is not None:
            yield from self._annotated(filename, scope, annotation)

    def _annotated(
        self, filename: str, scope: int, annotation: ir.Expr, depth: int = 0
    ) -> Iterator[Asked]:
        """The dependencies in `Annotated[T, Depends(f)]`, also behind an alias."""
        if isinstance(annotation, ir.Subscript):
            if ir.last_name(annotation.value) == "Annotated":
                for item in annotation.items[1:]:
                    if isinstance(item, ir.Call):
                        yield from self._depends(filename, scope, item, annotation.items[0])
        elif isinstance(annotation, (ir.Name, ir.Attribute)) and depth < _ALIASES:
            for file, owner, aliased in self._evaluator.annotations.aliased(
                filename, scope, annotation
            ):
                if isinstance(aliased, ir.Subscript):
                    yield from self._annotated(file, owner, aliased, depth + 1)

    def _depends(
        self, filename: str, scope: int, call: ir.Call, annotation: ir.Expr | None
    ) -> Iterator[Asked]:
        targets = self._evaluator.values(filename, scope, call.func)
        names = {t.name for t in targets if isinstance(t, External)}
        if not names & {fw.DEPENDS, fw.SECURITY}:
            return
        dependency = call.argument(0, "dependency") or annotation
        if dependency is None:
            return
        place = Place(filename, call.span)
        name = _name(dependency)
        found = False
        for value in self._evaluator.values(filename, scope, dependency):
            for function in self._functions(value):
                found = True
                yield Asked(name, function, place)
        if not found:
            yield Asked(name, None, place)

    def _functions(self, value: object) -> Iterator[Function]:
        """A function itself, a class's `__init__`, an instance's `__call__`."""
        match value:
            case Function():
                yield value
            case Class():
                yield from self._methods(value, "__init__")
            case Instance(class_=Class() as class_):
                yield from self._methods(class_, "__call__")
            case _:
                return

    def _methods(self, class_: Class, name: str) -> Iterator[Function]:
        for found in self._evaluator.class_attribute(class_, name):
            if isinstance(found, Function):
                yield found


def _makes_view(decorator: ir.Expr) -> bool:
    func = decorator.func if isinstance(decorator, ir.Call) else decorator
    return ir.last_name(func) in _CLASS_DECORATORS


def _name(expr: ir.Expr) -> str:
    match expr:
        case ir.Call(func=func):
            return f"{ir.dotted(func) or '…'}(…)"
        case ir.Subscript(value=value):
            return _name(value)
        case ir.Lambda():
            return "lambda"
        case _:
            return ir.dotted(expr) or "…"
