"""Statements of LibCST's tree as those of Python's own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, cast

import libcst as cst

from asgi_lint.model.newer_syntax.operators import OF_TWO
from asgi_lint.model.newer_syntax.patterns import Patterns
from asgi_lint.model.syntax import alias_name, dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterable


class TryStar(ast.stmt):
    """`try` with `except*`, as Python has it since 3.11."""

    _fields = ("body", "handlers", "orelse", "finalbody")


_TRY_STAR: type[Any] = getattr(ast, "TryStar", TryStar)
_TYPE_ALIAS: type[Any] | None = getattr(ast, "TypeAlias", None)
_DELETED = ast.Del()


class Statements(Patterns):
    """Converts statements, and so a whole module."""

    def module(self, module: cst.Module) -> ast.Module:
        """The tree of all of it."""
        return ast.Module(body=self._statements(module.body), type_ignores=[])

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
                returned = node.returns.annotation if node.returns is not None else None
                made = kind(
                    name=node.name.value,
                    args=self.parameters(node.params),
                    body=self._block(node.body),
                    decorator_list=[self.expr(each.decorator) for each in node.decorators],
                    returns=self.optional(returned),
                )
            case cst.ClassDef():
                made = ast.ClassDef(
                    name=node.name.value,
                    bases=[self.expr(base.value) for base in node.bases],
                    keywords=[self.keyword(each) for each in node.keywords],
                    body=self._block(node.body),
                    decorator_list=[self.expr(each.decorator) for each in node.decorators],
                )
            case cst.If(test=test, body=body, orelse=orelse):
                made = ast.If(self.expr(test), self._block(body), self._block(orelse))
            case cst.While(test=test, body=body, orelse=orelse):
                made = ast.While(self.expr(test), self._block(body), self._block(orelse))
            case cst.For(target=target, iter=items, body=body, orelse=orelse):
                loop = ast.AsyncFor if node.asynchronous else ast.For
                made = loop(
                    self.target(target), self.expr(items), self._block(body), self._block(orelse)
                )
            case cst.With(items=items, body=body):
                manager = ast.AsyncWith if node.asynchronous else ast.With
                made = manager([self._with_item(item) for item in items], self._block(body))
            case cst.Try() | cst.TryStar():
                made = self._try(node)
            case cst.Match(subject=subject, cases=cases):
                made = ast.Match(self.expr(subject), [self._case(case) for case in cases])
            case _:
                made = self._small(node)
        return [self.placed(made, node)]

    def _try(self, node: cst.Try | cst.TryStar) -> ast.stmt:
        kind = ast.Try if isinstance(node, cst.Try) else _TRY_STAR
        made: ast.stmt = kind(
            body=self._block(node.body),
            handlers=[self._handler(each) for each in node.handlers],
            orelse=self._block(node.orelse),
            finalbody=self._block(node.finalbody),
        )
        return made

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ast.ExceptHandler:
        made = ast.ExceptHandler(
            type=self.optional(node.type),
            name=dotted_name(node.name.name) if node.name is not None else None,
            body=self._block(node.body),
        )
        return self.placed(made, node)

    def _with_item(self, item: cst.WithItem) -> ast.withitem:
        target = item.asname.name if item.asname is not None else None
        bound = self.target(target) if target is not None else None
        return ast.withitem(self.expr(item.item), bound)

    def _case(self, case: cst.MatchCase) -> ast.match_case:
        guard = self.optional(case.guard)
        return ast.match_case(self.pattern(case.pattern), guard, self._block(case.body))

    def _small(self, node: cst.CSTNode) -> ast.stmt:
        match node:
            case cst.Expr(value=value):
                return ast.Expr(self.expr(value))
            case cst.Import() | cst.ImportFrom():
                return self._import(node)
            case cst.Assign(targets=targets, value=value):
                return ast.Assign([self.target(each.target) for each in targets], self.expr(value))
            case cst.TypeAlias():
                return self._type_alias(node)
            case cst.AnnAssign(target=target, annotation=annotation, value=value):
                return ast.AnnAssign(
                    cast("ast.Name", self.target(target)),
                    self.expr(annotation.annotation),
                    self.optional(value),
                    simple=int(isinstance(target, cst.Name) and not target.lpar),
                )
            case cst.AugAssign(target=target, operator=operator, value=value):
                kind = OF_TWO[type(operator).__name__.removesuffix("Assign")]
                return ast.AugAssign(
                    cast("ast.Name", self.target(target)), kind(), self.expr(value)
                )
            case cst.Return(value=value):
                return ast.Return(self.optional(value))
            case cst.Raise(exc=exc, cause=cause):
                return ast.Raise(
                    self.optional(exc), self.expr(cause.item) if cause is not None else None
                )
            case _:
                return self._rarer(node)

    def _type_alias(self, node: cst.TypeAlias) -> ast.stmt:
        """`type X = Y`, which is an assignment before Python 3.12."""
        name, value = self.target(node.name), self.expr(node.value)
        if _TYPE_ALIAS is None:
            return ast.Assign([name], value)
        made: ast.stmt = _TYPE_ALIAS(name=name, type_params=[], value=value)
        return made

    def _rarer(self, node: cst.CSTNode) -> ast.stmt:
        match node:
            case cst.Pass():
                return ast.Pass()
            case cst.Break():
                return ast.Break()
            case cst.Continue():
                return ast.Continue()
            case cst.Assert(test=test, msg=message):
                return ast.Assert(self.expr(test), self.optional(message))
            case cst.Del(target=cst.Tuple(elements=elements, lpar=[])):
                return ast.Delete([self.target(each.value, _DELETED) for each in elements])
            case cst.Del(target=target):
                return ast.Delete([self.target(target, _DELETED)])
            case cst.Global(names=names):
                return ast.Global([each.name.value for each in names])
            case cst.Nonlocal(names=names):
                return ast.Nonlocal([each.name.value for each in names])
            case _:
                return ast.Expr(self.other(node))

    def _import(self, node: cst.Import | cst.ImportFrom) -> ast.stmt:
        if isinstance(node, cst.Import):
            return ast.Import([self._alias(each) for each in node.names])
        if isinstance(node.names, cst.ImportStar):
            aliases = [self.placed(ast.alias("*"), node.names)]
        else:
            aliases = [self._alias(each) for each in node.names]
        module = dotted_name(node.module) if node.module is not None else None
        return ast.ImportFrom(module, aliases, len(node.relative))

    def _alias(self, node: cst.ImportAlias) -> ast.alias:
        return self.placed(ast.alias(dotted_name(node.name), alias_name(node) or None), node)
