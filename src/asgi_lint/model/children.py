"""Walks over Python's own syntax tree, in the order of the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_NO_CODE = frozenset(
    {"annotation", "arg", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs",
     "level", "name", "names", "op", "ops", "rest", "simple", "type_comment"}
)  # fmt: skip
_LEAVES = frozenset({ast.Name, ast.Constant, type(None)})


def children_of(node: ast.AST) -> list[ast.AST]:
    """What stands right below a node, without the names and constants, which have no insides."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = tuple(name for name in kind._fields if name not in _NO_CODE)
    if kind is ast.Dict:
        return _items(node)  # type: ignore[arg-type]
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if type(item) not in _LEAVES]
        elif isinstance(value, ast.AST) and type(value) not in _LEAVES:
            found.append(value)
    return found


def _items(node: ast.Dict) -> list[ast.AST]:
    pairs = zip(node.keys, node.values, strict=True)
    return [part for pair in pairs for part in pair if part and type(part) not in _LEAVES]


def own_nodes(*roots: ast.AST) -> Iterator[ast.AST]:
    """All nodes below and including the roots; inner functions and classes are left out.

    So are operators and what tells a name that is read from one that is bound.
    """
    return _nodes(roots, _NOT_OWN)


def all_nodes(*roots: ast.AST) -> Iterator[ast.AST]:
    """The same with those of inner functions and classes."""
    return _nodes(roots, _NO_NODES)


def _nodes(roots: Iterable[ast.AST], left_out: frozenset[type]) -> Iterator[ast.AST]:
    stack = [*roots]
    stack.reverse()
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in left_out:
            continue
        yield node
        fields = _FIELDS_OF_NODES.get(kind)
        if fields is None:
            fields = tuple(name for name in kind._fields if name not in _NO_NODE)
            _FIELDS_OF_NODES[kind] = fields
        below: list[ast.AST] = []
        for name in fields:
            value = getattr(node, name, None)
            if type(value) is list:
                below += value
            elif value is not None:
                below.append(value)
        below.reverse()
        stack += below


def may_be_cancelled(*roots: ast.AST) -> bool:
    """Whether cancellation can arrive somewhere below the roots."""
    return any(
        isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith))
        or (isinstance(node, ast.comprehension) and bool(node.is_async))
        for node in own_nodes(*roots)
    )


_FIELDS_OF_NODES: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Name: ()}
_NO_NODE = _NO_CODE - {"annotation", "names"}
_NO_NODES: frozenset[type] = frozenset({bool, str, type(None)})
_NOT_OWN = _NO_NODES | {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}


def dotted_name(node: ast.AST) -> str:
    """`a.b.c` of a name or a chain of attributes, "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def arguments_of(call: ast.Call) -> list[ast.expr]:
    """What a call is given, by position and by name; what is unpacked without its stars."""
    given = [each.value if isinstance(each, ast.Starred) else each for each in call.args]
    return given + [each.value for each in call.keywords]
