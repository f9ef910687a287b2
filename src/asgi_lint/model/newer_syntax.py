"""LibCST's tree as Python's own: for code in a newer grammar than the running Python reads.

Only what extraction looks at is converted as such; anything else becomes a node that merely holds
the expressions within it. Imported only where such a file is met, since it loads LibCST.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeVar, cast

import libcst as cst

from asgi_lint.model.parse import Positions, child_nodes
from asgi_lint.model.syntax import alias_name, dotted_name
from asgi_lint.source import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Node = TypeVar("_Node", bound=ast.AST)


class Other(ast.expr):
    """Any expression, or part of a statement, that says nothing but what stands in it."""

    _fields = ("parts",)
    parts: list[ast.expr]


def converted(module: cst.Module, text: str) -> ast.Module:
    """The module in the classes of `ast`, with the places that CPython would give."""
    return _Conversion(module, text).module(module)


class _Conversion:
    def __init__(self, module: cst.Module, text: str) -> None:
        self._span = Positions(module).span
        self._lines = split_lines(text)
        self._ascii = text.isascii()

    def module(self, module: cst.Module) -> ast.Module:
        return ast.Module(body=self._statements(module.body), type_ignores=[])

    def _placed(self, made: _Node, node: cst.CSTNode) -> _Node:
        start, end = self._span(node)
        made.lineno, made.end_lineno = start.row, end.row  # type: ignore[attr-defined]
        made.col_offset = self._bytes(start.row, start.column - 1)  # type: ignore[attr-defined]
        made.end_col_offset = self._bytes(end.row, end.column - 1)  # type: ignore[attr-defined]
        return made

    def _bytes(self, row: int, characters: int) -> int:
        return characters if self._ascii else len(self._lines[row - 1][:characters].encode())

    # Statements

    def _statements(self, body: Iterable[cst.CSTNode]) -> list[ast.stmt]:
        return [made for node in body for made in self._statement(node)]

    def _block(self, node: cst.CSTNode | None) -> list[ast.stmt]:
        match node:
            case None:
                return []
            case cst.If():
                return self._statement(node)
            case cst.Else(body=body) | cst.Finally(body=body):
                return self._block(body)
            case cst.IndentedBlock(body=body) | cst.SimpleStatementSuite(body=body):
                return self._statements(body)
            case _:
                raise TypeError(f"{type(node).__name__} is no block")

    def _statement(self, node: cst.CSTNode) -> list[ast.stmt]:
        made: ast.stmt
        match node:
            case cst.SimpleStatementLine(body=body):
                return self._statements(body)
            case cst.FunctionDef():
                kind = ast.AsyncFunctionDef if node.asynchronous else ast.FunctionDef
                made = kind(
                    name=node.name.value,
                    args=self._parameters(node.params),
                    body=self._block(node.body),
                    decorator_list=[self._expr(each.decorator) for each in node.decorators],
                )
            case cst.ClassDef():
                made = ast.ClassDef(
                    name=node.name.value,
                    bases=[self._expr(base.value) for base in node.bases],
                    keywords=[],
                    body=self._block(node.body),
                    decorator_list=[self._expr(each.decorator) for each in node.decorators],
                )
            case cst.If(test=test, body=body, orelse=orelse):
                made = ast.If(self._expr(test), self._block(body), self._block(orelse))
            case cst.While(test=test, body=body, orelse=orelse):
                made = ast.While(self._expr(test), self._block(body), self._block(orelse))
            case cst.For(target=target, iter=items, body=body, orelse=orelse):
                loop = ast.AsyncFor if node.asynchronous else ast.For
                made = loop(
                    self._expr(target), self._expr(items), self._block(body), self._block(orelse)
                )
            case cst.With(items=items, body=body):
                manager = ast.AsyncWith if node.asynchronous else ast.With
                made = manager([self._with_item(item) for item in items], self._block(body))
            case cst.Try() | cst.TryStar():
                made = self._try(node)
            case cst.Match(subject=subject, cases=cases):
                made = ast.Match(self._expr(subject), [self._case(case) for case in cases])
            case _:
                made = self._small(node)
        return [self._placed(made, node)]

    def _try(self, node: cst.Try | cst.TryStar) -> ast.Try:
        handlers = [
            ast.ExceptHandler(
                type=self._expr(handler.type) if handler.type is not None else None,
                name=dotted_name(handler.name.name) if handler.name is not None else None,
                body=self._block(handler.body),
            )
            for handler in node.handlers
        ]
        return ast.Try(
            self._block(node.body), handlers, self._block(node.orelse), self._block(node.finalbody)
        )

    def _with_item(self, item: cst.WithItem) -> ast.withitem:
        target = item.asname.name if item.asname is not None else None
        return ast.withitem(
            self._expr(item.item), self._expr(target) if target is not None else None
        )

    def _case(self, case: cst.MatchCase) -> ast.match_case:
        guard = self._expr(case.guard) if case.guard is not None else None
        return ast.match_case(ast.MatchAs(), guard, self._block(case.body))

    def _small(self, node: cst.CSTNode) -> ast.stmt:
        match node:
            case cst.Expr(value=value):
                return ast.Expr(self._expr(value))
            case cst.Import(names=names):
                return ast.Import([self._alias(each) for each in names])
            case cst.ImportFrom(module=module, names=names, relative=relative):
                star = self._placed(ast.alias("*"), node)
                aliases = [star] if isinstance(names, cst.ImportStar) else map(self._alias, names)
                name = dotted_name(module) if module is not None else None
                return ast.ImportFrom(name, [*aliases], len(relative))
            case cst.Assign(targets=targets, value=value):
                return ast.Assign([self._expr(each.target) for each in targets], self._expr(value))
            case cst.TypeAlias(name=name, value=value):
                return ast.Assign([self._expr(name)], self._expr(value))
            case cst.AnnAssign(target=target, annotation=annotation, value=value):
                return ast.AnnAssign(
                    self._target(target),
                    self._expr(annotation.annotation),
                    self._expr(value) if value is not None else None,
                    simple=int(isinstance(target, cst.Name)),
                )
            case cst.AugAssign(target=target, operator=cst.AddAssign(), value=value):
                return ast.AugAssign(self._target(target), ast.Add(), self._expr(value))
            case cst.Return(value=value):
                return ast.Return(self._expr(value) if value is not None else None)
            case cst.Raise(exc=exc, cause=cause):
                return ast.Raise(
                    self._expr(exc) if exc is not None else None,
                    self._expr(cause.item) if cause is not None else None,
                )
            case cst.Global(names=names):
                return ast.Global([each.name.value for each in names])
            case _:
                return ast.Expr(self._other(node))

    def _alias(self, node: cst.ImportAlias) -> ast.alias:
        return self._placed(ast.alias(dotted_name(node.name), alias_name(node) or None), node)

    def _parameters(self, node: cst.Parameters) -> ast.arguments:
        ordinary = [*node.posonly_params, *node.params]
        star, stars = node.star_arg, node.star_kwarg
        return ast.arguments(
            posonlyargs=[self._parameter(each) for each in node.posonly_params],
            args=[self._parameter(each) for each in node.params],
            vararg=self._parameter(star) if isinstance(star, cst.Param) else None,
            kwonlyargs=[self._parameter(each) for each in node.kwonly_params],
            kw_defaults=[
                self._expr(each.default) if each.default is not None else None
                for each in node.kwonly_params
            ],
            kwarg=self._parameter(stars) if stars is not None else None,
            defaults=[self._expr(each.default) for each in ordinary if each.default is not None],
        )

    def _parameter(self, node: cst.Param) -> ast.arg:
        annotation = node.annotation.annotation if node.annotation is not None else None
        made = ast.arg(node.name.value, self._expr(annotation) if annotation is not None else None)
        return self._placed(made, node.name)

    # Expressions

    def _target(self, node: cst.BaseExpression) -> ast.Name | ast.Attribute | ast.Subscript:
        return cast("ast.Name | ast.Attribute | ast.Subscript", self._expr(node))

    def _expr(self, node: cst.CSTNode) -> ast.expr:
        made: ast.expr
        match node:
            case cst.Name(value="None" | "True" | "False" as value):
                made = ast.Constant({"None": None, "True": True, "False": False}[value])
            case cst.Name(value=value):
                made = ast.Name(value)
            case cst.Attribute(value=value, attr=attr):
                made = ast.Attribute(self._expr(value), attr.value)
            case cst.Call():
                made = self._call(node)
            case cst.Subscript(value=value, slice=elements):
                made = ast.Subscript(self._expr(value), self._index(elements))
            case cst.List(elements=elements):
                made = ast.List(self._elements(elements))
            case cst.Tuple(elements=elements):
                made = ast.Tuple(self._elements(elements))
            case cst.Set(elements=elements):
                made = ast.Set(self._elements(elements))
            case cst.Dict(elements=pairs):
                keys = [each.key if isinstance(each, cst.DictElement) else None for each in pairs]
                made = ast.Dict(
                    [self._expr(key) if key is not None else None for key in keys],
                    [self._expr(each.value) for each in pairs],
                )
            case cst.Lambda(body=body, params=parameters):
                made = ast.Lambda(self._parameters(parameters), self._expr(body))
            case cst.NamedExpr(target=target, value=value):
                made = ast.NamedExpr(cast("ast.Name", self._expr(target)), self._expr(value))
            case _:
                made = self._composed(node)
        return self._placed(made, node)

    def _composed(self, node: cst.CSTNode) -> ast.expr:
        match node:
            case cst.ListComp(elt=item, for_in=clause):
                return ast.ListComp(self._expr(item), self._clauses(clause))
            case cst.SetComp(elt=item, for_in=clause):
                return ast.SetComp(self._expr(item), self._clauses(clause))
            case cst.GeneratorExp(elt=item, for_in=clause):
                return ast.GeneratorExp(self._expr(item), self._clauses(clause))
            case cst.DictComp(key=key, value=value, for_in=clause):
                return ast.DictComp(self._expr(key), self._expr(value), self._clauses(clause))
            case cst.Await(expression=value):
                return ast.Await(self._expr(value))
            case cst.Yield(value=value):
                inner = value.item if isinstance(value, cst.From) else value
                return ast.Yield(self._expr(inner) if inner is not None else None)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                return ast.IfExp(self._expr(test), self._expr(body), self._expr(orelse))
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                return ast.BinOp(self._expr(left), ast.Add(), self._expr(right))
            case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
                return ast.BinOp(self._expr(left), ast.BitOr(), self._expr(right))
            case cst.BooleanOperation(left=left, right=right):
                return ast.BoolOp(ast.Or(), [self._expr(left), self._expr(right)])
            case _:
                return self._literal(node)

    def _literal(self, node: cst.CSTNode) -> ast.expr:
        match node:
            case cst.Integer() | cst.Float() if len(node.value) <= _LONGEST_NUMBER:
                return ast.Constant(node.evaluated_value)
            case cst.SimpleString():
                return ast.Constant(node.evaluated_value)
            case cst.FormattedString() | cst.ConcatenatedString():
                return self._string(node)
            case _:
                return self._other(node)

    def _other(self, node: cst.CSTNode) -> ast.expr:
        made = Other()
        made.parts = [self._expr(child) for child in child_nodes(node)]
        return self._placed(made, node)

    def _call(self, node: cst.Call) -> ast.Call:
        args: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for arg in node.args:
            value = self._expr(arg.value)
            if arg.star == "*":
                args.append(self._placed(ast.Starred(value), arg))
            elif arg.star or arg.keyword is not None:
                name = arg.keyword.value if arg.keyword is not None else None
                keywords.append(self._placed(ast.keyword(name, value), arg))
            else:
                args.append(value)
        return ast.Call(self._expr(node.func), args, keywords)

    def _index(self, elements: Sequence[cst.SubscriptElement]) -> ast.expr:
        items = [self._subscript(element) for element in elements]
        if len(items) == 1:
            return items[0]
        made = self._placed(ast.Tuple(items), elements[0])
        made.end_lineno, made.end_col_offset = items[-1].end_lineno, items[-1].end_col_offset
        return made

    def _subscript(self, element: cst.SubscriptElement) -> ast.expr:
        if isinstance(element.slice, cst.Index):
            return self._expr(element.slice.value)
        return self._placed(ast.Slice(self._other(element.slice)), element)

    def _elements(self, elements: Iterable[cst.BaseElement]) -> list[ast.expr]:
        return [
            self._placed(ast.Starred(self._expr(each.value)), each)
            if isinstance(each, cst.StarredElement)
            else self._expr(each.value)
            for each in elements
        ]

    def _clauses(self, clause: cst.CompFor | None) -> list[ast.comprehension]:
        made = []
        while clause is not None:
            target, items = self._expr(clause.target), self._expr(clause.iter)
            tests = [self._expr(each.test) for each in clause.ifs]
            made.append(ast.comprehension(target, items, tests, 0))
            clause = clause.inner_for_in
        return made

    def _string(self, node: cst.FormattedString | cst.ConcatenatedString) -> ast.expr:
        parts = [part for string in _strings(node) for part in self._string_parts(string)]
        if any(isinstance(part, ast.FormattedValue) for part in parts):
            return ast.JoinedStr(parts)
        values = [part.value for part in parts if isinstance(part, ast.Constant)]
        encoded = [value for value in values if isinstance(value, bytes)]
        if encoded:
            return ast.Constant(b"".join(encoded))
        return ast.Constant("".join(value for value in values if isinstance(value, str)))

    def _string_parts(self, node: cst.SimpleString | cst.FormattedString) -> list[ast.expr]:
        if isinstance(node, cst.SimpleString):
            return [self._placed(ast.Constant(node.evaluated_value), node)]
        return [self._placed(self._string_part(part), part) for part in node.parts]

    def _string_part(self, part: cst.CSTNode) -> ast.expr:
        match part:
            case cst.FormattedStringText(value=value):
                return ast.Constant(value.replace("{{", "{").replace("}}", "}"))
            case cst.FormattedStringExpression(expression=value, format_spec=spec):
                parts = [self._placed(self._string_part(each), each) for each in spec or ()]
                stated = self._placed(ast.JoinedStr(parts), part) if spec is not None else None
                return ast.FormattedValue(self._expr(value), -1, stated)
            case _:
                return self._other(part)


_LONGEST_NUMBER = 40


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
