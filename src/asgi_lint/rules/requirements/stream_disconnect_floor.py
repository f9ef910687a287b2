"""ASG801: a requirement allows a Starlette that goes on streaming after the client has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.rule import Rule
from asgi_lint.versions.judgement import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.versions.judgement import Judgement
    from asgi_lint.versions.requirements import Requirement

NAMED_AS_FIXED = Version("0.13.4")
LISTENS = Version("0.13.3")
HAZARDS = ("stream-ignores-disconnect", "stream-fails-on-python-3.11")


def check(project: Project) -> Iterator[Finding]:
    """Judge every requirement that leads to Starlette.

    0.13.4 is the release that upstream names as the fix; its code is in 0.13.3 already. The
    fix goes further, to 0.14.0: 0.13.3 to 0.13.8 hand coroutines to `asyncio.wait`, which
    Python 3.11 forbids, so that every stream answers 500 there.
    """
    gain = "stops streams in time and serves them on Python 3.11 too"
    for requirement in project.versions.requirements:
        judgement = judge(project.versions, requirement, NAMED_AS_FIXED, HAZARDS, gain)
        if judgement is not None:
            yield _finding(project, requirement, judgement)


def _finding(project: Project, requirement: Requirement, judgement: Judgement) -> Finding:
    if judgement.picked < LISTENS:
        message = (
            f"{judgement.opening}, which keeps a stream running after the client has left, for "
            "ever if its generator is endless."
        )
        severity = Severity.ERROR if project.uses_streams else Severity.WARNING
        if not project.uses_streams:
            message += " The application streams nothing yet."
    elif judgement.picked < NAMED_AS_FIXED:
        message = (
            f"{judgement.opening}, whose code already stops a stream when the client leaves, but "
            "0.13.3 to 0.13.8 answer 500 to every stream on Python 3.11 and newer."
        )
        severity = Severity.WARNING
    else:
        message, severity = _floor_message(judgement), Severity.NOTE
    return Finding(requirement.place, message, severity, judgement.fix)


def _floor_message(judgement: Judgement) -> str:
    deaf = [release for release in judgement.allowed if release < LISTENS]
    if deaf:
        allowed = f"Starlette {deaf[0]}" if len(deaf) == 1 else f"Starlette {deaf[0]} to {deaf[-1]}"
        return (
            f"{judgement.subject} allows {allowed}, where a stream keeps running after the client "
            "has left."
        )
    return (
        f"{judgement.subject} allows Starlette {LISTENS}, which answers 500 to every stream on "
        "Python 3.11 and newer."
    )


RULE = Rule(
    code="ASG801",
    name="starlette-ignores-disconnects",
    summary="A requirement allows a Starlette that streams on after the client has left.",
    severity=Severity.ERROR,
    check=check,
    hazard="stream-ignores-disconnect",
)
