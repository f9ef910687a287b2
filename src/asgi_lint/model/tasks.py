"""Background tasks: where each is attached to a response or added to FastAPI's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import FileIndex


@dataclass(frozen=True, slots=True)
class TaskSite:
    """A place that gives a response background tasks.

    `names` are what runs later, as it is written, so far as that can be seen. `place` is that of
    the (first) `add_task(...)` or `BackgroundTask(...)` call, else of the `background` argument.
    """

    function: Function
    names: tuple[str, ...]
    place: Place

    @property
    def phrase(self) -> str:
        """The tasks by name, to begin a sentence: "Background task `send_mail`"."""
        match self.names:
            case ():
                return "The background task"
            case (name,):
                return f"Background task `{name}`"
            case names:
                listed = ", ".join(f"`{name}`" for name in names[:-1])
                return f"Background tasks {listed} and `{names[-1]}`"

    @property
    def is_plural(self) -> bool:
        """Whether the phrase speaks of several tasks."""
        return len(self.names) > 1


class Tasks:
    """Finds the task sites in a function."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator
        self._known: dict[Function, tuple[TaskSite, ...]] = {}

    def sites(self, function: Function) -> tuple[TaskSite, ...]:
        """The task sites in the function's own body."""
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = tuple(dict.fromkeys(self._find(function)))
        return known

    def may_stand(self) -> Iterator[Function]:
        """The functions that may have sites, told from what is written alone."""
        for filename, index in self._files.items():
            scopes = {b.scope for b in index.facts.bindings if b.name.endswith(".background")}
            for name, found in zip(index.called, index.facts.calls, strict=True):
                if name == "add_task" or found.call.keyword("background") is not None:
                    scopes.add(found.scope)
            for scope in scopes:
                if index.facts.scopes[scope].function is not None:
                    yield Function(filename, scope)

    def _find(self, function: Function) -> Iterator[TaskSite]:
        index = self._files[function.filename]
        calls = index.calls[function.scope]
        injected = tuple(self._injected(function, calls))
        yield from injected
        for found in calls:
            yield from self._unless(injected, self.attached(function.filename, found))
        for binding in index.facts.bindings:
            is_background = binding.scope == function.scope and binding.name.endswith(".background")
            if is_background and binding.value is not None:
                yield from self._unless(injected, self._task(function, binding.value))

    @staticmethod
    def _unless(injected: tuple[TaskSite, ...], found: Iterable[TaskSite]) -> Iterator[TaskSite]:
        """Injected tasks that are attached by hand as well are the same tasks."""
        return (site for site in found if site.names or not injected)

    def _injected(self, function: Function, calls: list[CallFacts]) -> Iterator[TaskSite]:
        """`tasks.add_task(f, ...)` on the tasks that FastAPI injects, all calls as one site.

        Tasks that the project makes itself count where they are attached to a response.
        """
        added: dict[Typed, list[ir.Call]] = {}
        for found in calls:
            func = found.call.func
            if not isinstance(func, ir.Attribute) or func.attr != "add_task":
                continue
            for value in self._evaluator.values(function.filename, found.scope, func.value):
                if isinstance(value, Typed) and self._is(value.class_, fw.BACKGROUND_TASKS):
                    added.setdefault(value, []).append(found.call)
                    break
        for group in added.values():
            yield _site(function, group)

    def attached(self, filename: str, found: CallFacts) -> Iterator[TaskSite]:
        """`Response(..., background=...)`, also of a subclass or a template response."""
        background = found.call.keyword("background")
        if background is None or isinstance(background, ir.Constant):
            return
        if self.is_response(filename, found):
            yield from self._task(Function(filename, found.scope), background)

    def is_response(self, filename: str, found: CallFacts) -> bool:
        """Whether a call makes a response."""
        if ir.last_name(found.call.func) == "TemplateResponse":
            return True
        return any(
            self._is(class_, fw.RESPONSE)
            for class_ in self._evaluator.made(filename, found.scope, found.call)
        )

    def _task(self, function: Function, expr: ir.Expr) -> Iterator[TaskSite]:
        filename = function.filename
        for value in self._evaluator.values(filename, function.scope, expr):
            match value:
                case Instance(class_=class_) if self._is(class_, fw.BACKGROUND_TASK):
                    yield from self._made(function, value, expr)
                case Typed(class_=class_) if self._is(class_, fw.BACKGROUND_TASK):
                    yield TaskSite(function, (), Place(filename, expr.span))
                case _:
                    continue

    def _made(self, function: Function, value: Instance, expr: ir.Expr) -> Iterator[TaskSite]:
        """A `BackgroundTask(f)` made here, or the `add_task` calls on a hand-made collection."""
        owner = Function(value.filename, value.scope)
        if not self._is(value.class_, fw.BACKGROUND_TASKS):
            yield _site(owner, [value.call])
            return
        within = replace(value, made_by=None)  # in a factory, what its own code sees
        added = [
            found.call
            for found in self._files[value.filename].calls[value.scope]
            if isinstance(found.call.func, ir.Attribute)
            and found.call.func.attr == "add_task"
            and within in self._evaluator.values(value.filename, value.scope, found.call.func.value)
        ]
        yield (
            _site(owner, added)
            if added
            else TaskSite(function, (), Place(function.filename, expr.span))
        )

    def _is(self, class_: External | Class, *names: str) -> bool:
        return self._evaluator.is_subclass(class_, *names)


def _site(function: Function, calls: list[ir.Call]) -> TaskSite:
    targets = [call.argument(0, "func") for call in calls]
    names = [_name(target) for target in targets if target is not None]
    place = Place(function.filename, calls[0].span)
    return TaskSite(function, tuple(dict.fromkeys(name for name in names if name)), place)


def _name(target: ir.Expr) -> str | None:
    """The function's name as it is written, also within `partial(f, ...)`."""
    if isinstance(target, ir.Call) and ir.last_name(target.func) == "partial":
        inner = target.positional(0)
        return ir.dotted(inner) if inner is not None else None
    return ir.dotted(target)
