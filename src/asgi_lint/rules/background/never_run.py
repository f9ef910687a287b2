"""ASG204: background tasks that are scheduled and never run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Severity
from asgi_lint.rules.background.additions import CODE, Additions, extract
from asgi_lint.rules.background.lost_tasks import (
    lost_after_yield,
    lost_to_errors,
    lost_to_own_background,
    lost_to_websockets,
    unattached,
)
from asgi_lint.rules.background.unrunnable import unrunnable
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.project import Project
    from asgi_lint.rules.background.lost_tasks import Lost
    from asgi_lint.rules.background.scheduling import Scheduled

_HAZARD = "tasks-added-after-yield-lost"


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place; the first reason that is found counts."""
    seen: set[Place] = set()
    for finding in _findings(project):
        if finding.place not in seen:
            seen.add(finding.place)
            yield finding


def _findings(project: Project) -> Iterator[Finding]:
    yield from unrunnable(project)
    additions = Additions(project)
    if not additions.all:
        return
    for lost in unattached(project, additions):
        yield _unattached(lost)
    for lost in lost_after_yield(project, additions):
        yield from _late(project, lost)
    for lost in lost_to_websockets(project, additions):
        yield _websocket(lost)
    for lost in lost_to_own_background(project, additions):
        yield _dropped(lost)
    for lost in lost_to_errors(project, additions):
        yield _error(lost)


def _unattached(lost: Lost) -> Finding:
    if lost.kind == "shared":
        message = (
            f"{_phrase(lost.site)} never runs: nothing runs the tasks of `{lost.detail}`, which is "
            "made once for the whole module and only ever grows."
        )
    else:
        message = (
            f"{_phrase(lost.site)} never runs: `{lost.detail}` is made here by hand, and no "
            "response is given it."
        )
    advice = (
        f"Let FastAPI make them with a parameter `{lost.detail}: BackgroundTasks`, or return a "
        f"response with `background={lost.detail}`"
    )
    return Finding(lost.place, message, fix=Fix(Applicability.ADVICE, advice), trace=lost.trace)


def _websocket(lost: Lost) -> Finding:
    is_shared = lost.kind == "shared-with-websocket"
    when = f" when `{lost.detail}` depends on this" if is_shared else ""
    message = (
        f"{_phrase(lost.site)} never runs{when}: FastAPI makes the `BackgroundTasks`, but a "
        "WebSocket has no response that would run them."
    )
    return Finding(
        lost.place,
        message,
        severity=Severity.WARNING if is_shared else None,
        fix=Fix(
            Applicability.ADVICE,
            "Await the work in the WebSocket's endpoint, or call the tasks yourself at its end",
        ),
        trace=lost.trace,
    )


def _dropped(lost: Lost) -> Finding:
    if lost.kind == "dependency":
        message = (
            f"{_phrase(lost.site)}, which dependency `{lost.detail}` adds, never runs: the "
            "response brings its own `background`, and FastAPI then drops the injected tasks."
        )
    else:
        message = (
            f"{_phrase(lost.site)} never runs: the response brings its own `background`, and "
            "FastAPI then drops the injected tasks."
        )
    advice = "Add the response's task to the injected `BackgroundTasks` too, without `background=`"
    return Finding(lost.place, message, fix=Fix(Applicability.ADVICE, advice), trace=lost.trace)


def _error(lost: Lost) -> Finding:
    message = (
        f"{_phrase(lost.site)} never runs: an exception is raised after it was added, and an "
        "error response carries no background tasks."
    )
    advice = (
        "Return a response with the error's status and `background=`, or do the work before raising"
    )
    return Finding(
        lost.place,
        message,
        severity=Severity.WARNING,
        fix=Fix(Applicability.ADVICE, advice),
        trace=lost.trace,
    )


def _late(project: Project, lost: Lost) -> Iterator[Finding]:
    exposure = project.versions.exposure(lost.place.filename, _HAZARD)
    severity = severity_in_code(exposure)
    if severity is None:
        return
    message = (
        f"{_phrase(lost.site)} never runs: `{lost.detail}` adds it after its `yield`, when the "
        f"response has been sent with its tasks ({exposure.phrase})."
    )
    advice = "Add the task before the `yield`, or do the work right here"
    yield Finding(lost.place, message, severity=severity, fix=Fix(Applicability.ADVICE, advice))


def _phrase(site: Scheduled) -> str:
    return f"Background task `{site.name}`" if site.name else "The background task"


RULE = Rule(
    code=CODE,
    name="background-tasks-never-run",
    summary="A background task is scheduled in a way in which it never runs.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
