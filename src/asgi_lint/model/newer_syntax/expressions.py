"""Expressions of LibCST's tree as those of Python's own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeVar, cast

import libcst as cst

from asgi_lint.model.newer_syntax.operators import COMPARING, OF_ONE, OF_TWO
from asgi_lint.model.parse import Positions, child_nodes
from asgi_lint.source import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Node = TypeVar("_Node", bound=ast.AST)

_LONGEST_NUMBER = 40
_LOAD, _STORE = ast.Load(), ast.Store()


class Other(ast.expr):
    """What the running Python has no class for, by the expressions in it."""

    _fields = ("parts",)
    parts: list[ast.expr]


class Expressions:
    """Converts the expressions of one module."""

    def __init__(self, module: cst.Module, text: str) -> None:
        self._span = Positions(module).span
        self._lines = split_lines(text)
        self._ascii = text.isascii()

    def placed(
        self, made: _Node, node: cst.CSTNode, last: cst.CSTNode | ast.AST | None = None
    ) -> _Node:
        """What was made of a node, with its place: up to and with `last` if that is given."""
        start, end = self._span(node)
        if isinstance(last, cst.CSTNode):
            end = self._span(last).end
        made.lineno, made.end_lineno = start.row, end.row  # type: ignore[attr-defined]
        made.col_offset = self._bytes(start.row, start.column - 1)  # type: ignore[attr-defined]
        made.end_col_offset = self._bytes(end.row, end.column - 1)  # type: ignore[attr-defined]
        if isinstance(last, ast.AST):
            made.end_lineno = last.end_lineno  # type: ignore[attr-defined]
            made.end_col_offset = last.end_col_offset  # type: ignore[attr-defined]
        return made

    def _bytes(self, row: int, characters: int) -> int:
        return characters if self._ascii else len(self._lines[row - 1][:characters].encode())

    def optional(self, node: cst.CSTNode | None) -> ast.expr | None:
        """The expression, if there is one."""
        return self.expr(node) if node is not None else None

    def target(self, node: cst.CSTNode, context: ast.expr_context = _STORE) -> ast.expr:
        """An expression that is assigned to, or deleted."""
        made = self.expr(node)
        stack = [made]
        while stack:
            each = stack.pop()
            match each:
                case ast.Name() | ast.Attribute() | ast.Subscript():
                    each.ctx = context
                case ast.Starred(value=value):
                    each.ctx = context
                    stack.append(value)
                case ast.Tuple(elts=items) | ast.List(elts=items):
                    each.ctx = context
                    stack += items
                case _:
                    continue
        return made

    def expr(self, node: cst.CSTNode) -> ast.expr:
        """Any expression."""
        made: ast.expr
        match node:
            case cst.Name(value="None" | "True" | "False" as value):
                made = ast.Constant({"None": None, "True": True, "False": False}[value])
            case cst.Name(value=value):
                made = ast.Name(value, _LOAD)
            case cst.Attribute(value=value, attr=attr):
                made = ast.Attribute(self.expr(value), attr.value, _LOAD)
            case cst.Call():
                made = self._call(node)
            case cst.Subscript(value=value, slice=elements):
                made = ast.Subscript(self.expr(value), self._index(elements), _LOAD)
            case cst.Lambda(body=body, params=parameters):
                made = ast.Lambda(self.parameters(parameters), self.expr(body))
            case cst.NamedExpr(target=target, value=value):
                made = ast.NamedExpr(cast("ast.Name", self.target(target)), self.expr(value))
            case cst.Await(expression=value):
                made = ast.Await(self.expr(value))
            case cst.Yield(value=cst.From(item=value)):
                made = ast.YieldFrom(self.expr(value))
            case cst.Yield(value=value):
                made = ast.Yield(self.optional(value))
            case cst.IfExp(test=test, body=body, orelse=orelse):
                made = ast.IfExp(self.expr(test), self.expr(body), self.expr(orelse))
            case _:
                made = self._display(node)
        # Parentheses belong to what they make; CPython counts no others.
        if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
            return self.placed(made, node.lpar[-1], node.rpar[0])
        return self.placed(made, node)

    def _display(self, node: cst.CSTNode) -> ast.expr:
        match node:
            case cst.Tuple(elements=elements):
                return ast.Tuple(self._elements(elements), _LOAD)
            case cst.List(elements=elements):
                return ast.List(self._elements(elements), _LOAD)
            case cst.Set(elements=elements):
                return ast.Set(self._elements(elements))
            case cst.Dict(elements=pairs):
                keys = [each.key if isinstance(each, cst.DictElement) else None for each in pairs]
                values = [self.expr(each.value) for each in pairs]
                return ast.Dict([self.optional(key) for key in keys], values)
            case cst.StarredElement(value=value):  # of the annotation in `*args: *Ts`
                return ast.Starred(self.expr(value), _LOAD)
            case cst.BaseComp():
                return self._comprehension(node)
            case _:
                return self._operation(node)

    def _comprehension(self, node: cst.BaseComp) -> ast.expr:
        match node:
            case cst.ListComp(elt=item, for_in=clause):
                return ast.ListComp(self.expr(item), self._clauses(clause))
            case cst.SetComp(elt=item, for_in=clause):
                return ast.SetComp(self.expr(item), self._clauses(clause))
            case cst.GeneratorExp(elt=item, for_in=clause):
                return ast.GeneratorExp(self.expr(item), self._clauses(clause))
            case cst.DictComp(key=key, value=value, for_in=clause):
                return ast.DictComp(self.expr(key), self.expr(value), self._clauses(clause))
            case _:
                return self.other(node)

    def _clauses(self, clause: cst.CompFor | None) -> list[ast.comprehension]:
        made = []
        while clause is not None:
            target, items = self.target(clause.target), self.expr(clause.iter)
            tests = [self.expr(each.test) for each in clause.ifs]
            is_async = int(clause.asynchronous is not None)
            made.append(ast.comprehension(target, items, tests, is_async))
            clause = clause.inner_for_in
        return made

    def _operation(self, node: cst.CSTNode) -> ast.expr:
        match node:
            case cst.BinaryOperation(left=left, operator=operator, right=right):
                kind = OF_TWO[type(operator).__name__]
                return ast.BinOp(self.expr(left), kind(), self.expr(right))
            case cst.BooleanOperation(operator=operator):
                kind_of = ast.And if isinstance(operator, cst.And) else ast.Or
                return ast.BoolOp(kind_of(), [self.expr(each) for each in _joined(node)])
            case cst.UnaryOperation(operator=operator, expression=value):
                return ast.UnaryOp(OF_ONE[type(operator)](), self.expr(value))
            case cst.Comparison(left=left, comparisons=others):
                kinds = [COMPARING[type(each.operator)]() for each in others]
                return ast.Compare(
                    self.expr(left), kinds, [self.expr(each.comparator) for each in others]
                )
            case _:
                return self._literal(node)

    def _literal(self, node: cst.CSTNode) -> ast.expr:
        match node:
            case cst.Integer() | cst.Float() | cst.Imaginary():
                if len(node.value) > _LONGEST_NUMBER:
                    return self.other(node)
                return ast.Constant(node.evaluated_value)
            case cst.Ellipsis():
                return ast.Constant(...)
            case cst.SimpleString():
                return ast.Constant(node.evaluated_value)
            case cst.FormattedString() | cst.ConcatenatedString():
                return self._string(node)
            case _:
                return self.other(node)

    def other(self, node: cst.CSTNode) -> ast.expr:
        """What is nothing but what stands in it."""
        made = Other()
        made.parts = [self.expr(child) for child in child_nodes(node)]
        return self.placed(made, node)

    def _call(self, node: cst.Call) -> ast.Call:
        given = [self._argument(each) for each in node.args]
        match node.args:
            case [cst.Arg(value=cst.GeneratorExp(lpar=[]), star="", keyword=None)]:
                self._place_in_call(given[0], node)
        args = [each for each in given if not isinstance(each, ast.keyword)]
        keywords = [each for each in given if isinstance(each, ast.keyword)]
        return ast.Call(self.expr(node.func), args, keywords)

    def _place_in_call(self, generator: ast.AST, call: cst.Call) -> None:
        """The parentheses of a call are those of a generator expression that has none."""
        self.placed(generator, call)
        row, column = self._span(_last(call.func)).end
        if isinstance(call.whitespace_after_func, cst.SimpleWhitespace):
            column += len(call.whitespace_after_func.value)
        generator.lineno = row  # type: ignore[attr-defined]
        generator.col_offset = self._bytes(row, column - 1)  # type: ignore[attr-defined]

    def _argument(self, arg: cst.Arg) -> ast.expr | ast.keyword:
        value = self.expr(arg.value)
        if arg.star == "*":
            return self.placed(ast.Starred(value, _LOAD), arg, _last(arg.value))
        if arg.star or arg.keyword is not None:
            return self.keyword(arg)
        return value

    def keyword(self, arg: cst.Arg) -> ast.keyword:
        """An argument by its name, or `**` and what it unpacks."""
        name = arg.keyword.value if arg.keyword is not None else None
        return self.placed(ast.keyword(name, self.expr(arg.value)), arg)

    def _index(self, elements: Sequence[cst.SubscriptElement]) -> ast.expr:
        items = [self._subscript(element) for element in elements]
        is_tuple = isinstance(elements[-1].comma, cst.Comma) or isinstance(items[0], ast.Starred)
        if len(items) == 1 and not is_tuple:
            return items[0]
        last = elements[-1].comma if isinstance(elements[-1].comma, cst.Comma) else items[-1]
        return self.placed(ast.Tuple(items, _LOAD), elements[0], last)

    def _subscript(self, element: cst.SubscriptElement) -> ast.expr:
        match element.slice:
            case cst.Index(value=value, star=None):
                return self.expr(value)
            case cst.Index(value=value) as index:
                return self.placed(ast.Starred(self.expr(value), _LOAD), index)
            case cst.Slice(lower=lower, upper=upper, step=step) as cut:
                made = ast.Slice(self.optional(lower), self.optional(upper), self.optional(step))
                return self.placed(made, cut)
            case _:
                return self.other(element.slice)

    def _elements(self, elements: Iterable[cst.BaseElement]) -> list[ast.expr]:
        return [
            self.placed(ast.Starred(self.expr(each.value), _LOAD), each, _last(each.value))
            if isinstance(each, cst.StarredElement)
            else self.expr(each.value)
            for each in elements
        ]

    # Strings

    def _string(self, node: cst.FormattedString | cst.ConcatenatedString) -> ast.expr:
        parts = [part for string in _strings(node) for part in self._string_parts(string)]
        if any(isinstance(part, ast.FormattedValue) for part in parts):
            return ast.JoinedStr(parts)
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        encoded = [value for value in values if isinstance(value, bytes)]
        if encoded:
            return ast.Constant(b"".join(encoded))
        text = "".join(value for value in values if isinstance(value, str))
        if any(isinstance(each, cst.FormattedString) for each in _strings(node)):
            return ast.JoinedStr([self.placed(ast.Constant(text), node)] if text else [])
        return ast.Constant(text)

    def _string_parts(self, node: cst.SimpleString | cst.FormattedString) -> list[ast.expr]:
        if isinstance(node, cst.SimpleString):
            return [self.placed(ast.Constant(node.evaluated_value), node)]
        return [self.placed(self._string_part(part), part) for part in node.parts]

    def _string_part(self, part: cst.CSTNode) -> ast.expr:
        match part:
            case cst.FormattedStringText(value=value):
                return ast.Constant(value.replace("{{", "{").replace("}}", "}"))
            case cst.FormattedStringExpression(expression=value, format_spec=spec):
                parts = [self.placed(self._string_part(each), each) for each in spec or ()]
                stated = self.placed(ast.JoinedStr(parts), part) if spec is not None else None
                conversion = ord(part.conversion) if part.conversion else -1
                return ast.FormattedValue(self.expr(value), conversion, stated)
            case _:
                return self.other(part)

    # Parameters, which lambdas have too

    def parameters(self, node: cst.Parameters) -> ast.arguments:
        """The parameters of a function."""
        ordinary = [*node.posonly_params, *node.params]
        star, stars = node.star_arg, node.star_kwarg
        return ast.arguments(
            posonlyargs=[self._parameter(each) for each in node.posonly_params],
            args=[self._parameter(each) for each in node.params],
            vararg=self._parameter(star) if isinstance(star, cst.Param) else None,
            kwonlyargs=[self._parameter(each) for each in node.kwonly_params],
            kw_defaults=[self.optional(each.default) for each in node.kwonly_params],
            kwarg=self._parameter(stars) if stars is not None else None,
            defaults=[self.expr(each.default) for each in ordinary if each.default is not None],
        )

    def _parameter(self, node: cst.Param) -> ast.arg:
        if node.annotation is None:
            return self.placed(ast.arg(node.name.value), node.name)
        annotation = self.expr(node.annotation.annotation)
        return self.placed(ast.arg(node.name.value, annotation), node.name, annotation)


def _last(node: cst.BaseExpression) -> cst.CSTNode:
    """What an expression ends with: the last parenthesis around it, or itself."""
    return node.rpar[-1] if node.rpar else node


def _joined(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """`a`, `b` and `c` of `a or b or c`, which LibCST nests."""
    found = [node.right]
    left: cst.BaseExpression = node.left
    while (
        isinstance(left, cst.BooleanOperation)
        and not left.lpar
        and type(left.operator) is type(node.operator)
    ):
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def _strings(node: cst.CSTNode) -> list[cst.SimpleString | cst.FormattedString]:
    """The literals of an implicit concatenation."""
    found: list[cst.SimpleString | cst.FormattedString] = []
    while isinstance(node, cst.ConcatenatedString):
        if isinstance(node.left, (cst.SimpleString, cst.FormattedString)):
            found.append(node.left)
        node = node.right
    if isinstance(node, (cst.SimpleString, cst.FormattedString)):
        found.append(node)
    return found
