"""What runs behind a BaseHTTPMiddleware on a release with a hazard; several rules begin there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Step
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from asgi_lint.diagnostics import Severity
    from asgi_lint.model.graph import Enclosure
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function
    from asgi_lint.versions.exposure import Exposure


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A function that runs for an HTTP endpoint behind a BaseHTTPMiddleware.

    `trace` leads from the middleware's registration over the endpoint to the call of `function`.
    """

    function: Function
    enclosure: Enclosure
    exposure: Exposure
    severity: Severity
    trace: tuple[Step, ...]


def enclosed_functions(
    project: Project,
    hazard: str,
    without: AbstractSet[Function] = frozenset(),
    leading: AbstractSet[Function] | None = None,
) -> Iterator[Enclosed]:
    """The enclosed functions where the hazard counts, once for each endpoint that reaches them.

    Functions in `without`, and what only they call, are left out, and where `leading` is given the
    endpoints for which none of these runs first.
    """
    for endpoint in project.wiring.endpoints:
        if endpoint.is_websocket:
            continue
        exposure = project.versions.exposure(endpoint.function.filename, hazard)
        severity = severity_in_code(exposure)
        if leading is not None and leading.isdisjoint(project.roles.running_first(endpoint)):
            continue
        enclosure = project.base_http_enclosure(endpoint)
        if severity is None or enclosure is None:
            continue
        name = project.roles.name(endpoint.function)
        answers = Step(f"endpoint `{name}` answers here", endpoint.place)
        for reached in project.roles.run_for(endpoint, without):
            trace = (*enclosure.steps, answers, *reached.steps)
            yield Enclosed(reached.function, enclosure, exposure, severity, trace)
