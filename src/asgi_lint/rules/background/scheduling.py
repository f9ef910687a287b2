"""The calls that hand a function over to be run after the response, and the fix that makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.diagnostics import Applicability, Edit, Fix, Place, Span
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, Function, Instance, Typed
from asgi_lint.rules.background.call_results import Result, is_inert, result_of, result_of_call

if TYPE_CHECKING:
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project

_LAMBDA = len("lambda: ")

Collection: TypeAlias = Instance | Typed
"""A `BackgroundTasks`: made by the project, or (`Typed`) given by FastAPI."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """`tasks.add_task(f, ...)` or `BackgroundTask(f, ...)`.

    `callable` is the argument that holds `f`, `rest` are the arguments that `f` gets.
    `collections` are what `tasks` may be; it is empty for a `BackgroundTask`.
    """

    filename: str
    scope: int
    call: ir.Call
    callable: ir.Argument
    rest: tuple[ir.Argument, ...]
    collections: tuple[Collection, ...]

    @property
    def verb(self) -> str:
        """`add_task` or the class as it is written."""
        return ir.last_name(self.call.func) or "BackgroundTask"

    @property
    def name(self) -> str | None:
        """What is to run, as it is written, also within `partial(f, ...)`."""
        written: ir.Expr | None = self.callable.value
        if isinstance(written, ir.Call) and ir.last_name(written.func) == "partial":
            written = written.positional(0)
        return ir.dotted(written) if written is not None else None


def scheduled(project: Project) -> tuple[Scheduled, ...]:
    """Every such call of the project."""
    return project.once(_all_scheduled)


def _all_scheduled(project: Project) -> tuple[Scheduled, ...]:
    names = _task_names(project)
    sites = (
        _scheduled(project, filename, found)
        for filename, index in project.files.items()
        for found in index.calls_named(names)
    )
    return tuple(site for site in sites if site is not None)


def _task_names(project: Project) -> frozenset[str]:
    """`add_task`, and every name under which some file may have `BackgroundTask` or a subclass.

    It spares the evaluation of all the calls that have none of these names.
    """
    names = {"add_task", fw.BACKGROUND_TASK.rpartition(".")[2]}
    size = 0
    while size < len(names):
        size = len(names)
        for index in project.files.values():
            names.update(found.bound for found in index.facts.imports if found.name in names)
            names.update(
                binding.name.rpartition(".")[2]
                for binding in index.facts.bindings
                if binding.value is not None and ir.last_name(binding.value) in names
            )
            for scope in index.facts.scopes:
                if scope.class_ is not None and any(
                    ir.last_name(base) in names for base in scope.class_.bases
                ):
                    names.add(scope.class_.name)
    return frozenset(names)


def _scheduled(project: Project, filename: str, found: CallFacts) -> Scheduled | None:
    call = found.call
    collections: tuple[Collection, ...] = ()
    if isinstance(call.func, ir.Attribute) and call.func.attr == "add_task":
        collections = _collections(project, filename, found.scope, call.func.value)
        if not collections:
            return None
    elif not _makes_task(project, filename, found):
        return None
    callable_ = _callable(call)
    if callable_ is None:
        return None
    rest = tuple(arg for arg in call.args if arg is not callable_)
    return Scheduled(filename, found.scope, call, callable_, rest, collections)


def _collections(
    project: Project, filename: str, scope: int, expr: ir.Expr
) -> tuple[Collection, ...]:
    """What `expr` may be, if that is a `BackgroundTasks` of Starlette in every case."""
    found: list[Collection] = []
    for value in project.evaluator.values(filename, scope, expr):
        if not isinstance(value, (Instance, Typed)):
            return ()
        if not project.evaluator.is_subclass(value.class_, fw.BACKGROUND_TASKS):
            return ()
        if _redefines(project, value.class_, "add_task"):
            return ()
        found.append(value)
    return tuple(found)


def _makes_task(project: Project, filename: str, found: CallFacts) -> bool:
    return any(
        project.evaluator.is_subclass(class_, fw.BACKGROUND_TASK)
        and not project.evaluator.is_subclass(class_, fw.BACKGROUND_TASKS)
        and not _redefines(project, class_, "__init__")
        for class_ in project.evaluator.made(filename, found.scope, found.call)
    )


def _redefines(project: Project, class_: object, method: str) -> bool:
    """Whether a class of the project has that method from itself or another of the project."""
    return isinstance(class_, Class) and any(project.evaluator.class_attribute(class_, method))


def _callable(call: ir.Call) -> ir.Argument | None:
    """The first positional argument, or `func=`."""
    if call.args and call.args[0].keyword is None and not call.args[0].star:
        return call.args[0]
    return next((arg for arg in call.args if arg.keyword == "func"), None)


# The fix


def hand_over(project: Project, site: Scheduled, called: ir.Call) -> Fix:
    """`f(a, b=1)`, `await f(a, b=1)` and `lambda: f(a, b=1)` become `f, a, b=1`.

    There are no edits where it is not sure that this is the same call, nor where the function
    would not run as a background task either.
    """
    name = ir.dotted(called.func) or ir.last_name(called.func) or "the function"
    values = project.evaluator.values(site.filename, site.scope, called.func)
    if any(isinstance(value, Class) for value in values):
        return Fix(Applicability.ADVICE, f"Hand over the method of `{name}` that is to run")
    if any(isinstance(value, Function) and is_inert(project, value) for value in values):
        result = result_of_call(project, site.filename, site.scope, called.func)
        return Fix(Applicability.ADVICE, f"Hand over an `async def` that {_running(result, name)}")
    if _needs_the_loop(project, site, called):
        return Fix(Applicability.ADVICE, "Hand over the coroutine's function and its arguments")
    what = f"`{name}` and its arguments" if called.args else f"`{name}`"
    edits = _edits(site, called)
    applicability = Applicability.UNSAFE if edits else Applicability.ADVICE
    return Fix(applicability, f"Hand over {what} instead of calling it", edits)


def _running(result: Result | None, name: str) -> str:
    """What makes the code behind a result run."""
    match result:
        case Result.COROUTINE:
            return f"awaits what `{name}` returns"
        case Result.GENERATOR:
            return f"runs through what `{name}` yields"
        case _:
            return f"enters `{name}`"


def _edits(site: Scheduled, called: ir.Call) -> tuple[Edit, ...]:
    written = site.callable
    if written.keyword is not None or written.span != written.value.span or site.rest:
        return ()
    if ir.last_name(called.func) is None or called.keyword("func") is not None:
        return ()
    brackets = _brackets(called)
    before = Span(written.value.span.start, called.span.start)
    if brackets is None or not _may_go(written.value, before):
        return ()
    opening, closing = brackets
    spans = [(opening, ", "), (closing, "")] if called.args else [(_joined(brackets), "")]
    if before.start != before.end:
        spans.insert(0, (before, ""))
    return tuple(Edit(Place(site.filename, span), content) for span, content in spans)


def _needs_the_loop(project: Project, site: Scheduled, called: ir.Call) -> bool:
    """Whether what is called is given a coroutine, as `asyncio.create_task` is."""
    return any(
        result_of(project, site.filename, site.scope, argument.value) is Result.COROUTINE
        for argument in called.args
    )


def _may_go(written: ir.Expr, before: Span) -> bool:
    """Whether what stands before the call is no more than `await` or a bare `lambda:`."""
    match written:
        case ir.Lambda():
            one_line = before.start.row == before.end.row
            return one_line and before.end.column - before.start.column <= _LAMBDA
        case ir.Call() | ir.Await():
            return True
        case _:
            return False


def _joined(brackets: tuple[Span, Span]) -> Span:
    return Span(brackets[0].start, brackets[1].end)


def _brackets(call: ir.Call) -> tuple[Span, Span] | None:
    """Where the opening bracket stands, and the closing one with a comma before it.

    None where more than a bracket may stand there: white space, a comment, another bracket, or a
    generator expression that would need brackets of its own.
    """
    start, end = call.func.span.end, call.span.end
    if not call.args:
        is_empty = start.row == end.row and end.column - start.column == len("()")
        middle = end._replace(column=end.column - 1)
        return (Span(start, middle), Span(middle, end)) if is_empty else None
    first, last = call.args[0].span.start, call.args[-1].span.end
    one_line = start.row == first.row and last.row == end.row
    tight = first.column - start.column == 1 and end.column - last.column in (1, 2)
    may_be_bare = len(call.args) == 1 and isinstance(call.args[0].value, ir.Sequence)
    if not one_line or not tight or may_be_bare:
        return None
    return Span(start, first), Span(last, end)
