"""ASG201: background tasks behind a BaseHTTPMiddleware, on a release that cancels them."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from packaging.version import Version

from asgi_lint.diagnostics import Applicability, Finding, Fix, Severity
from asgi_lint.fixes import pure_asgi
from asgi_lint.model.leading import leading_to
from asgi_lint.rules.behind_base_middleware import enclosed_functions
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.graph import Enclosure
    from asgi_lint.model.project import Project
    from asgi_lint.model.tasks import TaskSite
    from asgi_lint.model.wiring import Layer
    from asgi_lint.versions.exposure import Exposure

_HAZARD = "background-tasks-cancelled"
_EVEN_WHEN_THE_CLIENT_STAYS = Version("0.20.1")
"""From this release to the fix the tasks are lost whatever the client does (S1...keep)."""


def check(project: Project) -> Iterator[Finding]:
    """One finding for each place that adds tasks, by the first endpoint that reaches it."""
    seen: set[TaskSite] = set()
    fix_for = cache(partial(_fix, project))  # it looks through all files
    leading = leading_to(project.tasks.may_stand(), project.files)
    for enclosed in enclosed_functions(project, _HAZARD, leading=leading):
        for site in project.tasks.sites(enclosed.function):
            if site not in seen:
                seen.add(site)
                yield Finding(
                    place=site.place,
                    message=_message(site, enclosed.enclosure, enclosed.exposure),
                    severity=enclosed.severity,
                    fix=fix_for(enclosed.enclosure.layer),
                    trace=enclosed.trace,
                )


def _message(site: TaskSite, enclosure: Enclosure, exposure: Exposure) -> str:
    verb = "are" if site.is_plural else "is"
    when = "when the client disconnects"
    if exposure.release is not None and Version(exposure.release) >= _EVEN_WHEN_THE_CLIENT_STAYS:
        when = "after the response, even if the client stays"
    because = enclosure.layer.phrase
    if exposure.release is None:
        return (
            f"{site.phrase} {verb} cancelled {when} on {exposure.releases}: {because}. "
            "No requirement of Starlette is known."
        )
    return f"{site.phrase} {verb} cancelled {when}: {because} ({exposure.phrase})."


def _fix(project: Project, layer: Layer) -> Fix:
    advice = Fix(
        Applicability.ADVICE,
        f"Require Starlette 0.21.0 or newer (FastAPI 0.87.0), or write `{layer.name}` "
        "as a pure ASGI middleware",
    )
    return pure_asgi.layer_fix(project, layer, advice)


RULE = Rule(
    code="ASG201",
    name="base-middleware-cancels-background-tasks",
    summary="Background tasks behind a BaseHTTPMiddleware are cancelled when the client leaves.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    shared_extract=pure_asgi.extract,
)
