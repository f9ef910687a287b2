"""LibCST's tree of a whole file, with the functions in it: for what no function alone tells.

It takes ten times as long as all facts of the file, so few functions ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.parse import Positions, child_nodes, parse

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from asgi_lint.diagnostics import Position

_HOLDS_STATEMENTS = (
    cst.BaseCompoundStatement,
    cst.BaseSuite,
    cst.Else,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.Finally,
    cst.MatchCase,
)


class WholeFile:
    """`functions` are all definitions by where their name starts, each with its own class.

    `answers` is what was found out about the file as a whole, for whoever asks again.
    """

    def __init__(self, module: cst.Module) -> None:
        self.answers: dict[Hashable, object] = {}
        self.module = module
        self.positions = Positions(module)
        self.functions: dict[Position, tuple[cst.FunctionDef, cst.ClassDef | None]] = {
            self.positions.span(function.name).start: (function, class_)
            for function, class_ in _functions(module)
        }


def whole_file(text: str) -> WholeFile | None:
    """The tree of a file's text; None where LibCST does not read it."""
    module = parse(text)
    return WholeFile(module) if module is not None else None


def _functions(module: cst.Module) -> Iterator[tuple[cst.FunctionDef, cst.ClassDef | None]]:
    stack: list[tuple[cst.CSTNode, cst.ClassDef | None]] = [(module, None)]
    while stack:
        node, class_ = stack.pop()
        if isinstance(node, cst.FunctionDef):
            yield node, class_
        match node:
            case cst.ClassDef():
                class_ = node
            case cst.FunctionDef():
                class_ = None
            case _:
                pass
        inner = (each for each in child_nodes(node) if isinstance(each, _HOLDS_STATEMENTS))
        stack.extend((each, class_) for each in inner)
