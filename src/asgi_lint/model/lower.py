"""Expressions of Python's syntax tree to the small expressions of `expressions`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.model.spans import Spans

_DEPTH = 60
"""Nesting past which an expression is unknown: nobody wires an application that deep."""

_WIDTH = 2_000
"""Items past which a display is unknown: it is a table of data."""

_LARGEST = 2**63
"""Numbers from it on are unknown: a cache holds no larger ones."""


class Lowering:
    """Lowers the expressions of one file; a node seen twice is lowered once."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._seen: dict[ast.expr, ir.Expr] = {}

    def __call__(self, node: ast.expr, depth: int = 0) -> ir.Expr:
        """The small copy of `node`."""
        found = self._seen.get(node)
        if found is None:
            at = self._spans.at(node)
            if depth >= _DEPTH:
                return ir.Unknown(at)
            kind = type(node)
            if kind is ast.Name:  # the most frequent, tested for with the least
                found = ir.Name(node.id, at)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                found = _constant(node.value, at)  # type: ignore[attr-defined]
            elif (lower := _LOWER.get(kind)) is not None:
                found = lower(self, node, at, depth + 1)
            else:
                found = ir.Unknown(at)
            self._seen[node] = found
        return found

    def annotation(self, node: ast.expr) -> ir.Expr:
        """The small copy of an annotation; a quoted one is read, all of it at the string's span."""
        lowered = self(node)
        if isinstance(lowered, ir.Constant) and isinstance(lowered.value, str):
            try:
                quoted = ast.parse(lowered.value.strip(), mode="eval")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return lowered
            return _quoted(quoted.body, lowered.at, 0)
        return lowered

    def call(self, node: ast.Call) -> ir.Call:
        """The small copy of a call."""
        found = self._seen.get(node)
        if not isinstance(found, ir.Call):
            found = self._seen[node] = self._call(node, self._spans.at(node), 0)
        return found

    def _attribute(self, node: ast.Attribute, at: int, below: int) -> ir.Expr:
        return ir.Attribute(self(node.value, below), node.attr, at)

    def _call(self, node: ast.Call, at: int, depth: int) -> ir.Call:
        given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        if node.keywords and any(isinstance(arg, ast.Starred) for arg in node.args):
            given.sort(key=lambda each: (each.lineno, each.col_offset))
        func = self(node.func, depth)
        arguments: list[ir.Argument] = []
        before, parentheses = func.at, 1
        for each in given[:_WIDTH]:
            arguments.append(argument := self._argument(each, before, parentheses, depth))
            before, parentheses = argument.at, 0
        return ir.Call(func, tuple(arguments), at)

    def _argument(
        self, node: ast.expr | ast.keyword, before: int, parentheses: int, depth: int
    ) -> ir.Argument:
        """One argument, behind what spans `before` and so many opening parentheses of the call."""
        if isinstance(node, ast.keyword):
            star = "**" if node.arg is None else ""
            return ir.Argument(self(node.value, depth), node.arg, star, self._spans.at(node))
        if isinstance(node, ast.Starred):
            return ir.Argument(self(node.value, depth), None, "*", self._spans.at(node))
        given = self(node, depth)
        at = self._spans.with_parentheses(given.at, before, parentheses)
        return ir.Argument(given, None, "", at)

    def _subscript(self, node: ast.Subscript, at: int, below: int) -> ir.Expr:
        items = tuple(self(item, below) for item in _subscripts(node.slice))
        return ir.Subscript(self(node.value, below), items, at)

    def _display(self, node: ast.List | ast.Tuple | ast.Set, at: int, depth: int) -> ir.Expr:
        if len(node.elts) > _WIDTH:
            return ir.Unknown(at)
        return ir.Sequence(tuple(self._item(item, depth) for item in node.elts), at)

    def _item(self, node: ast.expr, depth: int) -> ir.Expr:
        value = self(node, depth)
        return ir.Spread(value, self._spans.at(node)) if isinstance(node, ast.Starred) else value

    def _mapping(self, node: ast.Dict, at: int, depth: int) -> ir.Expr:
        if len(node.keys) > _WIDTH:
            return ir.Unknown(at)
        items = (
            (self(key, depth) if key is not None else None, self(value, depth))
            for key, value in zip(node.keys, node.values, strict=True)
        )
        return ir.Mapping(tuple(items), at)

    def _comprehension(self, node: ast.ListComp | ast.SetComp, at: int, below: int) -> ir.Expr:
        return ir.Sequence((self(node.elt, below),), at)

    def _generator(self, node: ast.GeneratorExp, at: int, below: int) -> ir.Expr:
        return ir.Sequence((self(node.elt, below),), self._spans.without_parentheses(at))

    def _await(self, node: ast.Await, at: int, below: int) -> ir.Expr:
        return ir.Await(self(node.value, below), at)

    def _lambda(self, node: ast.Lambda, at: int, below: int) -> ir.Expr:
        return ir.Lambda(self(node.body, below), at)

    def _conditional(self, node: ast.IfExp, at: int, below: int) -> ir.Expr:
        return ir.Either((self(node.body, below), self(node.orelse, below)), at)

    def _value(self, node: ast.NamedExpr | ast.Starred, _at: int, below: int) -> ir.Expr:
        return self(node.value, below)

    def _binary(self, node: ast.BinOp, at: int, depth: int) -> ir.Expr:
        """`[a] + b` joins two displays; `A | B` is an annotation's either-or."""
        if isinstance(node.op, ast.BitOr):
            return ir.Either((self(node.left, depth), self(node.right, depth)), at)
        if not isinstance(node.op, ast.Add):
            return ir.Unknown(at)
        items: list[ir.Expr] = []
        for part in (self(node.left, depth), self(node.right, depth)):
            if isinstance(part, ir.Sequence):
                items.extend(part.items)
            else:
                items.append(ir.Spread(part, part.at))
        return ir.Sequence(tuple(items), at)

    def _boolean(self, node: ast.BoolOp, at: int, below: int) -> ir.Expr:
        return ir.Either(tuple(self(value, below) for value in node.values), at)

    def _joined(self, node: ast.JoinedStr, at: int, below: int) -> ir.Expr:
        return ir.Joined(tuple(self._part(part, at, below) for part in node.values), at)

    def _part(self, node: ast.expr, whole: int, depth: int) -> ir.Expr:
        """A part of an f-string; before Python 3.12 its text has no place of its own."""
        match node:
            case ast.Constant(value=value):
                return _constant(value, whole)
            case ast.FormattedValue(value=value, format_spec=None):
                return self(value, depth)
            case _:
                return ir.Unknown(whole)


