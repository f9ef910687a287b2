"""ASG802: a requirement allows a Starlette that cancels background tasks on a disconnect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.rule import Rule
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.judgement import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.versions.judgement import Judgement
    from asgi_lint.versions.requirements import Requirement

FIXED = Version("0.21.0")
HAZARD = HAZARDS["background-tasks-cancelled"]
_CANCELLED = "background tasks behind a BaseHTTPMiddleware when the client disconnects"


def check(project: Project) -> Iterator[Finding]:
    """Judge every requirement that leads to Starlette.

    Measured, the tasks are cancelled on 0.15.0 to 0.20.4 only; below, they complete. The floor is
    0.21.0 all the same, because every step upwards from below leads through the affected ones.
    """
    for requirement in project.versions.requirements:
        hazards = (HAZARD.identifier,)
        judgement = judge(project.versions, requirement, FIXED, hazards, "no longer cancels them")
        finding = judgement and _finding(project, requirement, judgement)
        if finding:
            yield finding


def _finding(project: Project, requirement: Requirement, judgement: Judgement) -> Finding | None:
    missing = _missing(project)
    if HAZARD.affects(judgement.picked):
        message = f"{judgement.opening}, which cancels {_CANCELLED}.{missing}"
        severity = Severity.WARNING if missing else Severity.ERROR
    elif judgement.picked < FIXED:
        message = (
            f"{judgement.opening}, on which background tasks complete, but 0.15.0 to 0.20.4, "
            f"still below the fix in {FIXED}, cancel them behind a BaseHTTPMiddleware when the "
            f"client disconnects.{missing}"
        )
        severity = Severity.NOTE if missing else Severity.WARNING
    elif affected := [release for release in judgement.allowed if HAZARD.affects(release)]:
        message = f"{judgement.subject} allows Starlette {affected[0]}, which cancels {_CANCELLED}."
        if len(affected) > 1:
            allowed = f"Starlette {affected[0]} to {affected[-1]}"
            message = f"{judgement.subject} allows {allowed}, which cancel {_CANCELLED}."
        severity = Severity.NOTE
    else:
        return None
    return Finding(requirement.place, message, severity, judgement.fix)


def _missing(project: Project) -> str:
    """The sentence that says what the application would need to be hurt, or nothing."""
    match project.uses_base_http_middleware, project.uses_background_tasks:
        case True, True:
            return ""
        case True, False:
            return " No background task was found in the application."
        case False, True:
            return " No BaseHTTPMiddleware was found in the application."
        case _:
            return " Neither a BaseHTTPMiddleware nor a background task was found."


RULE = Rule(
    code="ASG802",
    name="starlette-cancels-background-tasks",
    summary="A requirement allows a Starlette that cancels background tasks on a disconnect.",
    severity=Severity.ERROR,
    check=check,
    hazard="background-tasks-cancelled",
)
