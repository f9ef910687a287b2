"""Expressions to the text that they stand for: paths and prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import BindingFacts, Parameter
from asgi_lint.model.values import Class, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import Definition, FileIndex

UNKNOWN = "…"
"""What stands for a part of a text that is not known."""

_DEPTH = 8


class Texts:
    """Reads constants through names, attributes of settings objects, f-strings and `+`."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator

    def text(self, filename: str, scope: int, expr: ir.Expr | None) -> str:
        """The text of `expr`, read in that scope, with "…" for what is not known; "" for None."""
        return self._text(filename, scope, expr, 0) if expr is not None else ""

    def _text(self, filename: str, scope: int, expr: ir.Expr, depth: int) -> str:
        if depth > _DEPTH:
            return UNKNOWN
        match expr:
            case ir.Constant(value=value):
                return "" if value is None else str(value)
            case ir.Joined(parts=parts) | ir.Sequence(items=parts):
                texts = [self._text(filename, scope, part, depth + 1) for part in parts]
                return "".join(texts).replace(UNKNOWN * 2, UNKNOWN)
            case ir.Spread(value=value):
                return self._text(filename, scope, value, depth + 1)
            case ir.Either(options=options):
                return self._first(self._text(filename, scope, o, depth + 1) for o in options)
            case ir.Name() | ir.Attribute():
                return self._first(
                    self._text(file, owner, value, depth + 1)
                    for file, owner, value in self._bound(filename, scope, expr)
                )
            case _:
                return UNKNOWN

    @staticmethod
    def _first(texts: Iterator[str]) -> str:
        return next((text for text in texts if text != UNKNOWN), UNKNOWN)

    def _bound(
        self, filename: str, scope: int, expr: ir.Name | ir.Attribute
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """What a name or an attribute is bound to, wherever that is."""
        found = self._evaluator.annotations.definitions(filename, scope, expr)
        yield from self._values(found)
        if isinstance(expr, ir.Attribute):
            for base in self._evaluator.values(filename, scope, expr.value):
                class_ = base.class_ if isinstance(base, (Instance, Typed)) else base
                if isinstance(class_, Class):
                    yield from self._values(self._of_class(class_, expr.attr))

    def _of_class(self, class_: Class, attr: str) -> Iterator[tuple[str, int, Definition]]:
        for owner in self._evaluator.ancestry(class_):
            if isinstance(owner, Class):
                index = self._files[owner.filename]
                for name in (attr, f"self.{attr}"):
                    for definition in index.defined(owner.scope, name):
                        yield owner.filename, owner.scope, definition

    @staticmethod
    def _values(
        found: Iterable[tuple[str, int, Definition]],
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        for file, scope, definition in found:
            if isinstance(definition, BindingFacts) and definition.value is not None:
                yield file, definition.scope, definition.value
            elif isinstance(definition, Parameter) and definition.default is not None:
                yield file, scope, definition.default
