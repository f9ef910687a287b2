"""ASG311: a FileResponse goes on sending to a client that has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.facts import MODULE_SCOPE, CallFacts
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import ResponseSite
    from asgi_lint.versions.exposure import Exposure

_HAZARD = "file-response-ignores-disconnect"
_HAZARD_BEHIND_BASE_MIDDLEWARE = "file-response-ignores-disconnect-behind-base-middleware"
_NAME = "file-response-ignores-disconnect"
_FIX = Fix(
    Applicability.ADVICE,
    "Require Starlette 1.8.0 or newer, or let the web server in front send the file",
)


def check(project: Project) -> Iterator[Finding]:
    """File responses with a background task; with the option `every-response`, all of them."""
    every = project.option(_NAME, "every-response")
    for response in project.streams.responses:
        if not project.evaluator.is_subclass(response.class_, fw.FILE_RESPONSE):
            continue
        is_enclosed = response.function in project.behind_base_http_middleware
        hazard = _HAZARD_BEHIND_BASE_MIDDLEWARE if is_enclosed else _HAZARD
        exposure = project.versions.exposure(response.place.filename, hazard)
        severity = severity_in_code(exposure)
        if severity is None:
            continue
        task = _task(project, response)
        if task is None and not every:
            continue
        yield Finding(
            place=response.place,
            message=_message(response, task, exposure),
            severity=severity,
            fix=_FIX,
        )


def _task(project: Project, response: ResponseSite) -> str | None:
    """The response's background task as a phrase, None where it has none."""
    background = response.call.keyword("background")
    if background is None or isinstance(background, ir.Constant):
        return None
    scope = response.function.scope if response.function is not None else MODULE_SCOPE
    found = CallFacts(scope, response.call)
    for site in project.tasks.attached(response.place.filename, found):
        return f"`{site.names[0]}`" if len(site.names) == 1 else "its background task"
    return "its background task" if isinstance(background, ir.Call) else None


def _message(response: ResponseSite, task: str | None, exposure: Exposure) -> str:
    goes_on = f"`{response.name}` reads the whole file even when the client has left"
    waits = f", and {task} waits until it is done" if task is not None else ""
    if exposure.release is None:
        return f"On {exposure.releases} {goes_on}{waits}. No requirement of Starlette is known."
    return f"{goes_on}{waits} ({exposure.phrase})."


RULE = Rule(
    code="ASG311",
    name=_NAME,
    summary="A FileResponse reads and sends the whole file to a client that has left.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    options={"every-response": False},
)
