"""Spans as whole numbers: facts hold millions of them, and few are ever looked at.

A number takes a sixth of the memory of a `Span`, and is written to a cache as it is.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from asgi_lint.diagnostics import Position, Span

_COLUMN = 13
_ROWS = 18
_WIDE = 32
"""Bits of a column, of the rows of a span, and of all parts where they do not suffice.

With 20 bits for the first row that makes 64, which is what a cache entry holds. A file that has a
longer line or more rows is analysed like any other, and not kept.
"""

_MOST_COLUMNS = (1 << _COLUMN) - 1
_MOST_ROWS = (1 << _ROWS) - 1
_ROW_SHIFT = 2 * _COLUMN + _ROWS
_WIDE_MARK = 1 << 4 * _WIDE

NOWHERE = 0
"""No span at all."""

_new = tuple.__new__  # a third of the time that a NamedTuple's own constructor takes


class _HasPlace(Protocol):
    @property
    def at(self) -> int: ...


class Placed(Struct, frozen=True, gc=False, array_like=True):
    """What stands somewhere in a file: the base of all that has an `at`."""

    @property
    def span(self: _HasPlace) -> Span:
        """Where it stands."""
        return unpack(self.at)

    @property
    def start(self: _HasPlace) -> Position:
        """Where it begins."""
        return start(self.at)


def packed(row: int, column: int, end_row: int, end_column: int) -> int:
    """The span between two positions as a number."""
    rows = end_row - row
    if column <= _MOST_COLUMNS and end_column <= _MOST_COLUMNS and rows <= _MOST_ROWS:
        return ((row << _COLUMN | column) << _ROWS | rows) << _COLUMN | end_column
    return _WIDE_MARK | ((row << _WIDE | column) << _WIDE | end_row) << _WIDE | end_column


def pack(span: Span) -> int:
    """A span as a number."""
    return packed(*span.start, *span.end)


def start(at: int) -> Position:
    """Where the span begins."""
    if at < _WIDE_MARK:
        return _new(Position, (at >> _ROW_SHIFT, at >> _COLUMN + _ROWS & _MOST_COLUMNS))
    return unpack(at).start


def between(before: int, at: int) -> tuple[int, int, int, int]:
    """Row and column of the end of the one span, and those of the start of the other."""
    if before < _WIDE_MARK and at < _WIDE_MARK:
        return (
            (before >> _ROW_SHIFT) + (before >> _COLUMN & _MOST_ROWS),
            before & _MOST_COLUMNS,
            at >> _ROW_SHIFT,
            at >> _COLUMN + _ROWS & _MOST_COLUMNS,
        )
    return (*unpack(before).end, *unpack(at).start)


def unpack(at: int) -> Span:
    """The span that a number stands for."""
    if at < _WIDE_MARK:
        row = at >> _ROW_SHIFT
        begin = _new(Position, (row, at >> _COLUMN + _ROWS & _MOST_COLUMNS))
        end = _new(Position, (row + (at >> _COLUMN & _MOST_ROWS), at & _MOST_COLUMNS))
        return _new(Span, (begin, end))
    least = (1 << _WIDE) - 1
    row, column, end_row = (at >> shift * _WIDE & least for shift in (3, 2, 1))
    return Span(Position(row, column), Position(end_row, at & least))
