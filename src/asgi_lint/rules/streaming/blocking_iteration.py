"""ASG306: a plain `for` over a synchronous source inside an asynchronous stream."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Span, Step
from asgi_lint.fixes.from_imports import from_import
from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.values import External, Function, Generator
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.blocking_sources import Trails, unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import Stream

_CODE = "ASG306"

_CHUNKS = frozenset({"iter_bytes", "iter_content", "iter_lines", "iter_raw", "iter_text"})
"""Methods that only responses of synchronous HTTP clients have."""

_HELPERS = 3
"""Generators that pass on what another one reads, one within the other."""

_WRAP = "iterate_in_threadpool"
_CONCURRENCY = "starlette.concurrency"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """Every plain `for` of a generator; a plain generator may be what an async one iterates."""
    if not tree.is_generator:
        return
    for node in tree.own_nodes:
        if not isinstance(node, ast.For):
            continue
        span, head = tree.place(node.iter), tree.place(node).start
        text = tree.line(span.start.row)[span.start.column - 1 : span.end.column - 1]
        edits = (
            Replacement(Span(head, head), "async "),
            Replacement(Span(span.start, span.start), f"{_WRAP}("),
            Replacement(Span(span.end, span.end), ")"),
        )
        shown = text if span.start.row == span.end.row and len(text) <= 60 else ""
        yield Candidate(_CODE, tree.scope, span, (("text", shown),), edits)


@dataclass(frozen=True, slots=True)
class _Blocking:
    """Why a loop blocks: what to use instead, and where the waiting is done if not in the loop."""

    instead: str
    certain: bool = True
    within: tuple[Step, ...] = ()


def check(project: Project) -> Iterator[Finding]:
    """The loops of streamed async generators over what is known to wait."""
    loops: dict[Function, list[Candidate]] = {}
    for filename, candidate in project.candidates(_CODE):
        loops.setdefault(Function(filename, candidate.scope), []).append(candidate)
    blocking = partial(_blocking, project, Trails(project), loops)
    for generator, candidates in loops.items():
        stream = project.streams.streams.get(generator)
        if stream is None or not project.function(generator).is_async:
            continue
        for candidate in candidates:
            found = blocking(generator, candidate)
            if found is not None:
                yield _finding(project, stream, candidate, found)


def _blocking(
    project: Project,
    trails: Trails,
    loops: dict[Function, list[Candidate]],
    function: Function,
    candidate: Candidate,
    depth: int = 0,
) -> _Blocking | None:
    found = _iterated(project, function, candidate)
    if found is None:
        return None
    scope, expr = found[0], unwrapped(found[1])
    values = project.evaluator.values(function.filename, scope, expr)
    for value in values:
        if isinstance(value, Generator) and depth < _HELPERS:
            inner = value.function
            if project.function(inner).is_async:
                continue
            step = _within(project, inner)
            if step is not None:
                return _Blocking("", within=(step,))
            for loop in loops.get(inner, ()):
                reason = _blocking(project, trails, loops, inner, loop, depth + 1)
                if reason is not None and reason.certain:
                    place = Place(inner.filename, loop.span)
                    step = Step(f"`{project.roles.name(inner)}` waits here", place)
                    return _Blocking(reason.instead, within=(step, *reason.within))
    instead = trails.iterated(function.filename, scope, expr)
    if instead is not None:
        return _Blocking(instead)
    match expr:
        case ir.Call(func=ir.Attribute(value=receiver, attr=attr)) if attr in _CHUNKS:
            if any(trail.path for trail in trails.of(function.filename, scope, receiver)):
                return None
            if project.evaluator.values(function.filename, scope, expr.func):
                return None
            return _Blocking("`httpx.AsyncClient`", certain=False)
        case _:
            return None


def _iterated(
    project: Project, function: Function, candidate: Candidate
) -> tuple[int, ir.Expr] | None:
    """What the loop iterates, as the scope and expression that its target is bound to."""
    for binding in project.files[function.filename].facts.bindings:
        match binding:
            case BindingFacts(value=ir.Item(value=value)) if binding.scope == function.scope:
                while isinstance(value, ir.Item):
                    value = value.value
                if value.span == candidate.span:
                    return binding.scope, value
            case _:
                continue
    return None


def _within(project: Project, generator: Function) -> Step | None:
    """Where a plain generator itself sleeps."""
    for found in project.roles.calls(generator):
        for value in project.evaluator.values(generator.filename, found.scope, found.call.func):
            if isinstance(value, External) and value.name == "time.sleep":
                name = project.roles.name(generator)
                return Step(f"`{name}` sleeps here", Place(generator.filename, found.call.span))
    return None


def _finding(project: Project, stream: Stream, candidate: Candidate, found: _Blocking) -> Finding:
    filename = stream.generator.filename
    name = project.roles.name(stream.generator)
    shown = candidate.get("text")
    what = f"`{shown}`" if shown else "This loop's source"
    if found.certain:
        effect = f"{what} holds the event loop until its next item is there"
    else:
        effect = f"{what} seems to hold the event loop until its next item is there"
    instead = f"Use {found.instead} or " if found.instead else "Use "
    advice = f"{instead}`{_WRAP}(...)` with `async for`."
    return Finding(
        place=Place(filename, candidate.span),
        message=(
            f"{effect}: while `{name}` waits for one client's stream, nobody else is answered. "
            f"{advice}"
        ),
        severity=Severity.ERROR if found.certain else Severity.WARNING,
        fix=_fix(project, filename, candidate),
        trace=(*found.within, Step("the generator is streamed here", stream.site)),
    )


def _fix(project: Project, filename: str, candidate: Candidate) -> Fix:
    facts = project.files[filename].facts
    name, imported = from_import(facts, _CONCURRENCY, _WRAP, ("fastapi.concurrency",))
    edits = [
        Edit(Place(filename, r.span), r.content.replace(_WRAP, name))
        for r in candidate.replacements
    ]
    return Fix(
        Applicability.UNSAFE,
        f"Iterate it in a thread, with `{_WRAP}`",
        (*([imported] if imported else []), *edits),
    )


RULE = Rule(
    code=_CODE,
    name="blocking-iteration-in-async-stream",
    summary="A plain `for` over a synchronous source blocks the event loop of an async stream.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
