"""Which functions play which part: what an endpoint calls, what it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.dependencies import Dependencies
from asgi_lint.model.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.dependencies import Asked
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
        self._graph = graph
        self.asked = Dependencies(files, evaluator, wiring, graph)
        self._dependencies: dict[Endpoint, tuple[Reached, ...]] = {}
        self._run_for: dict[tuple[Endpoint, AbstractSet[Function]], tuple[Reached, ...]] = {}
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

    def calls_at(self, function: Function, span: Span) -> list[CallFacts]:
        """The call in the function's own body that stands at a place, and what it calls in turn.

        The second is `f(x)` for `run_in_threadpool(f, x)`.
        """
        return [found for found in self.calls(function) if found.call.span == span]

    def run_for(
        self, endpoint: Endpoint, without: AbstractSet[Function] = frozenset()
    ) -> tuple[Reached, ...]:
        """What runs for a request to an endpoint: it, its dependencies, and what they call.

        Functions in `without`, and what only they call, are left out.
        """
        known = self._run_for.get((endpoint, without))
        if known is None:
            known = self._run_for[endpoint, without] = tuple(self._running(endpoint, without))
        return known

    def running_first(self, endpoint: Endpoint) -> Iterator[Function]:
        """The endpoint's function and its dependencies: what the framework itself calls."""
        yield endpoint.function
        yield from (reached.function for reached in self.dependencies(endpoint))

    def _running(self, endpoint: Endpoint, without: AbstractSet[Function]) -> Iterator[Reached]:
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
        name = ir.last_name(found.call.func)
        if name is not None and name not in self._may_be_called:
            return
        for value in self._evaluator.values(filename, found.scope, found.call.func):
            if isinstance(value, Function):
                yield value

    @cached_property
    def _may_be_called(self) -> frozenset[str]:
        """The names that some function of the project may have somewhere."""
        return frozenset().union(*(index.may_be_called for index in self._files.values()))

    # Dependencies

    def dependencies(self, endpoint: Endpoint) -> tuple[Reached, ...]:
        """The dependencies of a FastAPI endpoint and theirs, with where each is declared."""
        known = self._dependencies.get(endpoint)
        if known is None:
            known = self._dependencies[endpoint] = tuple(self._depended_on(endpoint))
        return known

    def _depended_on(self, endpoint: Endpoint) -> Iterator[Reached]:
        if not self._graph.is_fastapi(endpoint.owner):
            return
        queue = [
            *_reached(self.asked.around(endpoint)),
            *_reached(self.asked.of(endpoint.function)),
        ]
        seen: set[Function] = set()
        while queue:
            current = queue.pop(0)
            if current.function in seen:
                continue
            seen.add(current.function)
            yield current
            queue += [
                Reached(inner.function, current.steps + inner.steps)
                for inner in _reached(self.asked.of(current.function))
            ]


def _reached(asked: Iterable[Asked]) -> Iterator[Reached]:
    """The project's functions among what is asked for."""
    for each in asked:
        if each.function is not None:
            step = Step("the dependency is declared here", each.place)
            yield Reached(each.function, (step,))
