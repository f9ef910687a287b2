"""Where a file mentions a name: by a look at its lines first, which costs next to nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import nodes, variables_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionInFile

_ANNOTATED = re.compile(r"\s*(async )?def .*(->|\(.*\w: )")
_IDENTIFIERS = re.compile(r"[\w.\[\]|, ]{1,120}")


def uses_of_name(tree: FunctionInFile, name: str, without: cst.BaseStatement | None = None) -> int:
    """How often a file binds or reads a name, also as a string; imports aside.

    What stands in `without` does not count.
    """
    uses = tree.once(("uses", name), lambda: _all_uses(tree, name))
    left_out = nodes(without) if without is not None and uses else ()
    return uses - sum(_mentions(node, name) for node in left_out)


def _all_uses(tree: FunctionInFile, name: str) -> int:
    word = re.compile(rf"\b{name}\b")
    rows = [row for row, line in enumerate(tree.lines, 1) if word.search(line)]
    return sum(_mentions(node, name) for node in _nodes_at(tree, rows))


def _nodes_at(tree: FunctionInFile, rows: list[int]) -> Iterator[cst.CSTNode]:
    """The nodes of the statements that cover some of the rows."""
    stack: list[cst.CSTNode] = [tree.module]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, (cst.Module, cst.IndentedBlock)):
            stack.extend(each for each in node.body if _covers(tree, each, rows))
        else:
            stack.extend(variables_in(node))


def _covers(tree: FunctionInFile, statement: cst.CSTNode, rows: list[int]) -> bool:
    span = tree.span(statement)
    decorators = getattr(statement, "decorators", ())
    first = tree.span(decorators[0]) if decorators else span
    at = bisect_left(rows, first.start.row)
    return at < len(rows) and rows[at] <= span.end.row


def _mentions(node: cst.CSTNode, name: str) -> bool:
    match node:
        case cst.Name(value=value):
            return value == name
        case cst.SimpleString() if _IDENTIFIERS.fullmatch(node.raw_value):
            return name in re.findall(r"\w+", node.raw_value)
        case _:
            return False


def annotates(tree: FunctionInFile) -> bool:
    """Whether some function of the file has annotations on its first line."""
    node = tree.node
    own = any(parameter.annotation for parameter in node.params.params)
    return own or node.returns is not None or tree.once("annotates", lambda: _annotated(tree))


def _annotated(tree: FunctionInFile) -> bool:
    return any(_ANNOTATED.match(line) for line in tree.lines)
