"""Which functions play which part: what an endpoint calls, what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.graph import Graph
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Endpoint, Wiring

_CALL_DEPTH = 6
"""Calls followed from an endpoint; deeper than that, names stop being what they seem."""

_MOST_REACHED = 400


@dataclass(frozen=True, slots=True)
class Reached:
    """A function that runs for an endpoint, with the calls that lead to it."""

    function: Function
    steps: tuple[Step, ...]


class Roles:
    """Answers about the functions of one project."""

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
        self._reached: dict[tuple[Function, AbstractSet[Function]], tuple[Reached, ...]] = {}

    def name(self, function: Function) -> str:
        """The function's own name."""
        return self._files[function.filename].function(function.scope).name

    def place(self, function: Function) -> Place:
        """Where the function's name stands in its definition."""
        index = self._files[function.filename]
        return Place(function.filename, index.function(function.scope).span)

    def calls(self, function: Function) -> list[CallFacts]:
        """The calls in the function's own body."""
        return self._files[function.filename].calls[function.scope]

    def run_for(
        self, endpoint: Endpoint, without: AbstractSet[Function] = frozenset()
    ) -> Iterator[Reached]:
        """What runs for a request to an endpoint: it, its dependencies, and what they call.

        Functions in `without`, and what only they call, are left out.
        """
        seen: set[Function] = set()
        for start in (Reached(endpoint.function, ()), *self.dependencies(endpoint)):
            for reached in self.reachable(start.function, without):
                if reached.function not in seen:
                    seen.add(reached.function)
                    yield Reached(reached.function, start.steps + reached.steps)

    def reachable(
        self, start: Function, without: AbstractSet[Function] = frozenset()
    ) -> tuple[Reached, ...]:
        """`start` and the project's functions that it calls, nearest first."""
        known = self._reached.get((start, without))
        if known is not None:
            return known
        found: list[Reached] = []
        seen = {start, *without}
        queue = [Reached(start, ())] if start not in without else []
        while queue and len(found) < _MOST_REACHED:
            current = queue.pop(0)
            found.append(current)
            if len(current.steps) >= _CALL_DEPTH:
                continue
            for call in self.calls(current.function):
                for target in self._callees(current.function.filename, call):
                    if target not in seen:
                        seen.add(target)
                        queue.append(Reached(target, (*current.steps, self._step(current, call))))
        self._reached[start, without] = tuple(found)
        return self._reached[start, without]

    def _step(self, caller: Reached, found: CallFacts) -> Step:
        name = ir.last_name(found.call.func) or "it"
        return Step(f"`{name}` is called here", Place(caller.function.filename, found.call.span))

    def _callees(self, filename: str, found: CallFacts) -> Iterator[Function]:
        for value in self._evaluator.values(filename, found.scope, found.call.func):
            if isinstance(value, Function):
                yield value

    # Dependencies

    def dependencies(self, endpoint: Endpoint) -> Iterator[Reached]:
        """The dependencies of a FastAPI endpoint and theirs, with where each is declared."""
        if not self._graph.is_fastapi(endpoint.owner):
            return
        declared = [*endpoint.dependencies]
        for node, _ in self._graph.ways(endpoint.owner):
            declared += self._wiring.dependencies.get(node, ())
        queue: list[Reached] = []
        for filename, scope, expr in declared:
            for value in self._evaluator.items(filename, scope, expr):
                if isinstance(value, Instance):
                    queue += self._depends(value.filename, value.scope, value.call, None)
        queue += self._parameters(endpoint.function)
        seen: set[Function] = set()
        while queue:
            current = queue.pop(0)
            if current.function in seen:
                continue
            seen.add(current.function)
            yield current
            queue += [
                Reached(inner.function, current.steps + inner.steps)
                for inner in self._parameters(current.function)
            ]

    def _parameters(self, function: Function) -> Iterator[Reached]:
        """What the `Depends` in a function's parameters ask for."""
        index = self._files[function.filename]
        outer = index.facts.scopes[function.scope].parent
        for parameter in index.function(function.scope).parameters:
            if isinstance(parameter.default, ir.Call):
                yield from self._depends(
                    function.filename, outer, parameter.default, parameter.annotation
                )
            if parameter.annotation is not None:
                yield from self._annotated(function.filename, outer, parameter.annotation)

    def _annotated(
        self, filename: str, scope: int, annotation: ir.Expr, depth: int = 0
    ) -> Iterator[Reached]:
        """The dependencies in `Annotated[T, Depends(f)]`, also behind an alias."""
        if isinstance(annotation, ir.Subscript):
            if ir.last_name(annotation.value) == "Annotated":
                for item in annotation.items[1:]:
                    if isinstance(item, ir.Call):
                        yield from self._depends(filename, scope, item, annotation.items[0])
        elif isinstance(annotation, (ir.Name, ir.Attribute)) and depth < 5:
            for file, owner, aliased in self._evaluator.annotations.aliased(
                filename, scope, annotation
            ):
                if isinstance(aliased, ir.Subscript):
                    yield from self._annotated(file, owner, aliased, depth + 1)

    def _depends(
        self, filename: str, scope: int, call: ir.Call, annotation: ir.Expr | None
    ) -> Iterator[Reached]:
        targets = self._evaluator.values(filename, scope, call.func)
        names = {t.name for t in targets if isinstance(t, External)}
        if not names & {fw.DEPENDS, fw.SECURITY}:
            return
        dependency = call.argument(0, "dependency")
        step = Step("the dependency is declared here", Place(filename, call.span))
        for value in self._evaluator.values(filename, scope, dependency or annotation):
            for function in self._dependency_functions(value):
                yield Reached(function, (step,))

    def _dependency_functions(self, value: object) -> Iterator[Function]:
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
