"""ASG307: a way out of a function that leaves an upstream response open for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Span, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.client_lifetimes import is_shared
from asgi_lint.rules.streaming.written_spans import read_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG307"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The ways out of a function that opens an upstream response and then says no more of it."""
    if not mentions(tree, "stream=True", "stream = True", "__aenter__"):
        return
    from asgi_lint.rules.streaming.open_upstreams import open_ways_out

    yield from open_ways_out(tree, _CODE)


def check(project: Project) -> Iterator[Finding]:
    """The candidates in what runs for a request."""
    found = [*project.candidates(_CODE)]
    if not found:
        return
    serving = _serving(project)
    for filename, candidate in found:
        function = Function(filename, candidate.scope)
        if function in serving and _is_shared(project, function, candidate):
            yield _finding(filename, candidate)


def _serving(project: Project) -> frozenset[Function]:
    """What runs for an endpoint, what makes a streaming response, and what is streamed."""
    running = {r.function for e in project.wiring.endpoints for r in project.roles.run_for(e)}
    making = {r.function for r in project.streams.responses if r.function is not None}
    return frozenset({*running, *making, *project.streams.streams})


def _is_shared(project: Project, function: Function, candidate: Candidate) -> bool:
    """Whether the client is one for many requests, so that its pool runs empty."""
    return any(
        isinstance(found.call.func, ir.Attribute)
        and is_shared(project, function, found.call.func.value)
        for found in project.roles.calls_at(function, read_span(candidate.get("opened")))
    )


def _finding(filename: str, candidate: Candidate) -> Finding:
    name, way, close = (candidate.get(key) for key in ("name", "way", "close"))
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    if way == "raise_for_status":
        what = f"When this raises, `{name}` stays open"
        advice = f"Close it before: `if not {name}.is_success: {close}`"
    else:
        what = f"This `{way}` leaves `{name}` open"
        advice = f"Close it first: `{close}`"
    span = read_span(candidate.get("opened"))
    end = span.end if span.end.row == span.start.row else span.start
    return Finding(
        place=Place(filename, candidate.span),
        message=(
            f"{what}, and its connection never goes back to the client's pool: once the pool has "
            "lost all its places like this, no request gets through it any more."
        ),
        fix=Fix(Applicability.SAFE, advice, edits) if edits else Fix(Applicability.ADVICE, advice),
        trace=(Step("it is opened here", Place(filename, Span(span.start, end))),),
    )


RULE = Rule(
    code=_CODE,
    name="upstream-response-not-owned",
    summary="A way out of an endpoint leaves a streamed upstream response open for good.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
