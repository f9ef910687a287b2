"""A stretch of code as it is shown to people: numbered lines with the span marked under them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Position, Span
from asgi_lint.reporters.characters import cells
from asgi_lint.reporters.lines import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CODE_WIDTH = 100
"""The terminal cells that a line of code may fill; a longer one is cut around what is marked."""

_ELLIPSIS = "…"
_MOST_ROWS = 6
_FIRST_ROWS = 3
_LAST_ROWS = 2


class Row(NamedTuple):
    """A line of a frame: what stands in the gutter (a line number or nothing) and beside it."""

    label: str
    text: str


class Marker(NamedTuple):
    """The sign that is drawn under a span, and how it is painted."""

    sign: str
    paint: Callable[[str], str]


class Cut(NamedTuple):
    """A line as it is shown; `start` and `width` say in cells where the marked part is."""

    text: str
    start: int
    width: int


def frame(source: str, span: Span, marker: Marker, *, context: int) -> list[Row]:
    """The lines of `span` with up to `context` lines around it; no row for an empty source."""
    lines = split_lines(source)
    if not source or span.start.row > len(lines):
        return []
    span = _inside(span, lines)
    before = range(max(1, span.start.row - context), span.start.row)
    after = range(span.end.row + 1, min(len(lines), span.end.row + context) + 1)
    if span.start.row == span.end.row:
        rows, indent = _underlined(lines, span, marker), ""
    else:
        rows, indent = _bracketed(lines, span, marker), "  "
    return [
        *_context_rows(lines, [*_dropping_blank(lines, before)], indent),
        *rows,
        *_context_rows(lines, [*_dropping_blank(lines, after[::-1])][::-1], indent),
    ]


def cut(line: str, start: int = 0, end: int = 0) -> Cut:
    """`line` cut to `CODE_WIDTH` cells so that the characters from `start` to `end` stay in."""
    shown = cells(line)
    edges = [0, *accumulate(size for _, size in shown)]
    start, end = min(start, len(shown)), min(end, len(shown))
    if edges[-1] <= CODE_WIDTH:
        return Cut("".join(sign for sign, _ in shown), edges[start], edges[end] - edges[start])
    first = _first_shown(edges, start, end)
    opening = _ELLIPSIS if first else ""
    room = CODE_WIDTH - len(opening)
    last = len(shown)
    closing = ""
    if edges[-1] - edges[first] > room:
        closing = _ELLIPSIS
        last = bisect_right(edges, edges[first] + room - len(closing)) - 1
    text = opening + "".join(sign for sign, _ in shown[first:last]) + closing
    marked = edges[min(end, last)] - edges[min(start, last)]
    return Cut(text, edges[start] - edges[first] + len(opening), marked)


def _first_shown(edges: list[int], start: int, end: int) -> int:
    """The first character to show: the line's own if the marked part fits with it."""
    if edges[end] < CODE_WIDTH:
        return 0
    spare = max(CODE_WIDTH - (edges[end] - edges[start]), CODE_WIDTH // 4)
    return min(bisect_left(edges, edges[start] - spare // 2), start)


def _inside(span: Span, lines: tuple[str, ...]) -> Span:
    """`span` kept inside the file, and not reaching into a line of which it has no character."""
    start, end = span
    if end.row > len(lines):
        end = Position(len(lines), len(lines[-1]) + 1)
    if end.column == 1 and end.row > start.row:
        end = Position(end.row - 1, len(lines[end.row - 2]) + 1)
    return Span(start, max(start, end))


def _dropping_blank(lines: tuple[str, ...], numbers: range) -> Iterator[int]:
    """`numbers` without the blank lines at its beginning, which is the frame's outer edge."""
    seen = False
    for number in numbers:
        seen = seen or bool(lines[number - 1].strip())
        if seen:
            yield number


def _context_rows(lines: tuple[str, ...], numbers: list[int], indent: str) -> list[Row]:
    return [Row(str(number), indent + cut(lines[number - 1]).text) for number in numbers]


def _underlined(lines: tuple[str, ...], span: Span, marker: Marker) -> list[Row]:
    row = span.start.row
    line = cut(lines[row - 1], span.start.column - 1, span.end.column - 1)
    underline = " " * line.start + marker.paint(marker.sign * max(1, line.width))
    return [Row(str(row), line.text), Row("", underline)]


def _bracketed(lines: tuple[str, ...], span: Span, marker: Marker) -> list[Row]:
    """A span of several lines: a bracket at their left, open where it starts and ends."""
    (first, column), (last, end) = span
    bar = marker.paint("|") + " "
    opening = lines[first - 1]
    if opening[: column - 1].strip():
        line = cut(opening, column - 1, column)
        rows = [
            Row(str(first), "  " + line.text),
            Row("", " " + marker.paint("_" * (line.start + 1) + marker.sign)),
        ]
    else:
        rows = [Row(str(first), marker.paint("/") + " " + cut(opening).text)]
    for number in _between(first, last):
        rows.append(
            Row("...", bar.rstrip())
            if number is None
            else Row(str(number), bar + cut(lines[number - 1]).text)
        )
    line = cut(lines[last - 1], end - 2, end - 1)
    foot = "|" + "_" * (line.start + max(1, line.width)) + marker.sign
    return [*rows, Row(str(last), bar + line.text), Row("", marker.paint(foot))]


def _between(first: int, last: int) -> list[int | None]:
    """The lines after the first and before the last one; None stands for those left out."""
    if last - first < _MOST_ROWS:
        return [*range(first + 1, last)]
    return [
        *range(first + 1, first + _FIRST_ROWS),
        None,
        *range(last - _LAST_ROWS + 1, last),
    ]
