"""ASG203: a background task's function called where it should be handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class, Function
from asgi_lint.rules.background.call_results import Result, held_call, result_of
from asgi_lint.rules.background.scheduling import hand_over, scheduled
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.rules.background.scheduling import Scheduled


def check(project: Project) -> Iterator[Finding]:
    """Tasks whose callable is the result of a call that gives nothing to call."""
    for site in scheduled(project):
        finding = _scheduled_result(project, site)
        if finding is not None:
            yield finding
    for filename, index in project.files.items():
        for found in index.making:
            background = found.call.keyword("background")
            if background is not None and project.tasks.is_response(filename, found):
                finding = _background_result(project, filename, found.scope, background)
                if finding is not None:
                    yield finding


def _scheduled_result(project: Project, site: Scheduled) -> Finding | None:
    written = site.callable.value
    called = _called(project, site.filename, site.scope, written)
    if called is None:
        return None
    result = result_of(project, site.filename, site.scope, written)
    shown = f"{site.verb}({_shown(written, called)})"
    if result is None:
        return _awaited(project, site, called, shown)
    return Finding(
        place=Place(site.filename, written.span),
        message=_message(shown, called, written, result),
        fix=hand_over(project, site, called),
    )


def _awaited(project: Project, site: Scheduled, called: ir.Call, shown: str) -> Finding | None:
    """`add_task(await f(...))` with an `f` that is not known: hardly ever what is meant."""
    written = site.callable.value
    known = project.evaluator.values(site.filename, site.scope, called.func)
    is_own = any(isinstance(value, (Class, Function)) for value in known)
    if not isinstance(written, ir.Await) or site.rest or is_own:
        return None
    name = _name(called)
    return Finding(
        place=Place(site.filename, written.span),
        message=(
            f"`{shown}` waits for `{name}` before the response, and what it gives is what is to "
            "run: unless that can be called, the task ends in a TypeError."
        ),
        severity=Severity.WARNING,
        fix=hand_over(project, site, called),
    )


def _background_result(
    project: Project, filename: str, scope: int, written: ir.Expr
) -> Finding | None:
    if isinstance(written, ir.Name):
        return None
    called = _called(project, filename, scope, written)
    result = result_of(project, filename, scope, written) if called is not None else None
    if called is None or result is None:
        return None
    name = _name(called)
    if result is Result.VALUE:
        message = (
            f"`background={_shown(written, called)}` calls `{name}` before the response is sent, "
            "and nothing is left to run after it."
        )
    else:
        message = _message(f"background={_shown(written, called)}", called, written, result)
    advice = f"Write `background=BackgroundTask({name}, ...)`"
    return Finding(Place(filename, written.span), message, fix=Fix(Applicability.ADVICE, advice))


def _called(project: Project, filename: str, scope: int, expr: ir.Expr) -> ir.Call | None:
    """The call whose result is handed over, also when a variable holds it."""
    match expr:
        case ir.Call() | ir.Await(value=ir.Call()):
            return expr if isinstance(expr, ir.Call) else _inner(expr)
        case ir.Name():
            held = held_call(project, filename, scope, expr)
            return _called(project, filename, scope, held) if held is not None else None
        case _:
            return None


def _inner(expr: ir.Await) -> ir.Call | None:
    return expr.value if isinstance(expr.value, ir.Call) else None


def _name(call: ir.Call) -> str:
    return ir.dotted(call.func) or ir.last_name(call.func) or "the function"


def _shown(written: ir.Expr, called: ir.Call) -> str:
    """How the argument is written, its own arguments left out."""
    match written:
        case ir.Name(id=name):
            return name
        case _:
            dots = "..." if called.args else ""
            prefix = "await " if isinstance(written, ir.Await) else ""
            return f"{prefix}{_name(called)}({dots})"


def _message(shown: str, called: ir.Call, written: ir.Expr, result: Result) -> str:
    name = _name(called)
    ends = "after the response the task ends in a TypeError"
    if result is Result.VALUE:
        if isinstance(written, ir.Name):
            return f"`{shown}` hands over what `{name}` returned before the response, and {ends}."
        return (
            f"`{shown}` calls `{name}` before the response and hands over what it returns, which "
            f"cannot be called: {ends}."
        )
    return f"`{shown}` hands over {result.value}, and `{name}` never runs: {ends}."


RULE = Rule(
    code="ASG203",
    name="background-task-called-at-once",
    summary="A background task's function is called at once, and its result is scheduled.",
    severity=Severity.ERROR,
    check=check,
)
