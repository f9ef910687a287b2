"""ASG301: `request.is_disconnected()` in a handler behind a BaseHTTPMiddleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity
from asgi_lint.fixes import pure_asgi
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Instance, Typed
from asgi_lint.rules.behind_base_middleware import enclosed_functions
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.graph import Enclosure
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function
    from asgi_lint.versions.exposure import Exposure

_HAZARD = "is-disconnected-blind"


def check(project: Project) -> Iterator[Finding]:
    """One finding for each poll, by the first endpoint that reaches it.

    Generators are left out: Starlette cancels a streamed one on a disconnect, whatever it polls.
    """
    seen: set[Place] = set()
    for enclosed in enclosed_functions(project, _HAZARD, without=project.generators):
        for found in project.roles.calls(enclosed.function):
            place = Place(enclosed.function.filename, found.call.span)
            if place in seen or not _polls(project, enclosed.function, found):
                continue
            seen.add(place)
            yield Finding(
                place=place,
                message=_message(found, enclosed.enclosure, enclosed.exposure),
                severity=enclosed.severity,
                fix=_fix(project, enclosed.enclosure),
                trace=enclosed.trace,
            )


def _polls(project: Project, function: Function, found: CallFacts) -> bool:
    """Whether the call is `request.is_disconnected()` on a Starlette request."""
    func = found.call.func
    if not isinstance(func, ir.Attribute) or func.attr != "is_disconnected":
        return False
    values = project.evaluator.values(function.filename, found.scope, func.value)
    if any(
        isinstance(v, (Instance, Typed)) and project.evaluator.is_subclass(v.class_, fw.REQUEST)
        for v in values
    ):
        return True
    return not values and isinstance(func.value, ir.Name) and func.value.id == "request"


def _message(found: CallFacts, enclosure: Enclosure, exposure: Exposure) -> str:
    request = ir.dotted(found.call.func) or "request.is_disconnected"
    because = enclosure.layer.phrase
    if exposure.release is None:
        return f"`{request}()` is never true here on {exposure.releases}: {because}."
    return (
        f"`{request}()` is never true here: {because} ({exposure.phrase}). "
        "The work goes on for a client that has left."
    )


def _fix(project: Project, enclosure: Enclosure) -> Fix:
    advice = Fix(
        Applicability.ADVICE,
        'Wait for "http.disconnect" from `request.receive()` in a task, after the body is read, '
        f"or write `{enclosure.layer.name}` as a pure ASGI middleware",
    )
    return pure_asgi.layer_fix(project, enclosure.layer, advice)


RULE = Rule(
    code="ASG301",
    name="is-disconnected-behind-base-middleware",
    summary="request.is_disconnected() is never true behind a BaseHTTPMiddleware.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    shared_extract=pure_asgi.extract,
)
