"""The `HTTPException`s that leave a function: its own, and those of the functions it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.exception_classes import named_classes, raised_classes
from asgi_lint.model.handlers import ANYTHING
from asgi_lint.model.values import Class, External, Function
from asgi_lint.rules.streaming.late_raises import read_handlers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project

_STARLETTES = "starlette.exceptions.HTTPException"
_FASTAPIS = ("fastapi.HTTPException", "fastapi.exceptions.HTTPException")
_HTTP_EXCEPTIONS = (*_FASTAPIS, _STARLETTES)
_BROAD = frozenset({"BaseException", "Exception", ANYTHING})
_ELSEWHERE = frozenset({"BackgroundTask", "add_task", "create_task", "ensure_future", "start_soon"})
"""Calls that run what they are given in another task."""


@dataclass(frozen=True, slots=True)
class Escape:
    """An `HTTPException` that leaves a function: where it is raised, or called for."""

    place: Place
    class_: External | Class
    status: str
    via: tuple[Step, ...] = ()


class Escapes:
    """What the `candidates` of the rule `code` (see `late_raises`) say of each function."""

    def __init__(self, project: Project, code: str) -> None:
        self._project = project
        self._raises: dict[Function, list[Candidate]] = {}
        self._guards: dict[Function, list[Candidate]] = {}
        for filename, candidate in project.candidates(code):
            kind = self._raises if candidate.get("kind") == "raise" else self._guards
            kind.setdefault(Function(filename, candidate.scope), []).append(candidate)

    def __bool__(self) -> bool:
        return bool(self._raises)

    def of(self, function: Function) -> Iterator[Escape]:
        """What leaves a function by its own raises, and by those of the functions it calls."""
        for raised in self._raises.get(function, ()):
            class_ = self._class(function, raised)
            if class_ is not None and not self.is_caught(function, raised.span, class_):
                place = Place(function.filename, raised.span)
                yield Escape(place, class_, raised.get("status"))
        yield from self._through_calls(function)

    def _through_calls(self, function: Function) -> Iterator[Escape]:
        seen = {function}
        calls = self._project.roles.calls(function)
        for found in calls:
            if _runs_elsewhere(found, calls):
                continue
            for target in self._project.evaluator.values(
                function.filename, found.scope, found.call.func
            ):
                if not isinstance(target, Function) or target in seen:
                    continue
                if self._project.function(target).is_generator:
                    continue
                seen.add(target)
                for raised in self._raises.get(target, ()):
                    class_ = self._class(target, raised)
                    if class_ is None or self.is_caught(target, raised.span, class_):
                        continue
                    if not self.is_caught(function, found.call.span, class_):
                        step = Step("it is raised here", Place(target.filename, raised.span))
                        place = Place(function.filename, found.call.span)
                        yield Escape(place, class_, raised.get("status"), (step,))
                        break

    def is_caught(self, function: Function, span: Span, class_: External | Class | None) -> bool:
        """Whether a `try` around a place ends the exception's way; any exception's, for None."""
        names: tuple[str, ...] = _HTTP_EXCEPTIONS
        if class_ is not None and not self._project.evaluator.is_subclass(class_, *_FASTAPIS):
            names = (_STARLETTES,)
        kinds: set[External | Class] = {External(name) for name in names}
        if class_ is not None:
            kinds.update(self._project.evaluator.ancestry(class_))
        for guard in self._guards.get(function, ()):
            if not (guard.span.start <= span.start and span.end <= guard.span.end):
                continue
            for handler in read_handlers(guard):
                named = kinds.intersection(named_classes(self._project, function, handler.names))
                if named or not _BROAD.isdisjoint(handler.names):
                    if not handler.raises_again:
                        return True
                    break
        return False

    def _class(self, function: Function, raised: Candidate) -> External | Class | None:
        """The class that a `raise` sends out, if it is an `HTTPException`."""
        return next(
            (
                class_
                for class_ in raised_classes(self._project, function, raised)
                if self._project.evaluator.is_subclass(class_, *_HTTP_EXCEPTIONS)
            ),
            None,
        )


def _runs_elsewhere(found: CallFacts, calls: list[CallFacts]) -> bool:
    """Whether a call stands within one that keeps its exception to itself."""
    return any(
        other.call.span.start < found.call.span.start
        and found.call.span.end <= other.call.span.end
        and (
            ir.last_name(other.call.func) in _ELSEWHERE
            or other.call.keyword("return_exceptions") is not None
        )
        for other in calls
    )
