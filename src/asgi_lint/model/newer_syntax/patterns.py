"""Patterns of `match` in LibCST's tree as those of Python's own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.newer_syntax.expressions import Expressions

if TYPE_CHECKING:
    from collections.abc import Iterable

_SINGLETONS = {"None": None, "True": True, "False": False}


class Patterns(Expressions):
    """Converts patterns too."""

    def pattern(self, node: cst.CSTNode) -> ast.pattern:
        """A pattern, or one of the elements that hold one."""
        made: ast.pattern
        match node:
            case cst.MatchSequenceElement(value=value):
                return self.pattern(value)
            case cst.MatchValue(value=value):
                return self.placed(ast.MatchValue(self.expr(value)), value)
            case cst.MatchSingleton(value=cst.Name(value=name)):
                made = ast.MatchSingleton(_SINGLETONS[name])
            case cst.MatchList(patterns=patterns):
                made = ast.MatchSequence(self._patterns(patterns))
            case cst.MatchTuple(patterns=patterns, lpar=[*_, opening], rpar=[closing, *_]):
                return self.placed(ast.MatchSequence(self._patterns(patterns)), opening, closing)
            case cst.MatchTuple(patterns=patterns):
                made = ast.MatchSequence(self._patterns(patterns))
            case cst.MatchStar(name=star):
                return self._star(node, star)
            case cst.MatchMapping(elements=elements, rest=rest):
                made = ast.MatchMapping(
                    [self.expr(each.key) for each in elements],
                    self._patterns(each.pattern for each in elements),
                    rest.value if rest is not None else None,
                )
            case cst.MatchClass(cls=class_, patterns=patterns, kwds=keywords):
                made = ast.MatchClass(
                    self.expr(class_),
                    self._patterns(patterns),
                    [each.key.value for each in keywords],
                    self._patterns(each.pattern for each in keywords),
                )
            case cst.MatchAs(pattern=inner, name=bound):
                made = ast.MatchAs(
                    self.pattern(inner) if inner is not None else None,
                    bound.value if bound is not None else None,
                )
            case cst.MatchOr(patterns=options):
                made = ast.MatchOr(self._patterns(each.pattern for each in options))
            case _:
                made = ast.MatchValue(self.other(node))
        return self.placed(made, node)

    def _star(self, node: cst.MatchStar, name: cst.Name | None) -> ast.MatchStar:
        """`*rest` or `*_`; LibCST counts the comma behind it as a part."""
        if name is not None:
            return self.placed(ast.MatchStar(name.value), node, name)
        made = self.placed(ast.MatchStar(None), node)
        made.end_lineno, made.end_col_offset = made.lineno, made.col_offset + len("*_")
        return made

    def _patterns(self, nodes: Iterable[cst.CSTNode]) -> list[ast.pattern]:
        return [self.pattern(node) for node in nodes]
