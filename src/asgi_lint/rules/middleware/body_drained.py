"""ASG113: the request's body read in a dispatcher so that the endpoint gets none of it."""

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

_CODE = "ASG113"
_HAZARD = "request-body-not-replayed"
_KEEPING = frozenset({"body", "json"})
"""The reads that keep the body in the request, for every later read of it."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What may be a dispatcher does with its request."""
    return extract_uses(tree, _CODE)


def check(project: Project) -> Iterator[Finding]:
    """The first read on a way to `call_next`, unless the body is put back by hand."""
    for use in request_uses(project, _CODE):
        if use.kind not in READS or not use.is_before or use.is_after:
            continue  # what comes after another `call_next` is ASG107
        if use.earlier.intersection(READS) or PATCH in use.earlier | use.later:
            continue
        exposure = project.versions.exposure(use.place.filename, _HAZARD)
        severity = _severity(use, exposure)
        if severity is not None:
            yield Finding(
                place=use.place,
                message=_message(use, exposure),
                severity=severity,
                fix=_fix(use, exposure),
                trace=(*use.steps, Step("the endpoint runs here", use.next_call)),
            )


def _severity(use: RequestUse, exposure: Exposure) -> Severity | None:
    """None where the endpoint gets the body all the same.

    Before 0.28.0 it gets what the request has that is passed on, from then on what
    `request.body()` has kept.
    """
    match exposure.outcome:
        case Outcome.AFFECTED:
            return None if use.passes_other else Severity.ERROR
        case Outcome.UNKNOWN if use.kind in _KEEPING:
            return None if use.passes_other else Severity.WARNING
        case Outcome.UNKNOWN if use.passes_other:
            return Severity.WARNING
        case _:
            return None if use.kind in _KEEPING else Severity.ERROR


def _message(use: RequestUse, exposure: Exposure) -> str:
    empty = (
        f"After {use.phrase} the endpoint finds an empty body: what is read before "
        f"`{use.dispatcher.call_next}` is kept for it only by `body()` and `json()`"
    )
    match exposure.outcome:
        case Outcome.AFFECTED:
            return (
                f"After {use.phrase} an endpoint that reads the body waits for ever: nothing "
                f"that is read before `{use.dispatcher.call_next}` is kept for it "
                f"({exposure.phrase})."
            )
        case Outcome.UNKNOWN if use.kind in _KEEPING:
            return (
                f"After {use.phrase} an endpoint that reads the body waits for ever on "
                f"{exposure.releases}. No requirement of Starlette is known."
            )
        case Outcome.UNKNOWN if use.passes_other:
            return f"{empty}; only {exposure.releases} passes on the body of another request."
        case Outcome.UNKNOWN:
            return f"{empty}; on {exposure.releases} it waits for ever."
        case _:
            return f"{empty}."


def _fix(use: RequestUse, exposure: Exposure) -> Fix:
    if use.kind in _KEEPING or exposure.outcome is Outcome.AFFECTED:
        return Fix(
            Applicability.ADVICE,
            "Require Starlette 0.28.0 or newer (FastAPI 0.107.0), which keeps for the endpoint "
            "what `body()` and `json()` read",
        )
    edits = tuple(Edit(Place(use.place.filename, r.span), r.content) for r in use.replacements)
    message = f"Call `await {use.dispatcher.request}.body()` first, which keeps the body"
    if exposure.outcome is Outcome.UNKNOWN:
        message += " from Starlette 0.28.0 on"
    return Fix(Applicability.UNSAFE if edits else Applicability.ADVICE, message, edits)


RULE = Rule(
    code=_CODE,
    name="request-body-drained-in-dispatch",
    summary="A dispatcher reads the request's body so that the endpoint gets none of it.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
