"""What a dispatcher does after `call_next`, as the body of a `send` wrapper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import own_nodes, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.response_use import MessageNames, response_use
from asgi_lint.fixes.pure_asgi.timing import resets_context, trailing_resets
from asgi_lint.fixes.pure_asgi.trees import (
    ends,
    lead,
    replaced_all,
    returns_in,
    small,
    suite_of,
    suites,
    with_lead,
    without_blank,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.fixes.pure_asgi.trees import Grammar, New, Statements
    from asgi_lint.fixes.pure_asgi.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class After:
    """Statements for the moment when the response starts.

    `comments` stood before the `return`. `resets` are left for when the application is done.
    """

    statements: Statements = ()
    comments: Sequence[cst.EmptyLine] = ()
    resets: Statements = ()
    needs_headers: bool = False
    needs_cookies: bool = False


def after_call(
    statements: Statements,
    response: str,
    vocabulary: Vocabulary,
    grammar: Grammar,
    *,
    notes_start: bool = False,
) -> After:
    """The statements that follow `response = await call_next(request)`, all of them.

    `notes_start` says that the start of the response is still to be noted after them. Refusal
    where they do not always return the response, or do more than its start allows.
    """
    if not ends(statements):
        raise Refusal("it does not return the response on every way after `call_next`")
    for node in own_nodes(*statements):
        if isinstance(node, cst.Raise):
            raise Refusal("it raises an error after `call_next`")
    for found in returns_in(*statements):
        if not (isinstance(found.value, cst.Name) and found.value.value == response):
            raise Refusal("it returns another response after `call_next`")
    comments = without_blank(lead(statements[-1])) if small(statements[-1]) else ()
    note = f"{vocabulary.started} = True\n" if notes_start else ""
    new = _returns(statements, f"{note}await send({vocabulary.message})\nreturn\n", grammar)
    if small(statements[-1]) is not None:
        statements = statements[:-1]
    statements, resets = trailing_resets(statements)
    if any(resets_context(statement) for statement in statements):
        raise Refusal("it resets a context variable before it is done with the response")
    return _converted(statements, response, new, comments, resets, vocabulary, grammar)


def passing_code(
    statements: Statements, response: str, vocabulary: Vocabulary, grammar: Grammar
) -> After:
    """Statements that run when the response starts and leave its return to what follows."""
    if [*returns_in(*statements)]:
        raise Refusal("it returns from within a `try` in more than one way")
    for node in own_nodes(*statements):
        if isinstance(node, cst.Raise):
            raise Refusal("it raises an error after `call_next`")
    if any(resets_context(statement) for statement in statements):
        raise Refusal("it resets a context variable before it is done with the response")
    return _converted(statements, response, {}, (), (), vocabulary, grammar)


def _converted(
    statements: Statements,
    response: str,
    new: dict[int, New],
    comments: Sequence[cst.EmptyLine],
    resets: Statements,
    vocabulary: Vocabulary,
    grammar: Grammar,
) -> After:
    names = MessageNames(vocabulary.message, vocabulary.headers, vocabulary.cookies)
    use = response_use(response, statements, names, frozenset(new), grammar.quote)
    if any(True for _ in references(response, *resets)):
        raise Refusal("it uses the response where it resets a context variable")
    return After(
        replaced_all(statements, {**use.replacements, **new}),
        comments,
        resets,
        use.needs_headers,
        use.needs_cookies,
    )


def _returns(statements: Statements, sending: str, grammar: Grammar) -> dict[int, New]:
    """What the lines with a `return` become, by their `id`: the text `sending`.

    Those at the end just fall through to the wrapper's own `await send(message)`.
    """
    new: dict[int, New] = {}
    last = {id(line) for line in _last_returns(statements)}
    for line, is_guarded in _return_lines(statements, is_guarded=False):
        if id(line) in last:
            new[id(line)] = grammar.statement("pass")
        elif is_guarded:
            raise Refusal("it returns the response in the middle of a `try` or `with`")
        else:
            first, *others = grammar.statements(sending)
            new[id(line)] = cst.FlattenSentinel([with_lead(first, lead(line)), *others])
    for node in own_nodes(*statements):
        match node:
            case cst.Else(body=cst.IndentedBlock(body=[only])) if id(only) in last:
                new[id(node)] = cst.RemoveFromParent()
            case cst.IndentedBlock(body=[_, *_, line]) if id(line) in last:
                new[id(line)] = cst.RemoveFromParent()
            case _:
                continue
    return new


def _last_returns(statements: Statements) -> Iterator[cst.BaseStatement]:
    """The lines whose `return` is the last thing that would be done anyway."""
    if not statements:
        return
    last = statements[-1]
    if isinstance(small(last), cst.Return):
        yield last
        yield from _last_returns(statements[:-1])
        return
    match last:
        case cst.Try(finalbody=finalbody, orelse=orelse) as block:
            if finalbody is not None and [*returns_in(finalbody.body)]:
                raise Refusal("it returns in a `finally`")
            if orelse is None:
                yield from _last_returns(suite_of(block.body))
            else:
                yield from _last_returns(suite_of(orelse.body))
            for handler in block.handlers:
                yield from _last_returns(suite_of(handler.body))
        case cst.If() | cst.With():
            for suite in suites(last):
                yield from _last_returns(suite_of(suite))
        case _:
            return


def _return_lines(
    statements: Statements, *, is_guarded: bool
) -> Iterator[tuple[cst.BaseStatement, bool]]:
    for statement in statements:
        if isinstance(small(statement), cst.Return):
            yield statement, is_guarded
        inside = is_guarded or isinstance(statement, (cst.Try, cst.TryStar, cst.With))
        for suite in suites(statement):
            yield from _return_lines(suite_of(suite), is_guarded=inside)
