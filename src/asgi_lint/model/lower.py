"""LibCST expressions to the small expressions of `expressions`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.parse import Positions

_DEPTH = 60
"""Nesting past which an expression is unknown: nobody wires an application that deep."""

_WIDTH = 2_000
"""Items past which a display is unknown: it is a table of data."""


class Lowering:
    """Lowers the expressions of one file; a node seen twice is lowered once."""

    def __init__(self, positions: Positions) -> None:
        self._span = positions.span
        self._seen: dict[int, ir.Expr] = {}

    def __call__(self, node: cst.BaseExpression, depth: int = 0) -> ir.Expr:
        """The small copy of `node`."""
        key = id(node)
        found = self._seen.get(key)
        if found is None:
            found = self._lower(node, depth) if depth < _DEPTH else ir.Unknown(self._span(node))
            if depth < _DEPTH:
                self._seen[key] = found
        return found

    def _lower(self, node: cst.BaseExpression, depth: int) -> ir.Expr:
        span = self._span(node)
        below = depth + 1
        match node:
            case cst.Name(value=name):
                return _constant_name(name, span)
            case cst.Attribute(value=value, attr=attr):
                return ir.Attribute(self(value, below), attr.value, span, self._span(attr))
            case cst.Call():
                return self.call(node, below)
            case cst.Subscript(value=value, slice=elements):
                items = tuple(
                    self(element.slice.value, below)
                    for element in elements
                    if isinstance(element.slice, cst.Index)
                )
                return ir.Subscript(self(value, below), items, span)
            case (
                cst.List(elements=elements)
                | cst.Tuple(elements=elements)
                | cst.Set(elements=elements)
            ):
                return self._display(elements, span, below)
            case cst.Dict(elements=pairs):
                return self._mapping(pairs, span, below)
            case (
                cst.ListComp(elt=element) | cst.GeneratorExp(elt=element) | cst.SetComp(elt=element)
            ):
                return ir.Sequence((self(element, below),), span)
            case cst.Await(expression=value):
                return ir.Await(self(value, below), span)
            case cst.Lambda(body=body):
                return ir.Lambda(self(body, below), span)
            case cst.IfExp(body=body, orelse=orelse):
                return ir.Either((self(body, below), self(orelse, below)), span)
            case cst.NamedExpr(value=value):
                return self(value, below)
            case cst.BinaryOperation(left=left, operator=operator, right=right):
                return self._binary(left, operator, right, span, below)
            case cst.BooleanOperation(left=left, right=right):
                return ir.Either((self(left, below), self(right, below)), span)
            case _:
                return self._literal(node, span, below)

    def _literal(self, node: cst.BaseExpression, span: Span, depth: int) -> ir.Expr:
        match node:
            case cst.SimpleString() | cst.ConcatenatedString():
                return self._string(node, span)
            case cst.FormattedString(parts=parts):
                return ir.Joined(tuple(self._part(part, depth) for part in parts), span)
            case cst.Integer() | cst.Float():
                return _number(node, span)
            case _:
                return ir.Unknown(span)

    def annotation(self, node: cst.BaseExpression) -> ir.Expr:
        """The small copy of an annotation; a quoted one is read, all of it at the string's span."""
        lowered = self(node)
        if isinstance(lowered, ir.Constant) and isinstance(lowered.value, str):
            try:
                quoted = ast.parse(lowered.value.strip(), mode="eval")
            except (SyntaxError, ValueError, RecursionError):
                return lowered
            return _quoted(quoted.body, lowered.span, 0)
        return lowered

    def call(self, node: cst.Call, depth: int = 0) -> ir.Call:
        """The small copy of a call."""
        found = self._seen.get(id(node))
        if isinstance(found, ir.Call):
            return found
        arguments = tuple(
            ir.Argument(
                self(arg.value, depth + 1),
                arg.keyword.value if arg.keyword is not None else None,
                arg.star,
                self._span(arg),
            )
            for arg in node.args[:_WIDTH]
        )
        call = ir.Call(self(node.func, depth + 1), arguments, self._span(node))
        self._seen[id(node)] = call
        return call

    def _display(
        self, elements: Sequence[cst.BaseElement], span: Span, depth: int
    ) -> ir.Sequence | ir.Unknown:
        if len(elements) > _WIDTH:
            return ir.Unknown(span)
        items: list[ir.Expr] = []
        for element in elements:
            value = self(element.value, depth)
            is_spread = isinstance(element, cst.StarredElement)
            items.append(ir.Spread(value, self._span(element)) if is_spread else value)
        return ir.Sequence(tuple(items), span)

    def _mapping(
        self, pairs: Sequence[cst.BaseDictElement], span: Span, depth: int
    ) -> ir.Mapping | ir.Unknown:
        if len(pairs) > _WIDTH:
            return ir.Unknown(span)
        return ir.Mapping(
            tuple(
                (
                    self(pair.key, depth) if isinstance(pair, cst.DictElement) else None,
                    self(pair.value, depth),
                )
                for pair in pairs
            ),
            span,
        )

    def _binary(
        self,
        left: cst.BaseExpression,
        operator: cst.BaseBinaryOp,
        right: cst.BaseExpression,
        span: Span,
        depth: int,
    ) -> ir.Expr:
        """`[a] + b` joins two displays; `A | B` is an annotation's either-or."""
        match operator:
            case cst.Add():
                parts = (self(left, depth), self(right, depth))
                items: list[ir.Expr] = []
                for part in parts:
                    if isinstance(part, ir.Sequence):
                        items.extend(part.items)
                    else:
                        items.append(ir.Spread(part, part.span))
                return ir.Sequence(tuple(items), span)
            case cst.BitOr():
                return ir.Either((self(left, depth), self(right, depth)), span)
            case _:
                return ir.Unknown(span)

    def _part(self, node: cst.BaseFormattedStringContent, depth: int) -> ir.Expr:
        match node:
            case cst.FormattedStringText(value=value):
                return ir.Constant(value.replace("{{", "{").replace("}}", "}"), self._span(node))
            case cst.FormattedStringExpression(expression=expression, format_spec=None):
                return self(expression, depth)
            case _:
                return ir.Unknown(self._span(node))

    @staticmethod
    def _string(node: cst.SimpleString | cst.ConcatenatedString, span: Span) -> ir.Expr:
        try:
            value = node.evaluated_value
        except (SyntaxError, ValueError):
            return ir.Unknown(span)
        return ir.Unknown(span) if value is None else ir.Constant(value, span)


def _constant_name(name: str, span: Span) -> ir.Expr:
    match name:
        case "None":
            return ir.Constant(None, span)
        case "True":
            return ir.Constant(True, span)  # noqa: FBT003 - a value, not a flag
        case "False":
            return ir.Constant(False, span)  # noqa: FBT003 - a value, not a flag
        case _:
            return ir.Name(name, span)


def _number(node: cst.Integer | cst.Float, span: Span) -> ir.Expr:
    if len(node.value) > 40:
        return ir.Unknown(span)
    return ir.Constant(node.evaluated_value, span)


def _quoted(node: ast.expr, span: Span, depth: int) -> ir.Expr:
    """The small copy of what stands in a quoted annotation."""
    below = depth + 1
    if depth > _DEPTH:
        return ir.Unknown(span)
    match node:
        case ast.Name(id=name):
            return _constant_name(name, span)
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
