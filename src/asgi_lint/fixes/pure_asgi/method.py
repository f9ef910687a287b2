"""A dispatcher's definition as that of `__call__`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.calls import next_calls
from asgi_lint.fixes.pure_asgi.dispatch_body import new_body
from asgi_lint.fixes.pure_asgi.names import bound, mentioned, own_nodes, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.trees import (
    lead,
    replaced,
    set_apart,
    small,
    suite_of,
    with_lead,
    without_blank,
)
from asgi_lint.fixes.pure_asgi.vocabulary import vocabulary
from asgi_lint.model.syntax import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgi_lint.fixes.pure_asgi.calls import NextCall
    from asgi_lint.fixes.pure_asgi.request_use import RequestUse
    from asgi_lint.fixes.pure_asgi.trees import Grammar, New, Statements


@dataclass(frozen=True, slots=True)
class Method:
    """The definition of `__call__`, what it needs, and the blocks that last longer in it.

    `docstring` is taken out of the definition.
    """

    definition: cst.FunctionDef
    docstring: cst.BaseStatement | None
    needs: frozenset[str]
    lasting: frozenset[str]


def call_method(
    function: cst.FunctionDef, use: RequestUse, grammar: Grammar, *, is_method: bool,
    is_annotated: bool,
) -> Method:  # fmt: skip
    """`async def __call__` of what a dispatcher does; Refusal where that cannot be right."""
    request, call_next = _parameters(function, is_method=is_method)
    if any(isinstance(node, (cst.Yield, cst.Nonlocal)) for node in own_nodes(function.body)):
        raise Refusal("it is a generator, or binds names of the function around it")
    block = one_statement_a_line(function).body
    assert isinstance(block, cst.IndentedBlock)
    statements = suite_of(block)
    docstring, statements = _docstring(statements)
    if not is_method and any(True for _ in references("self", *statements)):
        raise Refusal("it uses the `self` of the method around it")
    calls = next_calls(cst.IndentedBlock(body=[*statements]), request, call_next)
    passed_on = frozenset(id(call.call) for call in calls.values())
    uses_request = use.check(cst.IndentedBlock(body=[*statements]), request, passed_on)
    words = vocabulary(statements, request)
    parameters = frozenset({"self", "scope", "receive", "send"})
    new = new_body(statements, calls, words, grammar, parameters, is_annotated=is_annotated)
    _check_lost(new.statements, calls.values())
    needs = set(new.needs)
    opening = grammar.statements(_OPENING)
    if uses_request:
        needs.add("Request")
        opening += [
            with_lead(grammar.statement(f"{request} = Request(scope)\n"), set_apart(())),
        ]
    body = [*opening, *_close_to(new.statements, follows_request=uses_request)]
    if is_annotated:
        needs |= {"Scope", "Receive", "Send"}
    header = _HEADER_ANNOTATED if is_annotated else _HEADER
    definition = grammar.statement(f"{header}\n    pass\n")
    assert isinstance(definition, cst.FunctionDef)
    block = block.with_changes(body=body, header=_without_ignore(block.header))
    return Method(
        definition.with_changes(body=block),
        docstring,
        frozenset(needs),
        new.lasting,
    )


def _check_lost(statements: Statements, calls: Iterable[NextCall]) -> None:
    """Refusal where the new statements still read what was the response of `call_next`."""
    kept = {call.kept_as for call in calls if call.kept_as is not None}
    lost = (kept & mentioned(*statements)) - bound(statements)
    if lost:
        raise Refusal(f"it uses `{min(lost)}` elsewhere than after `call_next`")


_HEADER = "async def __call__(self, scope, receive, send):"
_HEADER_ANNOTATED = "async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:"
_OPENING = """\
if scope["type"] != "http":
    await self.app(scope, receive, send)
    return
"""


def _without_ignore(header: cst.TrailingWhitespace) -> cst.TrailingWhitespace:
    """The end of a `def` line without `# type: ignore`, which was about the old signature."""
    if header.comment is None or "type: ignore" not in header.comment.value:
        return header
    return cst.TrailingWhitespace(newline=header.newline)


def _close_to(statements: Statements, *, follows_request: bool) -> Statements:
    """The body's own statements; only after `request = Request(scope)` they need no blank line."""
    first = statements[0]
    comments = without_blank(lead(first))
    is_function = isinstance(first, cst.FunctionDef)
    if follows_request and not is_function and lead(first) == lead(first)[:0]:
        return statements
    return [with_lead(first, set_apart(comments)), *statements[1:]]


def _parameters(function: cst.FunctionDef, *, is_method: bool) -> tuple[str, str]:
    parameters = [*parameters_of(function.params)]
    own = parameters[1:] if is_method else parameters
    if len(own) != 2 or any(kind or p.default is not None for kind, p in parameters):
        raise Refusal("it takes other parameters than a request and `call_next`")
    if is_method and parameters[0][1].name.value != "self":
        raise Refusal("its first parameter is not `self`")
    return own[0][1].name.value, own[1][1].name.value


def _docstring(statements: Statements) -> tuple[cst.BaseStatement | None, Statements]:
    match small(statements[0]):
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return statements[0], statements[1:]
        case _:
            return None, statements


def one_statement_a_line(function: cst.FunctionDef) -> cst.FunctionDef:
    """The function with statements that share a line, also a header's, each on its own."""
    new: dict[int, New] = {}
    for node in own_nodes(function.body):
        match node:
            case cst.SimpleStatementSuite(body=body):
                new[id(node)] = cst.IndentedBlock(
                    body=[_line(each) for each in body], header=node.trailing_whitespace
                )
            case cst.SimpleStatementLine(body=[_, _, *_] as body):
                first, *others = (_line(each) for each in body)
                others[-1] = others[-1].with_changes(trailing_whitespace=node.trailing_whitespace)
                new[id(node)] = cst.FlattenSentinel(
                    [first.with_changes(leading_lines=node.leading_lines), *others]
                )
            case _:
                continue
    return replaced(function, new) if new else function


def _line(statement: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    alone = statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
    return cst.SimpleStatementLine(body=[alone])
