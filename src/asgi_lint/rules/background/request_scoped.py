"""ASG202: what FastAPI closes with the request, used by work that runs after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.rules.background.closing_dependencies import closing
from asgi_lint.rules.background.detached_tasks import detached, detached_calls
from asgi_lint.rules.background.scheduling import scheduled
from asgi_lint.rules.background.scoped_objects import ScopedObjects
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function
    from asgi_lint.rules.background.detached_tasks import Detached
    from asgi_lint.rules.background.scheduling import Scheduled
    from asgi_lint.rules.background.scoped_objects import Scoped

_CODE = "ASG202"
_HAZARD = "dependencies-end-before-tasks"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """Generators that release what they yield, and tasks that nobody waits for."""
    yield from closing(tree, _CODE)
    yield from detached_calls(tree, _CODE)


def check(project: Project) -> Iterator[Finding]:
    """Background tasks and detached tasks that are given something of the request's."""
    objects = ScopedObjects(project, _CODE)
    for site in scheduled(project):
        found = _given(objects, site)
        if found is not None:
            yield from _in_background(project, site, *found)
    started = [*detached(project, _CODE)]
    lasting = _lasting(project) if started else frozenset()
    for task in started:
        if task.function not in lasting:
            yield from _detached(objects, task, lasting)


def _given(objects: ScopedObjects, site: Scheduled) -> tuple[Scoped, Span] | None:
    """What the task is given, and where."""
    written = site.callable.value
    found = objects.among(site.filename, site.scope, written, site.rest)
    if found is not None:
        return found
    if isinstance(written, ir.Lambda) and site.rest:
        return None  # its parameters may have any name
    taken = objects.taken_along(site.filename, site.scope, written)
    return (taken, written.span) if taken is not None else None


def _in_background(
    project: Project, site: Scheduled, found: Scoped, span: Span
) -> Iterator[Finding]:
    exposure = project.versions.exposure(site.filename, _HAZARD)
    severity = Severity.ERROR if found.ends_early else severity_in_code(exposure)
    if severity is None:
        return
    task = f"background task `{site.name}`" if site.name else "the background task"
    if found.ends_early:
        when = f'with `scope="function"`, `{found.owner}` ends before the response is sent'
    elif found.owner:
        when = f"`{found.owner}` ends before the response is sent ({exposure.phrase})"
    else:
        when = f"uploads are closed before the response is sent ({exposure.phrase})"
    yield Finding(
        Place(site.filename, span),
        f"`{found.text}` is closed when {task} runs: {when}.",
        severity=severity,
        fix=_fix(found),
        trace=found.steps,
    )


def _lasting(project: Project) -> frozenset[Function]:
    """Functions that stream or answer a WebSocket: what they start is mostly done before they are.

    A task that feeds the queue of a stream is the usual case.
    """
    streaming = (response.function for response in project.streams.responses)
    websockets = (e.function for e in project.wiring.endpoints if e.is_websocket)
    streamed = project.streams.streams
    return frozenset(f for f in (*streaming, *websockets, *streamed) if f is not None)


def _detached(
    objects: ScopedObjects, task: Detached, lasting: frozenset[Function]
) -> Iterator[Finding]:
    """`create_task(f(db))`: what the coroutine is given."""
    func = task.coroutine.func
    filename, scope = task.function.filename, task.function.scope
    given, span = objects.taken_along(filename, scope, func), func.span
    if given is None:
        found = objects.among(filename, scope, func, task.coroutine.args)
        given, span = found if found is not None else (None, span)
    if given is None or given.receiver in lasting:
        return
    what = f"`{given.owner}` closes" if given.owner else "FastAPI closes"
    name = ir.dotted(func) or "the coroutine"
    yield Finding(
        Place(filename, span),
        f"{what} `{given.text}` when the request ends, whether or not `{name}` is done: nothing "
        f"waits for what `{task.starter}` starts.",
        severity=Severity.WARNING,
        fix=_fix(given),
        trace=given.steps,
    )


def _fix(found: Scoped) -> Fix:
    if found.owner:
        return Fix(
            Applicability.ADVICE,
            f"Let the task open what `{found.owner}` gives for itself, and hand over plain data",
        )
    return Fix(
        Applicability.ADVICE,
        "Read the upload before the response, and hand over its bytes or a file of your own",
    )


RULE = Rule(
    code=_CODE,
    name="request-scoped-object-in-background-task",
    summary="A background task uses a session or an upload that is closed before it runs.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
