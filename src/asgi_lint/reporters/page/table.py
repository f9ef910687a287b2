"""A Markdown table in columns that fit into the width of a terminal."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import width as cells
from asgi_lint.reporters.page.inline import Piece, pieces, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.reporters.color import Paint, Role

_GAP = "  "
_BORDER = re.compile(r"(?<!\\)\|")


def table_lines(rows: Sequence[str], width: int, paint: Paint) -> Iterator[str]:
    """The lines of a table whose first row is its head and whose second only draws a line."""
    table = [[[*pieces(cell)] for cell in _cells_of(row)] for row in rows]
    head, _, *body = table
    columns = [*zip(head, *body, strict=True)]
    widths = _fitted(
        [max(map(_width, column)) for column in columns],
        [max(map(_longest_word, column)) for column in columns],
        width - len(_GAP) * (len(columns) - 1),
    )
    for number, row in enumerate((head, *body)):
        role_of_head = [[Piece(text, "message") for text, _ in cell] for cell in row]
        yield from _row(row if number else role_of_head, widths, paint)
        if not number:
            yield paint(_GAP.join("─" * each for each in widths), "quiet")


def _cells_of(row: str) -> list[str]:
    inner = _BORDER.split(row)[1:-1]
    return [cell.strip().replace(r"\|", "|") for cell in inner]


def _width(cell: Sequence[Piece]) -> int:
    return sum(cells(piece.text) for piece in cell)


def _longest_word(cell: Sequence[Piece]) -> int:
    return max(map(cells, "".join(piece.text for piece in cell).split(" ")))


def _fitted(widths: list[int], least: Sequence[int], room: int) -> list[int]:
    """Widths that fit, by taking from the widest column that can still be broken."""
    while sum(widths) > room:
        breakable = [index for index, each in enumerate(widths) if each > least[index]]
        if not breakable:
            break
        widths[max(breakable, key=widths.__getitem__)] -= 1
    return widths


def _row(row: Sequence[Sequence[Piece]], widths: Sequence[int], paint: Paint) -> Iterator[str]:
    """The lines of one row; what is painted does not count for the filling."""
    columns = [
        [*zip(wrapped(cell, width, paint), wrapped(cell, width, _unpainted), strict=True)]
        for cell, width in zip(row, widths, strict=True)
    ]
    for line in zip_longest(*columns, fillvalue=("", "")):
        filled = [
            painted + " " * (width - cells(plain))
            for (painted, plain), width in zip(line, widths, strict=True)
        ]
        yield _GAP.join(filled).rstrip()


def _unpainted(text: str, _role: Role) -> str:
    return text
