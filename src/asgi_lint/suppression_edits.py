"""Taking codes out of a suppression comment, and putting codes into a line's comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Edit, Place, Position, Span
from asgi_lint.suppression import DirectiveKind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from asgi_lint.suppression import Directive, SilencedCode

_NOQA_CODES = re.compile(r"(?<=noqa)\s*:\s*(?P<codes>(?:[a-z]+[0-9]+[\s,]*)+)", re.IGNORECASE)
_NOQA_CODE = re.compile(r"[a-z]+[0-9]+", re.IGNORECASE)


def removal(
    directive: Directive, dead: Collection[SilencedCode], filename: str, lines: Sequence[str]
) -> Edit:
    """The edit that takes the `dead` codes out of a directive, and all of it with the last one.

    `lines` is the text of the file, line by line. A directive without codes is taken out whole.
    """
    line = lines[directive.span.start.row - 1]
    gone = {(each.span.start.column - 1, each.span.end.column - 1) for each in dead}
    listed = _listed(directive, line)
    if gone.issuperset(listed):
        return _whole_removal(directive, filename, lines)
    kept = ""
    for index, (start, end) in enumerate(listed):
        if (start, end) not in gone:
            separator = line[listed[index - 1][1] : start] if kept else ""
            kept += separator + line[start:end]
    return _edit(filename, directive.span.start.row, listed[0][0], listed[-1][1], kept)


def addition(
    directives: Sequence[Directive], codes: Sequence[str], reason: str, row: int, line: str
) -> str:
    """The line with a comment that silences `codes`; `directives` are those that it has already.

    They go into the list of codes that is there. Of several reasons the first one stays.
    """
    for directive in directives:
        is_open = directive.kind is DirectiveKind.IGNORE and directive.until is None
        if is_open and directive.codes and directive.span.start.row == row:
            end = directive.codes[-1].span.end.column - 1
            return f"{line[:end]}, {', '.join(codes)}{line[end:]}"
    comment = f"# asgi-lint: ignore[{', '.join(codes)}]{f' {reason}' if reason else ''}"
    text = line.rstrip(" \t\f")
    return f"{text}  {comment}" if text else comment


def _listed(directive: Directive, line: str) -> list[tuple[int, int]]:
    """Where each code of the directive stands in its line, those of other tools among them."""
    if directive.kind is not DirectiveKind.NOQA:
        return [(c.span.start.column - 1, c.span.end.column - 1) for c in directive.codes]
    start, end = directive.span.start.column - 1, directive.span.end.column - 1
    found = _NOQA_CODES.search(line, start, end)
    codes = _NOQA_CODE.finditer(line, *found.span("codes")) if found else ()
    return [each.span() for each in codes]


def _whole_removal(directive: Directive, filename: str, lines: Sequence[str]) -> Edit:
    """Without the blanks that set the directive off, and without a line that it alone fills."""
    row = directive.span.start.row
    line = lines[row - 1]
    start, end = directive.span.start.column - 1, directive.span.end.column - 1
    before, after = line[:start], line[end:]
    if after.strip():
        return _edit(filename, row, start, end + len(after) - len(after.lstrip()))
    if before.strip() or row == len(lines):
        return _edit(filename, row, len(before.rstrip()), len(line))
    return Edit(Place(filename, Span(Position(row, 1), Position(row + 1, 1))), "")


def _edit(filename: str, row: int, start: int, end: int, content: str = "") -> Edit:
    """An edit within one row; `start` and `end` count from 0."""
    span = Span(Position(row, start + 1), Position(row, end + 1))
    return Edit(Place(filename, span), content)
