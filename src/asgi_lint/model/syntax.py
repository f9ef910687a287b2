"""Small questions about LibCST nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def parameters_of(node: cst.Parameters) -> Iterator[tuple[str, cst.Param]]:
    """The parameters in order, each after "", "*" or "**"."""
    for parameter in (*node.posonly_params, *node.params):
        yield "", parameter
    if isinstance(node.star_arg, cst.Param):
        yield "*", node.star_arg
    for parameter in node.kwonly_params:
        yield "", parameter
    if node.star_kwarg is not None:
        yield "**", node.star_kwarg


def dotted_name(node: cst.CSTNode) -> str:
    """`a.b.c` of a name or a chain of attributes, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join([node.value, *reversed(parts)])


def alias_name(alias: cst.ImportAlias) -> str:
    """The name after `as`."""
    name = alias.asname.name if alias.asname is not None else None
    return name.value if isinstance(name, cst.Name) else ""


def bound_once(nodes: Iterable[cst.CSTNode]) -> Mapping[str, cst.BaseExpression]:
    """The variables that are bound in exactly one place of `nodes`, with what to."""
    values: dict[str, list[cst.BaseExpression | None]] = {}
    for node in nodes:
        match node:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)
                | cst.AnnAssign(target=cst.Name(value=name), value=value)
                | cst.NamedExpr(target=cst.Name(value=name), value=value)
            ):
                values.setdefault(name, []).append(value)
            case _:
                continue
    return {name: only for name, (only, *rest) in values.items() if only is not None and not rest}
