"""The names that a node of Python's own tree writes without an expression for them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def written_names(node: ast.AST) -> Iterator[str]:
    """What a definition, a parameter, an import, a handler, a pattern or `global` names.

    The names of attributes and of keyword arguments are not variables, so they are left out.
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.arg(arg=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield name.partition(".")[0]
            if other is not None:
                yield other
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case (
            ast.ExceptHandler(name=str(name))
            | ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            yield name
        case _:
            return
