"""ASG107: the request's body read after `call_next`, when the endpoint has consumed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Step
from asgi_lint.rules.middleware.request_reads import PATCH, READS, extract_uses
from asgi_lint.rules.middleware.request_uses import request_uses
from asgi_lint.rules.rule import Rule
from asgi_lint.versions.exposure import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.rules.middleware.request_uses import RequestUse
    from asgi_lint.versions.exposure import Exposure

_CODE = "ASG107"
_HAZARD = "request-body-not-replayed"
_MADE_READABLE = frozenset({*READS, PATCH})
"""What, if it comes first, lets the body be read again or is where the trouble begins."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What may be a dispatcher does with its request."""
    return extract_uses(tree, _CODE)


def check(project: Project) -> Iterator[Finding]:
    """The first read on a way that comes from `call_next`."""
    for use in request_uses(project, _CODE):
        if use.kind not in READS or not use.is_after or use.earlier & _MADE_READABLE:
            continue
        exposure = project.versions.exposure(use.place.filename, _HAZARD)
        fails = exposure.outcome is not Outcome.AFFECTED
        if use.is_expected and fails:
            continue
        yield Finding(
            place=use.place,
            message=_message(use, exposure),
            severity=Severity.WARNING if use.is_guarded and fails else Severity.ERROR,
            fix=_fix(use, exposure),
            trace=(Step("the endpoint runs here", use.next_call), *use.steps),
        )


def _message(use: RequestUse, exposure: Exposure) -> str:
    late = f"{use.phrase} comes after `{use.dispatcher.call_next}`"
    when = "once the endpoint has read the body"
    match exposure.outcome:
        case Outcome.AFFECTED:
            return f"{late} and waits for ever {when} ({exposure.phrase})."
        case _ if use.is_guarded:
            return f"{late}: {when}, there is only a RuntimeError for the `except` here to take."
        case Outcome.UNKNOWN:
            return (
                f"{late} and raises RuntimeError {when}; on {exposure.releases} it waits for ever."
            )
        case _:
            return f'{late} and raises RuntimeError("Stream consumed") {when}.'


def _fix(use: RequestUse, exposure: Exposure) -> Fix:
    first = f"`await {use.dispatcher.request}.body()` before `{use.dispatcher.call_next}`"
    if exposure.outcome is Outcome.AFFECTED:
        return Fix(
            Applicability.ADVICE,
            f"Require Starlette 0.28.0 or newer (FastAPI 0.107.0) and call {first}",
        )
    edits = tuple(Edit(Place(use.place.filename, r.span), r.content) for r in use.replacements)
    applicability = Applicability.UNSAFE if edits else Applicability.ADVICE
    return Fix(applicability, f"Call {first}, which keeps the body for later reads", edits)


RULE = Rule(
    code=_CODE,
    name="request-body-read-after-call-next",
    summary="A dispatcher reads the request's body after call_next, when it is consumed.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
