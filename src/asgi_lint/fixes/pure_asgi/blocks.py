"""The suites of compound statements: which lines are in them, and the same with other ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import bound
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.trees import ends, suite_of, suites

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.fixes.pure_asgi.trees import Statements


def with_suites(
    statement: cst.BaseStatement, convert: Callable[[cst.BaseSuite], Statements]
) -> cst.BaseStatement:
    """A compound statement with the statements of its suites converted."""

    def inside(node: cst.CSTNode) -> cst.CSTNode:
        body = getattr(node, "body", None)
        assert isinstance(body, cst.BaseSuite)
        return node.with_changes(body=block_of(body, convert(body)))

    new = statement
    match statement:
        case cst.If(orelse=cst.If() as other):
            new = statement.with_changes(orelse=with_suites(other, convert))
        case cst.If(orelse=cst.Else() as other) | cst.For(orelse=cst.Else() as other):
            new = statement.with_changes(orelse=inside(other))
        case cst.While(orelse=cst.Else() as other):
            new = statement.with_changes(orelse=inside(other))
        case cst.Try():
            new = statement.with_changes(
                handlers=[inside(handler) for handler in statement.handlers],
                orelse=inside(statement.orelse) if statement.orelse is not None else None,
            )
        case cst.Match():
            return statement.with_changes(cases=[inside(case) for case in statement.cases])
        case _:
            pass
    changed = inside(new)
    assert isinstance(changed, cst.BaseStatement)
    return changed


def block_of(suite: cst.BaseSuite, statements: Statements) -> cst.IndentedBlock:
    """A suite's block with other statements."""
    assert isinstance(suite, cst.IndentedBlock)
    return suite.with_changes(body=[*statements])


def lines_in(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The statements below and including a node."""
    found: list[cst.CSTNode] = []
    stack = [node]
    while stack:
        current = stack.pop()
        found.append(current)
        if isinstance(current, cst.IndentedBlock):
            stack.extend(current.body)
        else:
            stack.extend(suites(current))
    return found


def with_return_in(
    statement: cst.If | cst.With | cst.Try, returning: cst.BaseStatement, response: str
) -> cst.BaseStatement:
    """The statement with a `return` at the end of each of its suites that goes on after it."""

    def sink(suite: cst.BaseSuite) -> Statements:
        statements = suite_of(suite)
        if ends(statements):
            return statements
        last = statements[-1]
        if not isinstance(last, (cst.If, cst.With)):
            return [*statements, returning.deep_clone()]
        moved = with_return_in(last, returning, response)
        return [*statements[:-1], moved] + ([] if ends([moved]) else [returning.deep_clone()])

    if isinstance(statement, cst.Try):
        for handler in statement.handlers:
            body = suite_of(handler.body)
            if not ends(body) and response not in bound(body):
                raise Refusal("it goes on after an `except` without a response")
    if isinstance(statement, cst.Try) and statement.orelse is not None:
        main = statement.body
        return with_suites(statement, lambda s: suite_of(s) if s is main else sink(s))
    return with_suites(statement, sink)
