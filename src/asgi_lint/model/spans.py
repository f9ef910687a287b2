"""Where the nodes of Python's own syntax tree stand, in rows and columns of characters."""

from __future__ import annotations

import re
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.packed import between, pack, packed, unpack
from asgi_lint.source import NEWLINE, split_lines

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

_HEAD = re.compile(r"(?:async(?:\s|\\\n)+)?(?:def|class)(?:\s|\\\n)+")

_new = tuple.__new__  # a third of the time that a NamedTuple's own constructor takes

_LONG_LINE = 2_000
"""Bytes from which on a line's characters are counted once, and not for each node in it."""


class Spans:
    """The spans of one file's nodes; CPython counts columns in bytes, and we in characters.

    `whole_text` is its text, `lines` the lines without their endings, of which `newline` is the
    first.
    """

    def __init__(self, text: str) -> None:
        self.whole_text = text
        self.lines = split_lines(text)
        found = NEWLINE.search(text)
        self.newline = found[0] if found else "\n"
        self._counts: dict[int, array[int]] = {}
        self._encoded: dict[int, bytes] = {}
        if not text.isascii():
            self._encoded = {
                row: line.encode() for row, line in enumerate(self.lines, 1) if not line.isascii()
            }

    def __call__(self, node: ast.AST) -> Span:
        """The span of a node that has a place."""
        row, column, end_row, end_column = self._corners(node)
        return _new(Span, (_new(Position, (row, column)), _new(Position, (end_row, end_column))))

    def at(self, node: ast.AST) -> int:
        """The span of a node that has a place, packed."""
        if self._encoded:
            return packed(*self._corners(node))
        placed: ast.expr = node  # type: ignore[assignment]  # as below; most files are ASCII
        row, column = placed.lineno, placed.col_offset
        end_row, end_column = placed.end_lineno or row, placed.end_col_offset or column
        return packed(row, column + 1, end_row, end_column + 1)

    def _corners(self, node: ast.AST) -> tuple[int, int, int, int]:
        placed: ast.expr = node  # type: ignore[assignment]  # statements, arguments have one too
        row, column = placed.lineno, placed.col_offset
        end_row, end_column = placed.end_lineno or row, placed.end_col_offset or column
        if self._encoded:
            column = self._characters(row, column)
            end_column = self._characters(end_row, end_column)
        return row, column + 1, end_row, end_column + 1

    def _characters(self, row: int, column: int) -> int:
        line = self._encoded.get(row)
        if line is None:
            return column
        if len(line) <= _LONG_LINE:
            return len(line[:column].decode(errors="replace"))
        counts = self._counts.get(row)
        if counts is None:
            begins = (byte & 0xC0 != 0x80 for byte in line)
            counts = self._counts[row] = array("L", accumulate(begins, initial=0))
        return counts[min(column, len(line))]

    def with_parentheses(self, at: int, before: int, others: int) -> int:
        """The packed span with the parentheses around it, which CPython does not count.

        `before` is what stands before it, `others` how many opening ones are not its own.
        """
        last_row, last_column, row, column = between(before, at)
        if (
            row == last_row
            and "(" not in self.lines[row - 1][last_column - 1 + others : column - 1]
        ):
            return at
        span = unpack(at)
        opening = [*self._found("(", Position(last_row, last_column), span.start)][others:]
        if not opening:
            return at
        closing = self._found(")", span.end, Position(len(self.lines) + 1, 1))
        ends = [place for _, place in zip(opening, closing, strict=False)]
        end = Position(ends[-1].row, ends[-1].column + 1) if ends else span.end
        return pack(Span(opening[0], end))

    def without_parentheses(self, at: int) -> int:
        """The packed span of a generator expression: its parentheses may be those of a call."""
        start, end = unpack(at)
        if self.lines[start.row - 1][start.column - 1] != "(":
            return at
        return packed(start.row, start.column + 1, end.row, end.column - 1)

    def _found(self, character: str, start: Position, end: Position) -> Iterator[Position]:
        """Where a character stands between two places that only white space and comments divide."""
        for row in range(start.row, min(end.row, len(self.lines)) + 1):
            line = self.lines[row - 1]
            first = start.column - 1 if row == start.row else 0
            last = end.column - 1 if row == end.row else len(line)
            for column, found in enumerate(line[first:last].partition("#")[0], first + 1):
                if found == character:
                    yield Position(row, column)

    def name(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """The name in the head of a definition."""
        start = self(node).start
        row, column = start
        rest = self.lines[row - 1][column - 1 :]
        head = _HEAD.match(rest)
        if head is None or head.end() == len(rest):
            # A backslash ends the line between `def` and the name.
            rest = "\n".join(self.lines[row - 1 : row + 3])
            head = _HEAD.match(rest, column - 1)
            passed = rest[: head.end()] if head is not None else ""
            row += passed.count("\n")
            column = len(passed.rpartition("\n")[2]) + 1
        else:
            column += head.end()
        return Span(Position(row, column), Position(row, column + len(node.name)))

    def parameter(self, node: ast.arg) -> int:
        """The name of a parameter, packed."""
        row, column = self._corners(node)[:2]
        return packed(row, column, row, column + len(node.arg))

    def text(self, first_row: int, last_row: int) -> str:
        """The text of whole lines, with their endings."""
        if "\r" not in self.whole_text:
            return "\n".join((*self.lines[first_row - 1 : last_row], ""))
        endings = [*NEWLINE.findall(self.whole_text), ""]
        rows = range(first_row - 1, last_row)
        return "".join(part for row in rows for part in (self.lines[row], endings[row]))

    def indent(self, module: ast.Module) -> str:
        """What the first indented block of a file begins its lines with."""
        for node in _in_order(module):
            for block in _blocks(node):
                before = self.lines[block[0].lineno - 1][: self(block[0]).start.column - 1]
                if before.isspace():
                    return before
        return "    "


def _in_order(module: ast.Module) -> Iterator[ast.AST]:
    stack: list[ast.AST] = [module]
    while stack:
        node = stack.pop()
        if node is not module:
            yield node
        stack.extend(reversed([each for block in _blocks(node) for each in block]))


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list) or not block:
            continue
        if name in ("handlers", "cases"):
            yield from (each.body for each in block)
        else:
            yield block
