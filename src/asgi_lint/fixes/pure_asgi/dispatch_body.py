"""The body of a dispatcher as that of a pure ASGI `__call__`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import bound, mentioned, own_nodes
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.suite_writer import SuiteWriter
from asgi_lint.fixes.pure_asgi.trees import ends, lead, replaced_all, suite_of, with_lead
from asgi_lint.fixes.pure_asgi.wrapper import wrapper_function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.fixes.pure_asgi.calls import NextCall
    from asgi_lint.fixes.pure_asgi.trees import Grammar, Statements
    from asgi_lint.fixes.pure_asgi.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class NewBody:
    """The statements of `__call__` after its test of the scope's type, and what they need.

    `lasting` names the blocks that used to end when the response started and now last until the
    application is done with it.
    """

    statements: Statements
    needs: frozenset[str]
    lasting: frozenset[str]


def new_body(
    body: Statements,
    calls: Mapping[int, NextCall],
    vocabulary: Vocabulary,
    grammar: Grammar,
    parameters: frozenset[str],
    *,
    is_annotated: bool,
) -> NewBody:
    """Rewrite the statements of a dispatcher; Refusal where that cannot be right.

    `parameters` are the names that the method binds before its body.
    """
    if not ends(body):
        raise Refusal("it does not return a response on every way")
    writer = SuiteWriter(calls, vocabulary, grammar, is_annotated=is_annotated)
    statements = writer.suite(body, None, is_last=True)
    for function in writer.finishing:
        _check_own_names(function, statements)
    global_names = _global_names(body) - parameters
    placed = {
        id(place): with_lead(
            wrapper_function(
                wrapper, vocabulary, grammar, statements, global_names, is_annotated=is_annotated
            ),
            lead(place),
        )
        for place, wrapper in writer.wrappers
    }
    needs = {"Message"} if placed and is_annotated else set()
    if any(wrapper.needs_headers for _, wrapper in writer.wrappers):
        needs.add("MutableHeaders")
    if any(wrapper.needs_cookies for _, wrapper in writer.wrappers):
        needs.add("Response")
    return NewBody(replaced_all(statements, placed), frozenset(needs), frozenset(writer.lasting))


def _global_names(body: Statements) -> frozenset[str]:
    """What the dispatcher declares `global`."""
    return frozenset(
        item.name.value
        for node in own_nodes(*body)
        if isinstance(node, cst.Global)
        for item in node.names
    )


def _check_own_names(function: cst.BaseStatement, around: Statements) -> None:
    """Refusal where a function binds a name that the method around it knows too."""
    assert isinstance(function, cst.FunctionDef)
    others = replaced_all(around, {id(function): cst.RemoveFromParent()})
    shared = bound(suite_of(function.body)) & (bound(others) | mentioned(*others))
    if shared:
        raise Refusal(f"its `finally` binds `{min(shared)}`, which is used elsewhere too")
