"""ASG106: a `receive` that repeats the body for ever, put in place of the real one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from asgi_lint.diagnostics import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Place,
    Position,
    Severity,
    Span,
    Step,
)
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.children import own_nodes
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.middleware.pure_asgi import pure_middleware
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code
from asgi_lint.versions.exposure import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.rules.middleware.repeated_receive import Use
    from asgi_lint.versions.exposure import Exposure

_CODE = "ASG106"
_HAZARD = "patched-receive-ends-streams"

_REPLAYED = Version("0.28.0")
"""From this release on `call_next` hands on a body that was read (B1)."""

_PLAIN_RESPONSES_TOO = (Version("0.28.0"), Version("0.38.3"))
"""From the first to before the second, every response behind the patch fails (B1)."""

_FILES_TOO = Version("1.8.0")
"""From this release on a FileResponse listens for the disconnect as well (S4.none)."""

_ADVANCING = frozenset({ast.Await, ast.Global, ast.Nonlocal, ast.Raise, ast.Yield})
"""What a function has that may give something else the next time."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """Where a function puts a `receive` of its own that only repeats the body."""
    if not mentions(tree, "receive") or not any(map(_may_repeat, tree.all_nodes)):
        return
    from asgi_lint.rules.middleware.repeated_receive import uses

    for use in uses(tree):
        whole = "yes" if use.is_whole else ""
        detail = (("kind", use.kind), ("target", use.target), ("whole", whole))
        yield Candidate(_CODE, tree.scope, tree.span(use.node), detail, tuple(_removal(tree, use)))


def _may_repeat(node: ast.AST) -> bool:
    """Whether it is a coroutine function without parameters that returns, but awaits nothing."""
    if not isinstance(node, ast.AsyncFunctionDef) or any(ast.iter_child_nodes(node.args)):
        return False
    kinds = {type(each) for each in own_nodes(*node.body)}
    return ast.Return in kinds and kinds.isdisjoint(_ADVANCING)


def _removal(tree: FunctionTree, use: Use) -> Iterator[Replacement]:
    """Remove the patch, and the function that only it uses, where both stand in one block."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    if not use.is_whole:
        return
    body = tree.node.body
    statements = [*body.body]
    name = use.receive.name.value
    named = [n for n in walk(body) if isinstance(n, cst.Name) and n.value == name]
    if len(named) != 1 or use.statement not in statements or use.receive not in statements:
        return
    if statements[-1] is use.statement:
        return
    if use.receive.decorators:
        return
    for statement in statements:
        if statement is not use.receive and statement is not use.statement:
            continue
        if not isinstance(statement, (cst.FunctionDef, cst.SimpleStatementLine)):
            return
        start = tree.span(statement).start.row - _lines_above(statement)
        end = tree.span(statement).end.row + 1
        yield Replacement(Span(Position(start, 1), Position(end, 1)), "")


def _lines_above(statement: cst.FunctionDef | cst.SimpleStatementLine) -> int:
    """How many lines above go with a statement: comments, above a patch the blank ones too."""
    import libcst as cst

    lines = [*statement.leading_lines]
    if isinstance(statement, cst.SimpleStatementLine):
        return len(lines)
    count = 0
    while lines and lines.pop().comment is not None:
        count += 1
    return count


class _Way(NamedTuple):
    """How a patch comes into a dispatcher: by its own hand, or by a call at `step`."""

    dispatcher: Dispatcher
    steps: tuple[Step, ...]


def check(project: Project) -> Iterator[Finding]:
    """Patches of a dispatcher's request, and what a pure ASGI middleware hands on."""
    for filename, candidate in project.candidates(_CODE):
        function = Function(filename, candidate.scope)
        if candidate.get("kind") == "pass":
            yield from _handed_on(project, function, candidate)
            continue
        way = _way(project, function, candidate.get("target"))
        if way is not None:
            yield from _patched(project, function, candidate, way)


def _way(project: Project, function: Function, request: str) -> _Way | None:
    dispatcher = project.dispatchers.get(function)
    if dispatcher is not None:
        return _Way(dispatcher, ()) if dispatcher.request == request else None
    if project.function(function).parameter(request) is None:
        return None
    for filename, site in project.evaluator.call_sites(function):
        dispatcher = project.dispatchers.get(Function(filename, site.scope))
        if dispatcher is not None and _passes(project, function, site, dispatcher, request):
            step = Step(f"`{dispatcher.name}` calls it here", Place(filename, site.call.span))
            return _Way(dispatcher, (step,))
    return None


