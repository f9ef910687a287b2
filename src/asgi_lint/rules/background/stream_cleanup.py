"""ASG207: a stream's clean-up given as a background task, which a failing stream skips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import CallFacts
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import Function
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import ResponseSite

_RELEASING = frozenset(
    {"aclose", "cleanup", "close", "delete", "disconnect", "dispose", "release", "remove",
     "rmtree", "teardown", "unlink"}
)  # fmt: skip


def check(project: Project) -> Iterator[Finding]:
    """Streams of the project's own generators that leave their clean-up to `background`."""
    for response in project.streams.responses:
        if not project.evaluator.is_subclass(response.class_, *STREAMING):
            continue
        released = _released(project, response)
        if released is None:
            continue
        generators = [*project.streams.generators(response)]
        if not generators or any(project.function(g).yields_under_cleanup for g in generators):
            continue
        name = project.roles.name(generators[0])
        yield Finding(
            place=released[1],
            message=(
                f"`{released[0]}` is skipped when `{name}` raises: a response's background task "
                "runs only after the whole body was sent, or after a disconnect that Starlette "
                "noticed."
            ),
            fix=Fix(Applicability.ADVICE, f"Clean up in a `try`/`finally` inside `{name}`"),
            trace=(Step(f"`{name}` is streamed", project.roles.place(generators[0])),),
        )


def _released(project: Project, response: ResponseSite) -> tuple[str, Place] | None:
    """The releasing function that the response's background task calls, and where."""
    if response.function is None:
        return None
    found = CallFacts(response.function.scope, response.call)
    for site in project.tasks.attached(response.place.filename, found):
        for name in site.names:
            if _is_releasing(name) or _helper_releases(project, site.function, name):
                return name, site.place
    return None


def _is_releasing(name: str) -> bool:
    words = re.split(r"_+", name.rpartition(".")[2].lower())
    return not _RELEASING.isdisjoint(words) or "clean_up" in name


def _helper_releases(project: Project, function: Function, name: str) -> bool:
    """Whether a function of the project does little else than to release something."""
    values = project.evaluator.lookup(function.filename, function.scope, name)
    for helper in values if name.isidentifier() else ():
        if isinstance(helper, Function):
            called = [ir.last_name(c.call.func) or "" for c in project.roles.calls(helper)]
            if 0 < len(called) <= 3 and any(_is_releasing(each) for each in called):
                return True
    return False


RULE = Rule(
    code="ASG207",
    name="background-task-as-stream-cleanup",
    summary="A background task that cleans up after a stream is skipped when the stream raises.",
    severity=Severity.WARNING,
    check=check,
)
