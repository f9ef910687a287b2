"""ASG803: a requirement installs a Starlette or FastAPI with a published security advisory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.rule import Rule
from asgi_lint.versions.advisories import ADVISORIES
from asgi_lint.versions.judgement import judge
from asgi_lint.versions.rewrite import first_release_without

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.versions.hazard import Advisory
    from asgi_lint.versions.judgement import Judgement
    from asgi_lint.versions.requirements import Requirement

_NAMED = 3
_IDENTIFIERS = tuple(advisory.identifier for advisory in ADVISORIES)


def check(project: Project) -> Iterator[Finding]:
    """Judge every requirement that leads to Starlette by the release that it would install.

    What a floor merely allows is left to the tools that audit what is installed.
    """
    fixed = first_release_without("starlette", _IDENTIFIERS)
    if fixed is None:
        return
    for requirement in project.versions.requirements:
        gain = "has no published advisory"
        judgement = judge(project.versions, requirement, fixed, _IDENTIFIERS, gain)
        finding = judgement and _finding(project, requirement, judgement)
        if finding:
            yield finding


def _finding(project: Project, requirement: Requirement, judgement: Judgement) -> Finding | None:
    installed = {"starlette": judgement.picked}
    fastapi = project.versions.effective(requirement.place.filename, "fastapi")
    if fastapi is not None and requirement.name == "fastapi":
        installed["fastapi"] = fastapi.picked
    found = [
        advisory
        for advisory in ADVISORIES
        if advisory.package in installed and advisory.affects(installed[advisory.package])
    ]
    if not found:
        return None
    affected = "it"
    if any(advisory.package == "fastapi" for advisory in found):
        affected = f"it or FastAPI {installed['fastapi']}"
    count = (
        "1 published advisory affects"
        if len(found) == 1
        else (f"{len(found)} published advisories affect")
    )
    message = f"{judgement.opening}; {count} {affected}: {_listed(found)}."
    return Finding(requirement.place, message, fix=judgement.fix)


def _listed(advisories: list[Advisory]) -> str:
    """The worst and newest by name, with what each needs to matter, and how many more there are."""
    worst = sorted(advisories, key=lambda each: (each.rating, Version(each.fixed_in)), reverse=True)
    named = [
        f"{each.identifier} ({each.rating.name.lower()}, needs {each.needs})"
        for each in worst[:_NAMED]
    ]
    more = len(worst) - len(named)
    if more:
        return f"{', '.join(named)} and {more} more"
    *first, last = named
    return f"{', '.join(first)} and {last}" if first else last


RULE = Rule(
    code="ASG803",
    name="starlette-with-known-vulnerability",
    summary="A requirement installs a release with a published security advisory.",
    severity=Severity.WARNING,
    check=check,
    enabled=False,
)
