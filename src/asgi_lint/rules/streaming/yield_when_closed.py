"""ASG305: a streamed generator that yields in its `finally`, where a client that left closes it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

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
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.caught import try_parts
from asgi_lint.model.children import own_nodes
from asgi_lint.model.values import Function
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.handed_over import handed_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import Stream

_CODE = "ASG305"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The yields of a generator that closing it comes by."""
    if not tree.is_generator or not any(map(_yields_behind, tree.own_nodes)):
        return
    from asgi_lint.rules.streaming.closing_yields import closing_yields

    for found in closing_yields(tree):
        where = "finally"
        edits: tuple[Replacement, ...] = ()
        if found.handler is None:
            edits = tuple(_moved(tree, found.guard))
        else:
            span = tree.span(found.handler)
            where = tree.line(span.start.row)[span.start.column - 1 :].partition(":")[0]
        detail = (("where", where), ("loses", "yes" if found.loses else ""))
        yield Candidate(_CODE, tree.scope, tree.span(found.node), detail, edits)


def _yields_behind(node: ast.AST) -> bool:
    """Whether it is a `try` with a `yield` in a handler or in its `finally`."""
    guard = try_parts(node)
    if guard is None:
        return False
    behind = own_nodes(*guard.handlers, *guard.finalbody)
    return any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in behind)


def _moved(tree: FunctionTree, guard: cst.Try | cst.TryStar) -> Iterator[Replacement]:
    """The yields of the `finally` put behind the `try` statement, if it is always left there."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    final = guard.finalbody
    if final is None or not isinstance(final.body, cst.IndentedBlock):
        return
    leaving = (cst.Return, cst.Raise, cst.Break, cst.Continue)
    if any(isinstance(n, leaving) for n in flow.walk(guard.body, *guard.handlers, guard.orelse)):
        return
    statements = final.body.body
    yielding = [line for line in statements if _is_yield(line)]
    kept = [line for line in statements if line not in yielding]
    inner = [n for n in flow.walk(final.body) if isinstance(n, cst.Yield)]
    rows = [tree.span(line).start.row for line in yielding]
    if rows != [tree.span(line).end.row for line in yielding] or len(inner) != len(yielding):
        return
    between = range(_row(tree, final), _row(tree, statements[-1]))
    if any(tree.line(row).lstrip().startswith("#") for row in between) or "#" in tree.line(
        between.start
    ):
        return  # whose comment it is, a person knows
    if not kept and not guard.handlers:
        return  # a `try` needs one of them
    first, last = tree.span(guard).start, tree.span(statements[-1]).end
    outer = tree.line(first.row)[: first.column - 1]
    start = _row(tree, statements[0] if kept else final)
    texts = [tree.line(row) for row in range(start, last.row + 1) if kept and row not in rows]
    texts += [f"{outer}{tree.line(row).strip()}" for row in rows]
    here = Span(Position(start, 1), Position(last.row, len(tree.line(last.row)) + 1))
    yield Replacement(here, tree.newline.join(texts))


def _row(tree: FunctionTree, node: cst.CSTNode) -> int:
    return tree.span(node).start.row


def _is_yield(statement: cst.CSTNode) -> bool:
    import libcst as cst

    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Yield())]):
            return True
        case _:
            return False


def check(project: Project) -> Iterator[Finding]:
    """The candidates whose generator is streamed."""
    candidates = [
        (stream, candidate)
        for filename, candidate in project.candidates(_CODE)
        if (stream := project.streams.streams.get(Function(filename, candidate.scope)))
    ]
    direct = handed_over(project) if candidates else {}
    for stream, candidate in candidates:
        is_between = (
            stream.generator not in direct
            or stream.generator in project.behind_base_http_middleware
        )
        severity = _severity(project, stream, candidate, is_between=is_between)
        if severity is not None:
            yield _finding(project, stream, candidate, severity)


def _severity(
    project: Project, stream: Stream, candidate: Candidate, *, is_between: bool
) -> Severity | None:
    """By what was seen to happen to each kind of generator.

    An async one that the response itself iterates is cancelled at an `await` where the server is
    a new uvicorn, and then may yield; one with something between waits at a `yield` that long.
    """
    loses = bool(candidate.get("loses"))
    if not project.function(stream.generator).is_async:
        return Severity.ERROR if loses else Severity.NOTE
    if loses:
        return Severity.WARNING if is_between else Severity.NOTE
    return Severity.NOTE if "GeneratorExit" in candidate.get("where") else None


def _finding(project: Project, stream: Stream, candidate: Candidate, severity: Severity) -> Finding:
    filename = stream.generator.filename
    name, where = project.roles.name(stream.generator), candidate.get("where")
    is_async = project.function(stream.generator).is_async
    effect = (
        "the clean-up after it never runs"
        if candidate.get("loses")
        else f'Python reports "{"async " if is_async else ""}generator ignored GeneratorExit"'
    )
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    message = f"Yield after the `try` statement, not in `{where}`"
    return Finding(
        place=Place(filename, candidate.span),
        message=(
            f"When the client leaves while `{name}` waits at a `yield`, this one in `{where}` "
            f"yields to nobody, and {effect}."
        ),
        severity=severity,
        fix=Fix(Applicability.UNSAFE, message, edits)
        if edits
        else Fix(Applicability.ADVICE, message),
        trace=(Step("the generator is streamed here", stream.site),),
    )


RULE = Rule(
    code=_CODE,
    name="yield-in-stream-finally",
    summary="A streamed generator yields while it is being closed, and loses its clean-up.",
    severity=Severity.WARNING,
    check=check,
    extract=extract,
)
