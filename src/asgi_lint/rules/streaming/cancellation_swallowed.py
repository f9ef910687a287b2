"""ASG303: a loop in a streamed generator that swallows its own cancellation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Span, Step
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.control_flow import Catch
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import Stream

_CODE = "ASG303"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """Handlers in `while` loops of an async generator from which every way leads back in."""
    if not (tree.is_generator and tree.is_async and mentions(tree, "while")):
        return
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    for loop in flow.walk(tree.node.body):
        if not isinstance(loop, cst.While):
            continue
        for node in flow.walk(loop.body):
            match node:
                case cst.Try():
                    found = flow.cancellation_handler(node, tree)
                    if found is None or not _swallows(loop, node, found[0]):
                        continue
                    handler, catch = found
                    fix = tuple(_reraise(tree, handler))
                    yield _candidate(tree, handler, catch, fix)
                case cst.With():
                    suppressed = flow.suppressed_by(node, tree)
                    if suppressed is not None and _swallows(loop, node, None):
                        yield _candidate(tree, *suppressed, ())
                case _:
                    continue


def _candidate(
    tree: FunctionTree, node: cst.CSTNode, catch: Catch, fix: tuple[Replacement, ...]
) -> Candidate:
    import libcst as cst

    shown = node.type if isinstance(node, cst.ExceptHandler) and node.type is not None else node
    span = tree.span(shown)
    if shown is node and isinstance(node, cst.ExceptHandler):
        start = span.start
        span = Span(start, start.at(start.column + len("except")))
    only = "yes" if catch.only_cancellation else ""
    return Candidate(_CODE, tree.scope, span, (("catch", catch.text), ("only", only)), fix)


def _swallows(
    loop: cst.While, guard: cst.Try | cst.With, handler: cst.ExceptHandler | None
) -> bool:
    """Whether a cancellation that `guard` catches comes back to `guard` without getting out.

    Any other await on the way is where the next cancellation is raised and ends the stream. A
    `yield` is no such place: for a client that has left, uvicorn's `send()` returns at once.
    """
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    if not flow.may_be_cancelled(guard.body):
        return False
    ways = flow.ways_to(loop, guard)
    if ways is None:
        return False
    before, after, around = ways
    if any(isinstance(outer, cst.Try) for outer in around) or any(map(flow.awaits, around)):
        return False
    met = [loop.test, *before]
    if handler is None or not _continues(handler):
        met += after
    if flow.may_be_cancelled(*met) or flow.leaves(*after):
        return False
    if handler is not None and (flow.leaves(handler.body) or flow.may_be_cancelled(handler.body)):
        return False
    final = guard.finalbody if isinstance(guard, cst.Try) else None
    if final is not None and (flow.leaves(final) or flow.may_be_cancelled(final)):
        return False
    return not _ends_by_its_test(loop, handler)


def _continues(handler: cst.ExceptHandler) -> bool:
    """Whether the handler's last statement is `continue`."""
    import libcst as cst

    match handler.body.body:
        case [*_, cst.SimpleStatementLine(body=[*_, cst.Continue()])] | [*_, cst.Continue()]:
            return True
        case _:
            return False


def _ends_by_its_test(loop: cst.While, handler: cst.ExceptHandler | None) -> bool:
    """Whether the handler may change what the loop's test reads."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    tested = {node.value for node in flow.walk(loop.test) if isinstance(node, cst.Name)}
    if tested <= {"True"}:
        return False
    touched = {
        node.value
        for node in (flow.walk(handler.body) if handler is not None else ())
        if isinstance(node, cst.Name)
    }
    return not tested.isdisjoint(touched) or any(
        isinstance(node, cst.Call) for node in flow.walk(loop.test)
    )


def _reraise(tree: FunctionTree, handler: cst.ExceptHandler) -> Iterator[Replacement]:
    """Put `raise` where the handler ends: for `pass` and `continue`, in their place."""
    import libcst as cst

    body = handler.body
    last = body.body[-1]
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
    if isinstance(small, (cst.Pass, cst.Continue)):
        yield Replacement(tree.span(small), "raise")
    elif isinstance(body, cst.IndentedBlock) and isinstance(last, cst.SimpleStatementLine):
        span = tree.span(last)
        indent = tree.line(span.start.row)[: span.start.column - 1]
        end = span.end.at(len(tree.line(span.end.row)) + 1)
        yield Replacement(Span(end, end), f"{tree.newline}{indent}raise")


def check(project: Project) -> Iterator[Finding]:
    """The candidates whose generator is streamed."""
    for filename, candidate in project.candidates(_CODE):
        function = Function(filename, candidate.scope)
        stream = project.streams.streams.get(function)
        if stream is not None:
            yield _finding(project, stream, candidate)


def _finding(project: Project, stream: Stream, candidate: Candidate) -> Finding:
    filename = stream.generator.filename
    catch, only = candidate.get("catch"), bool(candidate.get("only"))
    if only and project.uses_base_http_middleware:
        # Measured: there the stream stops, and only its clean-up waits (S6b.s_swce.base1).
        severity = Severity.WARNING
        effect = (
            "the stream never ends and spins at full CPU; behind a BaseHTTPMiddleware it stops, "
            "but its clean-up waits for the garbage collector"
        )
    else:
        severity = Severity.ERROR
        effect = "the stream never ends, and from Starlette 0.15.0 on the loop spins at full CPU"
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    applicability = Applicability.SAFE if only else Applicability.UNSAFE
    return Finding(
        place=Place(filename, candidate.span),
        message=(
            f"`{catch}` swallows the cancellation that `{project.roles.name(stream.generator)}` "
            f"gets when the client leaves: {effect}."
        ),
        severity=severity,
        fix=Fix(applicability, "Re-raise the cancellation", edits)
        if edits
        else Fix(Applicability.ADVICE, "Let the cancellation through"),
        trace=(Step("the generator is streamed here", stream.site),),
    )


RULE = Rule(
    code=_CODE,
    name="cancellation-swallowed-in-stream",
    summary="A loop in a streamed generator swallows its cancellation and never ends.",
    severity=Severity.ERROR,
    hazard="stream-cancellation-swallowed",
    check=check,
    extract=extract,
)
