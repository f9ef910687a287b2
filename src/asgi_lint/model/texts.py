"""Expressions to the text that they stand for: paths and prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.evaluation import Evaluator

UNKNOWN = "…"
"""What stands for a part of a text that is not known."""

_DEPTH = 8


class Texts:
    """Reads constants through names, attributes of settings objects, f-strings and `+`."""

    def __init__(self, evaluator: Evaluator) -> None:
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
                return self._only(self._text(filename, scope, o, depth + 1) for o in options)
            case ir.Item():
                return self._only(
                    self._text(file, owner, item, depth + 1)
                    for file, owner, item in self._evaluator.item_expressions(filename, scope, expr)
                )
            case ir.Name() | ir.Attribute():
                return self._only(
                    self._text(file, owner, value, depth + 1)
                    for file, owner, value in self._evaluator.bound(filename, scope, expr)
                )
            case _:
                return UNKNOWN

    @staticmethod
    def _only(texts: Iterator[str]) -> str:
        """The one text that all ways lead to."""
        found = {text for text in texts if text != UNKNOWN}
        return found.pop() if len(found) == 1 else UNKNOWN
