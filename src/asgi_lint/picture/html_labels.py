"""Graphviz's HTML-like labels: tables of which no text can break out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from asgi_lint.picture.captions import shortened
from asgi_lint.reporters.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_XML = str.maketrans(dict.fromkeys("\ufffe\uffff", "\N{REPLACEMENT CHARACTER}"))


def text(content: str, color: str = "", *, bold: bool = False) -> str:
    """Text in a cell; Graphviz takes no empty mark-up, so an empty text has none."""
    shown = escape(shortened(visible(content)).translate(_NOT_XML))
    if not shown:
        return ""
    if bold:
        shown = f"<B>{shown}</B>"
    return f'<FONT COLOR="{color}">{shown}</FONT>' if color else shown


def cell(*contents: str, port: str = "", span: int = 1) -> str:
    """A cell with texts beside each other, or one table."""
    attributes = f' PORT="{port}"' if port else ""
    if span > 1:
        attributes += f' COLSPAN="{span}"'
    return f'<TD ALIGN="LEFT"{attributes}>{"  ".join(filter(None, contents))}</TD>'


def row(*cells: str) -> str:
    """A row of cells."""
    return f"<TR>{''.join(cells)}</TR>"


def table(rows: Iterable[str], ground: str, line: str = "") -> str:
    """A table, with a frame around it if `line` is a colour."""
    frame = f'BORDER="1" COLOR="{line}"' if line else 'BORDER="0"'
    opening = f'<TABLE {frame} BGCOLOR="{ground}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4">'
    return f"{opening}\n{chr(10).join(rows)}\n</TABLE>"
