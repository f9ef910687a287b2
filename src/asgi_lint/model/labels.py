"""What names the nodes of Python's own tree write without an expression for them, or bind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


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


def bound_once(nodes: Iterable[ast.AST]) -> Mapping[str, ast.expr]:
    """The variables that are bound in exactly one place of `nodes`, with what to."""
    values: dict[str, list[ast.expr | None]] = {}
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                values.setdefault(name, []).append(value)
            case _:
                continue
    return {name: only for name, (only, *rest) in values.items() if only is not None and not rest}
