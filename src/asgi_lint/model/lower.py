"""Expressions of Python's syntax tree to the small expressions of `expressions`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.diagnostics import Position, Span
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
        self._span = spans
        self._seen: dict[ast.expr, ir.Expr] = {}

    def __call__(self, node: ast.expr, depth: int = 0) -> ir.Expr:
        """The small copy of `node`."""
        found = self._seen.get(node)
        if found is None:
            span = self._span(node)
            if depth >= _DEPTH:
                return ir.Unknown(span)
            kind = type(node)
            if kind is ast.Name:  # the most frequent, tested for with the least
                found = ir.Name(node.id, span)  # type: ignore[attr-defined]
            elif kind is ast.Constant:
                found = _constant(node.value, span)  # type: ignore[attr-defined]
            else:
                found = self._lower(node, span, depth + 1)
            self._seen[node] = found
        return found

    def _lower(self, node: ast.expr, span: Span, below: int) -> ir.Expr:
        match node:
            case ast.Attribute(value=value, attr=attr):
                name_span = self._span.attribute(node, span)
                return ir.Attribute(self(value, below), attr, span, name_span)
            case ast.Call():
                return self._call(node, span, below)
            case ast.Subscript(value=value, slice=index):
                items = tuple(self(item, below) for item in _subscripts(index))
                return ir.Subscript(self(value, below), items, span)
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
                return self._display(items, span, below)
            case ast.Dict(keys=keys, values=values):
                return self._mapping(keys, values, span, below)
            case ast.ListComp(elt=item) | ast.SetComp(elt=item):
                return ir.Sequence((self(item, below),), span)
            case ast.GeneratorExp(elt=item):
                return ir.Sequence((self(item, below),), self._span.without_parentheses(span))
            case ast.Await(value=value):
                return ir.Await(self(value, below), span)
            case ast.Lambda(body=body):
                return ir.Lambda(self(body, below), span)
            case ast.IfExp(body=body, orelse=orelse):
                return ir.Either((self(body, below), self(orelse, below)), span)
            case ast.NamedExpr(value=value) | ast.Starred(value=value):
                return self(value, below)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(left, operator, right, span, below)
            case ast.BoolOp(values=values):
                return ir.Either(tuple(self(value, below) for value in values), span)
            case ast.JoinedStr(values=parts):
                return ir.Joined(tuple(self._part(part, span, below) for part in parts), span)
            case _:
                return ir.Unknown(span)

    def annotation(self, node: ast.expr) -> ir.Expr:
        """The small copy of an annotation; a quoted one is read, all of it at the string's span."""
        lowered = self(node)
        if isinstance(lowered, ir.Constant) and isinstance(lowered.value, str):
            try:
                quoted = ast.parse(lowered.value.strip(), mode="eval")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return lowered
            return _quoted(quoted.body, lowered.span, 0)
        return lowered

    def call(self, node: ast.Call) -> ir.Call:
        """The small copy of a call."""
        found = self._seen.get(node)
        if not isinstance(found, ir.Call):
            found = self._seen[node] = self._call(node, self._span(node), 0)
        return found

    def _call(self, node: ast.Call, span: Span, depth: int) -> ir.Call:
        given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        if node.keywords and any(isinstance(arg, ast.Starred) for arg in node.args):
            given.sort(key=lambda each: (each.lineno, each.col_offset))
        func = self(node.func, depth)
        arguments: list[ir.Argument] = []
        last, parentheses = func.span.end, 1
        for each in given[:_WIDTH]:
            arguments.append(argument := self._argument(each, last, parentheses, depth))
            last, parentheses = argument.span.end, 0
        return ir.Call(func, tuple(arguments), span)

    def _argument(
        self, node: ast.expr | ast.keyword, last: Position, parentheses: int, depth: int
    ) -> ir.Argument:
        """One argument, behind what ends at `last` and so many opening parentheses of the call."""
        match node:
            case ast.keyword(arg=keyword, value=value):
                star = "**" if keyword is None else ""
                return ir.Argument(self(value, depth), keyword, star, self._span(node))
            case ast.Starred(value=value):
                return ir.Argument(self(value, depth), None, "*", self._span(node))
            case _:
                given = self(node, depth)
                span = self._span.with_parentheses(given.span, last, parentheses)
                return ir.Argument(given, None, "", span)

    def _display(
        self, items: Sequence[ast.expr], span: Span, depth: int
    ) -> ir.Sequence | ir.Unknown:
        if len(items) > _WIDTH:
            return ir.Unknown(span)
        return ir.Sequence(tuple(self._item(item, depth) for item in items), span)

    def _item(self, node: ast.expr, depth: int) -> ir.Expr:
        value = self(node, depth)
        return ir.Spread(value, self._span(node)) if isinstance(node, ast.Starred) else value

    def _mapping(
        self,
        keys: Sequence[ast.expr | None],
        values: Sequence[ast.expr],
        span: Span,
        depth: int,
    ) -> ir.Mapping | ir.Unknown:
        if len(keys) > _WIDTH:
            return ir.Unknown(span)
        items = (
            (self(key, depth) if key is not None else None, self(value, depth))
            for key, value in zip(keys, values, strict=True)
        )
        return ir.Mapping(tuple(items), span)

    def _binary(
        self, left: ast.expr, operator: ast.operator, right: ast.expr, span: Span, depth: int
    ) -> ir.Expr:
        """`[a] + b` joins two displays; `A | B` is an annotation's either-or."""
        match operator:
            case ast.Add():
                parts = (self(left, depth), self(right, depth))
                items: list[ir.Expr] = []
                for part in parts:
                    if isinstance(part, ir.Sequence):
                        items.extend(part.items)
                    else:
                        items.append(ir.Spread(part, part.span))
                return ir.Sequence(tuple(items), span)
            case ast.BitOr():
                return ir.Either((self(left, depth), self(right, depth)), span)
            case _:
                return ir.Unknown(span)

    def _part(self, node: ast.expr, whole: Span, depth: int) -> ir.Expr:
        """A part of an f-string; before Python 3.12 its text has no place of its own."""
        match node:
            case ast.Constant(value=value):
                return _constant(value, whole)
            case ast.FormattedValue(value=value, format_spec=None):
                return self(value, depth)
            case _:
                return ir.Unknown(whole)


