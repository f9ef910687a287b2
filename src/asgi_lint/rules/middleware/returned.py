"""The ways through a dispatcher at whose end there is no response.

Imported only when there is a dispatcher to look at, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Replacement
from asgi_lint.model.control_flow import walk
from asgi_lint.model.endings import endings
from asgi_lint.model.handlers import is_broad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

_MAKING_TEXT = frozenset({"json.dumps", "str"})
_MAKING = {"dict": "dict", "list": "list", "tuple": "tuple", "set": "set", "bool": "bool"}


class Ending(Enum):
    """How a way ends that has no response at its end."""

    FALLS_OFF = "falls off"
    """After the statement at hand."""
    PASSED_BY = "passed by"
    """Where the test at hand does not hold, or no case of the subject applies."""
    LOOP_ENDS = "loop ends"
    SUPPRESSED = "suppressed"
    """After what the context manager at hand swallows."""
    STILL_NONE = "still None"
    """At a `return` of a name that only a call which raised would have bound anew."""
    NOT_AWAITED = "not awaited"
    OTHER = "other"
    """At a `return` of something else: None, a text, a dict and so on."""


@dataclass(frozen=True, slots=True)
class WrongWay:
    """One way without a response; `node` is where it ends.

    `what` names the type that is returned, or the variable. `fix` makes it return the response.
    """

    ending: Ending
    node: cst.CSTNode
    what: str = ""
    fix: tuple[Replacement, ...] = ()


def wrong_ways(tree: FunctionTree, body: DispatchBody | None) -> Iterator[WrongWay]:
    """All of them in one function; none where it is abstract.

    `body` is None for a `dispatch` that never calls `call_next`.
    """
    if tree.is_generator or _is_abstract(tree.node.body):
        return
    for node in body.nodes if body is not None else walk(tree.node.body):
        if isinstance(node, cst.Return):
            yield from _returned(tree, body, node)
    if body is not None:
        yield from _still_none(body)
    yield from _off_the_end(tree, body)


def _is_abstract(body: cst.BaseSuite) -> bool:
    """Whether there is nothing in it: `...`, `pass`, a docstring."""
    return all(
        isinstance(small, cst.Pass)
        or (
            isinstance(small, cst.Expr)
            and isinstance(small.value, (cst.Ellipsis, cst.SimpleString, cst.ConcatenatedString))
        )
        for statement in body.body
        for small in (
            statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
        )
    )


# What is returned


def _returned(
    tree: FunctionTree, body: DispatchBody | None, node: cst.Return
) -> Iterator[WrongWay]:
    kind = "NoneType" if node.value is None else _kind(tree, body, node.value)
    if kind:
        yield WrongWay(Ending.OTHER, node, kind)
        return
    calls = body.next_calls if body is not None and tree.is_async else ()
    for call in calls:
        if call.node is node.value:
            start = tree.span(call.node).start
            fix = (Replacement(Span(start, start), "await "),)
            yield WrongWay(Ending.NOT_AWAITED, node, fix=fix)


def _kind(tree: FunctionTree, body: DispatchBody | None, node: cst.BaseExpression) -> str:
    """The type of what cannot be a response, "" for anything that may be one."""
    match node:
        case cst.Name(value="None"):
            return "NoneType"
        case cst.SimpleString() | cst.ConcatenatedString() | cst.FormattedString():
            return "bytes" if _is_bytes(node) else "str"
        case cst.Dict() | cst.DictComp():
            return "dict"
        case cst.List() | cst.ListComp():
            return "list"
        case cst.Set() | cst.SetComp():
            return "set"
        case cst.Tuple():
            return "tuple"
        case cst.Integer():
            return "int"
        case cst.Name(value="True" | "False") | cst.Comparison() | cst.UnaryOperation(cst.Not()):
            return "bool"
        case cst.IfExp(body=one, orelse=other):
            return _kind(tree, body, one) or _kind(tree, body, other)
        case cst.Name(value=name) if body is not None:
            return _kind_of_name(tree, body, name)
        case cst.Call(func=func):
            called = tree.names(func) or ""
            return "str" if called in _MAKING_TEXT else _MAKING.get(called, "")
        case _:
            return ""


def _is_bytes(node: cst.SimpleString | cst.ConcatenatedString | cst.FormattedString) -> bool:
    first = node.left if isinstance(node, cst.ConcatenatedString) else node
    return isinstance(first, cst.SimpleString) and "b" in first.prefix.lower()


def _kind_of_name(tree: FunctionTree, body: DispatchBody, name: str) -> str:
    """The type of a variable that is never bound to what may be a response."""
    kinds = [
        _kind(tree, None, node.value)
        if isinstance(node, (cst.Assign, cst.AnnAssign)) and node.value is not None
        else ""
        for node in body.assignments_to(name)
    ]
    return kinds[0] if kinds and all(kinds) else ""


# What is still None


def _still_none(body: DispatchBody) -> Iterator[WrongWay]:
    """`response = None`, a `try` around `call_next` that goes on after an error, `return response`.

    Only where nothing between them asks for the name or binds it.
    """
    for suite in body.nodes:
        statements = suite.body if isinstance(suite, cst.IndentedBlock) else ()
        yield from _still_none_in(body, statements)
    yield from _still_none_in(body, body.tree.node.body.body)


def _still_none_in(body: DispatchBody, statements: Sequence[cst.CSTNode]) -> Iterator[WrongWay]:
    for index, statement in enumerate(statements):
        if not isinstance(statement, cst.Try):
            continue
        within = {id(node) for node in walk(statement.body)}
        for call in body.next_calls:
            if id(call.node) not in within or not _goes_on(body, statement, call.name):
                continue
            if not _is_none_before(body, statement, call.name):
                continue
            returned = _returned_after(body, statements[index + 1 :], call.name)
            if returned is not None:
                yield WrongWay(Ending.STILL_NONE, returned, call.name)
                return


def _goes_on(body: DispatchBody, attempt: cst.Try, name: str) -> bool:
    """Whether it goes on behind the `try` after any error, with the name as it was."""
    bound = {id(node) for node in body.assignments_to(name)} if name else set()
    rest = [*attempt.handlers, attempt.finalbody, attempt.orelse]
    if not name or any(id(node) in bound for node in walk(*rest)):
        return False
    return any(is_broad(handler) and [*endings(handler.body)] for handler in attempt.handlers)


def _is_none_before(body: DispatchBody, attempt: cst.Try, name: str) -> bool:
    """Whether the name is bound to None, and to nothing else outside the `try`'s body."""
    within = {id(node) for node in walk(attempt)}
    outside = [node for node in body.assignments_to(name) if id(node) not in within]
    return bool(outside) and all(
        isinstance(node, (cst.Assign, cst.AnnAssign))
        and isinstance(node.value, cst.Name)
        and node.value.value == "None"
        for node in outside
    )


