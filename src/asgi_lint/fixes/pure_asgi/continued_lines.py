"""Lines that end with a backslash: what follows keeps its distance from where the statement starts.

The white space of such a line is part of the text, while everything else is indented anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.trees import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libcst._nodes.internal import CodegenState
    from libcst._types import CSTNodeT

    from asgi_lint.fixes.pure_asgi.trees import New
    from asgi_lint.model.function_tree import FunctionTree

_CONTINUED = re.compile(r"(.*\\(?:\r\n?|\n))([ \t]*)", re.DOTALL)


def with_loose_continuations(tree: FunctionTree) -> cst.FunctionDef:
    """The tree's function, whose continued lines go with their statements to another depth."""
    first, last = tree.span(tree.node)
    if not any(line.endswith("\\") for line in tree.lines[first.row - 1 : last.row]):
        return tree.node
    new: dict[int, New] = {}
    for space, statement in _continuations(tree.node, tree.node):
        depth = tree.span(statement).start.column - 1
        if (found := _CONTINUED.fullmatch(space.value)) is not None:
            new[id(space)] = _Continuation(found[1] + found[2][depth:])
    return replaced(tree.node, new)


def _continuations(
    node: cst.CSTNode, statement: cst.BaseStatement
) -> Iterator[tuple[cst.SimpleWhitespace, cst.BaseStatement]]:
    """The white space that continues a line, with the statement it is part of."""
    for child in node.children:
        match child:
            case cst.SimpleWhitespace(value=value) if "\\" in value:
                yield child, statement
            case cst.BaseStatement():
                yield from _continuations(child, child)
            case _:
                yield from _continuations(child, statement)


@dataclass(frozen=True)
class _Continuation(cst.SimpleWhitespace):
    """A backslash, the end of its line, and white space beyond the indentation."""

    def _visit_and_replace_children(self: CSTNodeT, visitor: cst.CSTVisitorT) -> CSTNodeT:
        del visitor
        return self

    def _codegen_impl(self, state: CodegenState) -> None:
        found = _CONTINUED.fullmatch(self.value)
        assert found is not None
        state.add_token(found[1])
        state.add_indent_tokens()
        state.add_token(found[2])