def _subscripts(node: ast.expr) -> list[ast.expr]:
    """What stands between the brackets, slices left out; `x[(a, b)]` has one item, a tuple."""
    items = [node]
    if isinstance(node, ast.Tuple) and node.elts:
        first = node.elts[0]
        if (node.lineno, node.col_offset) == (first.lineno, first.col_offset):
            items = node.elts
    return [item for item in items if not isinstance(item, ast.Slice)]


def _constant(value: object, span: Span) -> ir.Expr:
    match value:
        case str() if value.isascii() or _is_text(value):
            return ir.Constant(value, span)
        case bytes():
            return ir.Bytes(value, span)
        case bool() | float() | None:
            return ir.Constant(value, span)
        case int() if value < _LARGEST:
            return ir.Constant(value, span)
        case _:
            return ir.Unknown(span)


def _is_text(value: str) -> bool:
    """Whether it holds no half of a surrogate pair, which escapes can put into a literal."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(node: ast.expr, span: Span, depth: int) -> ir.Expr:
    """The small copy of what stands in a quoted annotation."""
    below = depth + 1
    if depth > _DEPTH:
        return ir.Unknown(span)
    match node:
        case ast.Name(id=name):
            return ir.Name(name, span)
        case ast.Constant(value=None):
            return ir.Constant(None, span)
        case ast.Attribute(value=value, attr=attr):
            return ir.Attribute(_quoted(value, span, below), attr, span, span)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return ir.Either((_quoted(left, span, below), _quoted(right, span, below)), span)
        case ast.Subscript(value=value, slice=index):
            parts = index.elts if isinstance(index, ast.Tuple) else [index]
            items = tuple(_quoted(part, span, below) for part in parts)
            return ir.Subscript(_quoted(value, span, below), items, span)
        case ast.Call(func=func, args=args):
            arguments = tuple(
                ir.Argument(_quoted(arg, span, below), None, "", span) for arg in args
            )
            return ir.Call(_quoted(func, span, below), arguments, span)
        case _:
            return ir.Unknown(span)