def _passes(
    project: Project, function: Function, site: CallFacts, dispatcher: Dispatcher, request: str
) -> bool:
    """Whether a call passes the dispatcher's request for the parameter `request`."""
    offset = project.evaluator.argument_offset(function)
    names = [p.name for p in project.function(function).parameters]
    passed = site.call.argument(names.index(request) - offset, request)
    return isinstance(passed, ir.Name) and passed.id == dispatcher.request


def _patched(
    project: Project, function: Function, candidate: Candidate, way: _Way
) -> Iterator[Finding]:
    exposure = project.versions.exposure(function.filename, _HAZARD)
    severity = severity_in_code(exposure)
    if severity is None:
        return
    if not _all_fail(exposure) and not _listens(project, exposure):
        severity = Severity.WARNING
    yield Finding(
        place=Place(function.filename, candidate.span),
        message=_message(candidate, way.dispatcher, exposure),
        severity=severity,
        fix=_fix(function.filename, candidate, exposure),
        trace=way.steps,
    )


def _message(candidate: Candidate, dispatcher: Dispatcher, exposure: Exposure) -> str:
    patched = f"From here on `{candidate.get('target')}._receive` gives the body again and again"
    if exposure.release is not None and Version(exposure.release) < _REPLAYED:
        effect = "a streaming response waits for the disconnect in a loop that blocks the server"
    elif _all_fail(exposure):
        effect = "every response fails with `Unexpected message received: http.request`"
    elif exposure.outcome is Outcome.AFFECTED:
        effect = (
            "a streaming response ends after its first chunk, with `Unexpected message received: "
            "http.request`"
        )
    else:
        effect = "a streaming response fails"
    return f"{patched}: behind `{dispatcher.name}` {effect} ({exposure.phrase})."


def _all_fail(exposure: Exposure) -> bool:
    first, end = _PLAIN_RESPONSES_TOO
    return exposure.release is not None and first <= Version(exposure.release) < end


def _listens(project: Project, exposure: Exposure | None) -> bool:
    """Whether the project makes a response that listens for the disconnect."""
    if project.uses_streams:
        return True
    release = exposure.release if exposure is not None else None
    if release is None or Version(release) < _FILES_TOO:
        return False
    return any(
        project.evaluator.is_subclass(response.class_, fw.FILE_RESPONSE)
        for response in project.streams.responses
    )


def _fix(filename: str, candidate: Candidate, exposure: Exposure) -> Fix:
    replayed = exposure.release is not None and Version(exposure.release) >= _REPLAYED
    if not replayed:
        message = "Require Starlette 0.28.0 or newer, which hands on a body that was read"
        return Fix(Applicability.ADVICE, message)
    if not candidate.get("whole"):
        message = (
            "Read the body with `await request.body()`, which hands it on, and change it in a pure "
            "ASGI middleware"
        )
        return Fix(Applicability.ADVICE, message)
    message = "Leave it out: a body that was read with `await request.body()` is handed on"
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    return Fix(Applicability.UNSAFE if edits else Applicability.ADVICE, message, edits)


def _handed_on(project: Project, function: Function, candidate: Candidate) -> Iterator[Finding]:
    """On every release from 0.13.3 on: nothing is awaited, so the server has no chance to stop."""
    middleware = pure_middleware(project, function, candidate.get("target"))
    if middleware is None:
        return
    effective = project.versions.exposure(function.filename, _HAZARD)
    yield Finding(
        place=Place(function.filename, candidate.span),
        message=(
            f"What `{middleware.name}` hands on as `receive` gives the body again and again and "
            "never waits: the first streaming response behind it blocks the whole server."
        ),
        severity=Severity.ERROR if _listens(project, effective) else Severity.WARNING,
        fix=Fix(
            Applicability.ADVICE,
            "Give the body once, then `return await receive()` of the real one",
        ),
    )


RULE = Rule(
    code=_CODE,
    name="request-receive-patched",
    summary="A receive that only repeats the body breaks the streaming responses behind it.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
