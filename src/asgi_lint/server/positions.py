"""Places as an editor counts them: rows from 0, and columns in the units that were agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from lsprotocol import types

from asgi_lint.diagnostics import Position, Span
from asgi_lint.source import NEWLINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.source import Source


class Units(Enum):
    """What a column counts; the values are those of the protocol's `positionEncoding`."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"
    UTF_32 = "utf-32"

    def length(self, text: str) -> int:
        """How many units a text is long."""
        if text.isascii() or self is Units.UTF_32:
            return len(text)
        if self is Units.UTF_8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)


@dataclass(frozen=True, slots=True)
class Positions:
    """The places of one text. What lies outside it is taken for the closest place within."""

    source: Source
    units: Units

    def range(self, span: Span) -> types.Range:
        """A span as the editor has it."""
        return types.Range(self._outer(span.start), self._outer(span.end))

    def span(self, given: types.Range) -> Span:
        """An editor's range as we have it."""
        return Span(self.position(given.start), self.position(given.end))

    def position(self, given: types.Position) -> Position:
        """An editor's position as we have it; one within a character is the place before it."""
        line = self.source.line(given.line + 1)
        column, units = 0, 0
        while column < len(line) and units < given.character:
            units += self.units.length(line[column])
            column += units <= given.character
        return Position(given.line + 1, column + 1)

    def edits(self, text: str) -> Iterator[types.TextEdit]:
        """What turns the source into `text`, line by line, so that cursors stay where they are."""
        old, new = _lines(self.source.text), _lines(text)
        top = _alike(zip(old, new, strict=False))
        rest = min(len(old), len(new)) - top
        bottom = _alike(islice(zip(reversed(old), reversed(new), strict=False), rest))
        changed = old[top : len(old) - bottom], new[top : len(new) - bottom]
        for kind, start, end, new_start, new_end in SequenceMatcher(
            None, *changed, autojunk=False
        ).get_opcodes():
            if kind != "equal":
                content = "".join(changed[1][new_start:new_end])
                yield types.TextEdit(self._rows(top + start, top + end, old), content)

    def _rows(self, start: int, end: int, lines: list[str]) -> types.Range:
        """The range of whole rows (from 0); a last line without an ending ends within itself."""
        return types.Range(self._line_start(start, lines), self._line_start(end, lines))

    def _line_start(self, row: int, lines: list[str]) -> types.Position:
        if row < len(lines) or not lines or lines[-1].endswith(("\n", "\r")):
            return types.Position(row, 0)
        return types.Position(row - 1, self.units.length(lines[-1]))

    def _outer(self, position: Position) -> types.Position:
        row, column = position
        before = self.source.line(row)[: column - 1]
        return types.Position(row - 1, self.units.length(before))


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs of lines are equal before the first one that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _lines(text: str) -> list[str]:
    """The lines with their endings; those that end a line of Python do so for editors."""
    ends = [found.end() for found in NEWLINE.finditer(text)]
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    starts = [0, *ends[:-1]]
    return [text[start:end] for start, end in zip(starts, ends, strict=True) if start < end]
