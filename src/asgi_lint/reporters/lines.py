r"""The lines of a file as Python and SARIF count them: ended by `\r\n`, `\r` or `\n` alone.

`str.splitlines` also splits at form feeds, U+2028 and others, which would shift every row after.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Position, Span

_LINE_END = re.compile(r"\r\n|\r|\n")


@lru_cache(maxsize=32)
def split_lines(text: str) -> tuple[str, ...]:
    """The lines without their ends; a text that ends in a line end has an empty last line."""
    return tuple(_LINE_END.split(text))


def excerpt(text: str, span: Span) -> str:
    """The characters of `text` inside `span`, line ends as they stand."""
    return text[_offset(text, span.start) : _offset(text, span.end)]


def replace_spans(text: str, changes: list[tuple[Span, str]]) -> str:
    """`text` with every span replaced; the spans are in order and do not overlap."""
    parts: list[str] = []
    done = 0
    for span, content in changes:
        parts += text[done : _offset(text, span.start)], content
        done = _offset(text, span.end)
    return "".join(parts) + text[done:]


def _offset(text: str, position: Position) -> int:
    """The index of `position` in `text`; what lies beyond a line or the file is its end."""
    starts = _line_starts(text)
    if position.row > len(starts):
        return len(text)
    line = split_lines(text)[position.row - 1]
    return starts[position.row - 1] + min(position.column - 1, len(line))


@lru_cache(maxsize=32)
def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(end.end() for end in _LINE_END.finditer(text)))
