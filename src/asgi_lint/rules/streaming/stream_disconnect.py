"""ASG312: a StreamingResponse that never learns that the client has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Severity
from asgi_lint.model import frameworks as fw
from asgi_lint.rules.rule import Rule
from asgi_lint.versions.exposure import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project

_HAZARD = "stream-ignores-disconnect"
_FIX = Fix(Applicability.ADVICE, "Require Starlette 0.14.0 or newer (FastAPI 0.65.0)")


def check(project: Project) -> Iterator[Finding]:
    """Streaming responses where an affected release would be installed.

    Unlike elsewhere, silence where no requirement is known: the last affected release is of
    February 2020, and nobody who writes a stream today would meet it.
    """
    for response in project.streams.responses:
        if not project.evaluator.is_subclass(response.class_, fw.STREAMING_RESPONSE):
            continue
        exposure = project.versions.exposure(response.place.filename, _HAZARD)
        if exposure.outcome is Outcome.AFFECTED:
            yield Finding(
                place=response.place,
                message=(
                    f"`{response.name}` goes on after the client has left, for ever if its body "
                    f"never ends: the disconnect is not listened for ({exposure.phrase})."
                ),
                fix=_FIX,
            )


RULE = Rule(
    code="ASG312",
    name="streaming-response-ignores-disconnect",
    summary="A StreamingResponse goes on after the client has left.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
)