_LOWER: dict[type[ast.expr], Callable[[Lowering, Any, int, int], ir.Expr]] = {
    ast.Attribute: Lowering._attribute,
    ast.Await: Lowering._await,
    ast.BinOp: Lowering._binary,
    ast.BoolOp: Lowering._boolean,
    ast.Call: Lowering._call,
    ast.Dict: Lowering._mapping,
    ast.GeneratorExp: Lowering._generator,
    ast.IfExp: Lowering._conditional,
    ast.JoinedStr: Lowering._joined,
    ast.Lambda: Lowering._lambda,
    ast.List: Lowering._display,
    ast.ListComp: Lowering._comprehension,
    ast.NamedExpr: Lowering._value,
    ast.Set: Lowering._display,
    ast.SetComp: Lowering._comprehension,
    ast.Starred: Lowering._value,
    ast.Subscript: Lowering._subscript,
    ast.Tuple: Lowering._display,
}
"""How each kind is lowered; what has no entry is unknown."""


def _subscripts(node: ast.expr) -> list[ast.expr]:
    """What stands between the brackets, slices left out; `x[(a, b)]` has one item, a tuple."""
    items = [node]
    if isinstance(node, ast.Tuple) and node.elts:
        first = node.elts[0]
        if (node.lineno, node.col_offset) == (first.lineno, first.col_offset):
            items = node.elts
    return [item for item in items if not isinstance(item, ast.Slice)]


def _constant(value: object, at: int) -> ir.Expr:
    match value:
        case str() if value.isascii() or _is_text(value):
            return ir.Constant(value, at)
        case bytes():
            return ir.Bytes(value, at)
        case bool() | float() | None:
            return ir.Constant(value, at)
        case int() if value < _LARGEST:
            return ir.Constant(value, at)
        case _:
            return ir.Unknown(at)


def _is_text(value: str) -> bool:
    """Whether it holds no half of a surrogate pair, which escapes can put into a literal."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(node: ast.expr, at: int, depth: int) -> ir.Expr:
    """The small copy of what stands in a quoted annotation."""
    below = depth + 1
    if depth > _DEPTH:
        return ir.Unknown(at)
    match node:
        case ast.Name(id=name):
            return ir.Name(name, at)
        case ast.Constant(value=None):
            return ir.Constant(None, at)
        case ast.Attribute(value=value, attr=attr):
            return ir.Attribute(_quoted(value, at, below), attr, at)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return ir.Either((_quoted(left, at, below), _quoted(right, at, below)), at)
        case ast.Subscript(value=value, slice=index):
            parts = index.elts if isinstance(index, ast.Tuple) else [index]
            items = tuple(_quoted(part, at, below) for part in parts)
            return ir.Subscript(_quoted(value, at, below), items, at)
        case ast.Call(func=func, args=args):
            arguments = tuple(ir.Argument(_quoted(arg, at, below), None, "", at) for arg in args)
            return ir.Call(_quoted(func, at, below), arguments, at)
        case _:
            return ir.Unknown(at)
