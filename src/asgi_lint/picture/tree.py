"""A tree for the terminal: limbs with guides before them, and columns that line up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.reporters.characters import width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.reporters.color import Paint, Role

GAP = "  "
_WIDEST = 48
"""Cells that a column takes at most; a longer text pushes only its own line."""


class Piece(NamedTuple):
    """A stretch of text in one colour; it holds no control character."""

    text: str
    role: Role = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its columns, each of some pieces. Rows of one `table` under a limb line up."""

    cells: tuple[tuple[Piece, ...], ...]
    table: str = ""


@dataclass(frozen=True, slots=True)
class Limb:
    """A line of the tree, the details under it, and the limbs that grow from it."""

    row: Row
    details: tuple[Row, ...] = ()
    limbs: tuple[Limb, ...] = ()


def draw(limb: Limb, paint: Paint) -> list[str]:
    """The lines of a tree."""
    lines = [_line(limb.row, _widths([limb.row]), paint)]
    _draw_below(limb, "", lines, paint)
    return lines


def draw_rows(rows: Sequence[Row], indent: str, paint: Paint) -> list[str]:
    """The lines of rows that stand in no tree."""
    widths = _widths(rows)
    return [indent + _line(row, widths, paint) for row in rows]


def _draw_below(limb: Limb, indent: str, lines: list[str], paint: Paint) -> None:
    guide = paint(f"{indent}│  " if limb.limbs else f"{indent}   ", "frame")
    lines.extend(draw_rows(limb.details, guide, paint))
    widths = _widths([below.row for below in limb.limbs])
    for number, below in enumerate(limb.limbs, start=1):
        corner, further = ("├─ ", "│  ") if number < len(limb.limbs) else ("└─ ", "   ")
        lines.append(paint(indent + corner, "frame") + _line(below.row, widths, paint))
        _draw_below(below, indent + further, lines, paint)


def _widths(rows: Sequence[Row]) -> dict[str, list[int]]:
    """For each table the cells that its columns take."""
    tables: dict[str, list[int]] = {}
    for row in rows:
        columns = tables.setdefault(row.table, [])
        columns.extend([0] * (len(row.cells) - len(columns)))
        for number, size in enumerate(map(_size, row.cells)):
            if columns[number] < size <= _WIDEST:
                columns[number] = size
    return tables


def _line(row: Row, widths: dict[str, list[int]], paint: Paint) -> str:
    """The row's columns; an empty column of the whole table takes no room."""
    line = ""
    space = ""
    for cell, room in zip(row.cells, widths[row.table], strict=False):
        size = _size(cell)
        if size:
            line += space + "".join(paint(*piece) for piece in cell)
            space = ""
        if room or size:
            space += " " * max(0, room - size) + GAP
    return line


def _size(cell: tuple[Piece, ...]) -> int:
    return sum(width(piece.text) for piece in cell)
