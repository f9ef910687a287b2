"""Background tasks whose callable gives something that Starlette does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class, External, Function, Instance
from asgi_lint.rules.background.call_results import (
    Result,
    function_result,
    is_inert,
    never_runs,
    result_of,
)
from asgi_lint.rules.background.scheduling import hand_over, scheduled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.rules.background.scheduling import Scheduled

_NEED_A_LOOP = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def unrunnable(project: Project) -> Iterator[Finding]:
    """Callables that only make a coroutine or generator, and lists given as `background=`."""
    for site in scheduled(project):
        finding = _lambda(project, site) or _function(project, site)
        if finding is not None:
            yield finding
    for filename, index in project.files.items():
        for found in index.making:
            background = found.call.keyword("background")
            if isinstance(background, ir.Sequence) and project.tasks.is_response(filename, found):
                yield _list(filename, background)


def _lambda(project: Project, site: Scheduled) -> Finding | None:
    written = site.callable.value
    if not isinstance(written, ir.Lambda):
        return None
    result = result_of(project, site.filename, site.scope, written.body)
    if not never_runs(result) or result is None:
        return None
    call = written.body if isinstance(written.body, ir.Call) else None
    name = (ir.dotted(call.func) if call is not None else None) or "the function"
    return Finding(
        Place(site.filename, written.span),
        f"`{name}` never runs: the lambda only makes {result.value}, and Starlette, which calls "
        "the lambda in a thread, drops it without a word.",
        fix=hand_over(project, site, call) if call is not None else None,
    )


def _function(project: Project, site: Scheduled) -> Finding | None:
    """A callable that is one of these in every case."""
    functions: list[Function] = []
    for value in project.evaluator.values(site.filename, site.scope, site.callable.value):
        match value:
            case External(name=name) if name in _NEED_A_LOOP:
                return _needs_loop(site, name)
            case Function():
                functions.append(value)
            case Instance(class_=Class() as class_):
                methods = project.evaluator.class_attribute(class_, "__call__")
                functions += [method for method in methods if isinstance(method, Function)][:1]
            case _:
                return None
    if not functions or not all(is_inert(project, function) for function in functions):
        return None
    result = function_result(project, functions[0])
    return _inert(project, site, functions[0], result) if result is not None else None


def _inert(project: Project, site: Scheduled, function: Function, result: Result) -> Finding:
    name = _name(project, site, function)
    match result:
        case Result.COROUTINE if project.function(function).is_async:
            message = (
                f"Background task `{name}` never runs: a decorator puts a plain function in its "
                "place, and Starlette drops the coroutine which that returns."
            )
            advice = "Make the decorator's wrapper `async def`, and `await` in it"
        case Result.COROUTINE:
            message = (
                f"The coroutine that background task `{name}` returns never runs: Starlette calls "
                "a plain function in a thread, and drops what it returns."
            )
            advice = f"Make `{name}` an `async def`, and `await` in it"
        case Result.GENERATOR:
            message = (
                f"Background task `{name}` never runs: it is a generator, and Starlette, which "
                "calls it, does not iterate over it."
            )
            advice = f"Take the `yield` out of `{name}`"
        case _:
            message = (
                f"Background task `{name}` never runs: it gives a context manager, and Starlette "
                "does not enter that."
            )
            advice = f"Hand over a function that enters `{name}`"
    step = Step(f"`{project.roles.name(function)}` is defined here", project.roles.place(function))
    return Finding(
        Place(site.filename, site.callable.value.span),
        message,
        fix=Fix(Applicability.ADVICE, advice),
        trace=(step,),
    )


def _name(project: Project, site: Scheduled, function: Function) -> str:
    """How the callable is written, if that is the function itself; else the function's name."""
    name = ir.dotted(site.callable.value)
    own = project.roles.name(function)
    if own != "__call__":
        return name or own
    scopes = project.files[function.filename].facts.scopes
    return f"{scopes[scopes[function.scope].parent].qualname}.{own}"


def _needs_loop(site: Scheduled, name: str) -> Finding:
    return Finding(
        Place(site.filename, site.callable.value.span),
        f"The coroutine never runs: Starlette calls `{name}` in a thread, where there is no event "
        "loop, and the task ends in a RuntimeError.",
        fix=Fix(Applicability.ADVICE, "Hand over the coroutine's function and its arguments"),
    )


def _list(filename: str, background: ir.Sequence) -> Finding:
    return Finding(
        Place(filename, background.span),
        "These background tasks never run: `background` takes one task, and a list ends in a "
        "TypeError after the response was sent.",
        fix=Fix(Applicability.ADVICE, "Write `background=BackgroundTasks([...])`"),
    )