def _returned_after(
    body: DispatchBody, statements: Sequence[cst.CSTNode], name: str
) -> cst.Return | None:
    bound = {id(node) for node in body.assignments_to(name)}
    for statement in statements:
        match statement:
            case cst.SimpleStatementLine(body=[*_, cst.Return(value=cst.Name(value=n)) as found]):
                return found if n == name else None
            case cst.SimpleStatementLine() if [*endings(cst.IndentedBlock([statement]))]:
                pass
            case cst.SimpleStatementLine():
                return None
            case _ if any(isinstance(n, cst.Name) and n.value == name for n in walk(statement)):
                return None
        if any(id(node) in bound for node in walk(statement)):
            return None
    return None


# The end of the body


def _off_the_end(tree: FunctionTree, body: DispatchBody | None) -> Iterator[WrongWay]:
    """The first way that leads off the end."""
    last = [*endings(tree.node.body)]
    if last:
        fix = tuple(_return_at_end(tree, body)) if body is not None and len(last) == 1 else ()
        yield WrongWay(_ending_at(tree, last[0]), last[0], fix=fix)


def _ending_at(tree: FunctionTree, node: cst.CSTNode) -> Ending:
    match node:
        case cst.BaseSmallStatement() | cst.SimpleStatementLine():
            return Ending.FALLS_OFF
        case cst.WithItem():
            return Ending.SUPPRESSED
    for each in walk(tree.node.body):
        match each:
            case cst.While(test=head) | cst.For(iter=head) if head is node:
                return Ending.LOOP_ENDS
            case _:
                continue
    return Ending.PASSED_BY


def _return_at_end(tree: FunctionTree, body: DispatchBody) -> Iterator[Replacement]:
    """`return` before a last `await call_next(...)`, or `return response` below the last line."""
    block = tree.node.body
    if not isinstance(block, cst.IndentedBlock):
        return
    match block.body[-1]:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Await() as value)]) if (
            body.is_response(value)
        ):
            start = tree.span(value).start
            yield Replacement(Span(start, start), "return ")
        case cst.SimpleStatementLine() as last:
            name = _response_at_end(body, block)
            if name:
                span = tree.span(last)
                indent = tree.line(span.start.row)[: span.start.column - 1]
                end = span.end.at(len(tree.line(span.end.row)) + 1)
                content = f"{tree.newline}{indent}return {name}"
                yield Replacement(Span(end, end), content)
        case _:
            return


def _response_at_end(body: DispatchBody, block: cst.IndentedBlock) -> str:
    """The name that every way to the end has bound to the response, once and for all."""
    for call in body.next_calls:
        if len([*body.assignments_to(call.name)]) != 1:
            continue
        for statement in block.body:
            if isinstance(statement, cst.SimpleStatementLine) and any(
                node is call.node for node in walk(statement)
            ):
                return call.name
    return ""
