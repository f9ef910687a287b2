"""Where the end of a function may be reached without a `return`.

Imported by the rules only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NEVER_RETURNING = (
    "abort",
    "assert_never",
    "exit",
    "_exit",
    "fail",
    "raise_",
    "reraise",
    "unreach",
)
"""How the names of functions begin that are called to end the way, as far as names tell."""

_SUPPRESSING = frozenset({"suppress"})


def endings(body: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """What is evaluated last on each way that leads off the end of `body`, in source order.

    That is a simple statement, or the test, subject or item of a compound one whose body is
    passed by. A test is taken to come out either way, except that `elif not x` completes `if x`.
    """
    last: list[cst.CSTNode] = []
    for statement in body.body:
        last = [*_endings(statement)]
        if not last:
            return
    yield from last


def _endings(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match node:
        case cst.SimpleStatementLine(body=statements):
            if not any(_ends_the_way(each) for each in statements):
                yield node
        case cst.BaseSmallStatement():
            if not _ends_the_way(node):
                yield node
        case cst.If():
            yield from _of_if(node)
        case cst.While() | cst.For():
            yield from _of_loop(node)
        case cst.With(items=items, body=body):
            yield from endings(body)
            yield from (item for item in items if called_name(item.item) in _SUPPRESSING)
        case cst.Try() | cst.TryStar():
            yield from _of_try(node)
        case cst.Match():
            yield from _of_match(node)
        case _:
            yield node


def _ends_the_way(statement: cst.BaseSmallStatement) -> bool:
    match statement:
        case cst.Return() | cst.Raise() | cst.Break() | cst.Continue():
            return True
        case cst.Assert(test=cst.Name(value="False")):
            return True
        case cst.Expr(value=value):
            called = value.expression if isinstance(value, cst.Await) else value
            return called_name(called).lstrip("_").startswith(_NEVER_RETURNING)
        case _:
            return False


def called_name(node: cst.CSTNode) -> str:
    """The last name of what a call calls, "" for anything else."""
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name)):
            return name
        case _:
            return ""


def _of_if(node: cst.If) -> Iterator[cst.CSTNode]:
    tests = [node.test]
    while True:
        yield from endings(node.body)
        match node.orelse:
            case cst.If() as other:
                node = other
                tests.append(node.test)
            case cst.Else(body=body):
                yield from endings(body)
                return
            case _:
                if not _is_complete(tests):
                    yield node.test
                return


def _is_complete(tests: Sequence[cst.BaseExpression]) -> bool:
    """Whether the last test is the negation of one before it."""
    match tests[-1]:
        case cst.UnaryOperation(operator=cst.Not(), expression=negated):
            return any(negated.deep_equals(test) for test in tests[:-1])
        case last:
            return any(
                isinstance(test, cst.UnaryOperation)
                and isinstance(test.operator, cst.Not)
                and test.expression.deep_equals(last)
                for test in tests[:-1]
            )


def _of_loop(node: cst.While | cst.For) -> Iterator[cst.CSTNode]:
    test = node.test if isinstance(node, cst.While) else node.iter
    yield from _breaks(node.body)
    if isinstance(node, cst.While) and is_endless(test):
        return
    if node.orelse is not None:
        yield from endings(node.orelse.body)
    else:
        yield test


def is_endless(test: cst.BaseExpression) -> bool:
    """Whether it is the test of a `while True`, which only a `break` ends."""
    match test:
        case cst.Name(value="True"):
            return True
        case cst.Integer(value=value):
            return value.strip("0") != ""
        case _:
            return False


def _breaks(suite: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """The `break`s that leave the loop whose body it is."""
    stack: list[cst.CSTNode] = [*reversed(suite.body)]
    while stack:
        node = stack.pop()
        match node:
            case cst.Break():
                yield node
            case cst.While(orelse=orelse) | cst.For(orelse=orelse):
                stack.extend([orelse] if orelse is not None else [])
            case cst.FunctionDef() | cst.ClassDef() | cst.BaseExpression():
                continue
            case _:
                stack.extend(reversed(node.children))


def _of_try(node: cst.Try | cst.TryStar) -> Iterator[cst.CSTNode]:
    if node.finalbody is not None and not [*endings(node.finalbody.body)]:
        return
    last = [*endings(node.body)]
    if last and node.orelse is not None:
        last = [*endings(node.orelse.body)]
    yield from last
    for handler in node.handlers:
        yield from endings(handler.body)


def _of_match(node: cst.Match) -> Iterator[cst.CSTNode]:
    for case in node.cases:
        yield from endings(case.body)
        if case.guard is None and matches_all(case.pattern):
            return
    yield node.subject


def matches_all(pattern: cst.MatchPattern) -> bool:
    """Whether it is `case _` or `case name`."""
    match pattern:
        case cst.MatchAs(pattern=None):
            return True
        case cst.MatchOr(patterns=patterns):
            return any(matches_all(each.pattern) for each in patterns)
        case _:
            return False
