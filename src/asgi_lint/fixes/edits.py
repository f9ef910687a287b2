"""Edits put into a text, and which fixes can be applied side by side."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgi_lint.reporters.lines import replace_spans, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asgi_lint.diagnostics import Edit, Fix, Position, Span


class EditError(ValueError):
    """Edits that cannot be applied, which is a mistake of the rule; the text says why."""


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text of one file with all `edits` applied; their places are those in `text`.

    The order of the edits does not matter, but that insertions at the same place keep theirs.
    Raises EditError where two overlap or one stands outside the text.
    """
    ordered = sorted(edits, key=lambda edit: edit.place.span)
    done: Position | None = None
    for edit in ordered:
        start, end = edit.place.span
        if end < start or not (_is_inside(text, start) and _is_inside(text, end)):
            raise EditError(f"the edit at {_shown(edit)} is not within the file")
        if done is not None and start < done:
            raise EditError(f"the edit at {_shown(edit)} overlaps another")
        done = end
    return replace_spans(text, [(edit.place.span, edit.content) for edit in ordered])


def _is_inside(text: str, position: Position) -> bool:
    """Whether there is such a place; the row after the last stands for the end of the text."""
    lines = split_lines(text)
    row, column = position
    if row == len(lines) + 1:
        return column == 1
    return 1 <= row <= len(lines) and 1 <= column <= len(lines[row - 1]) + 1


def _shown(edit: Edit) -> str:
    (row, column), (end_row, end_column) = edit.place.span
    return f"{row}:{column}-{end_row}:{end_column}"


def side_by_side(fixes: Sequence[Fix]) -> list[bool]:
    """Which of the fixes can be applied together: the first, and each that bothers none before it.

    A fix is taken as a whole or not at all. Two that ask for the very same edits are one. Otherwise
    edits of different fixes may not touch, since what stands between them need not be theirs; but
    the same import, or the same replacement, may be asked for by several.
    """
    taken: dict[str, _Taken] = {}
    known: set[tuple[Edit, ...]] = set()
    verdicts = []
    for fix in fixes:
        edits = tuple(dict.fromkeys(fix.edits))
        fits = edits in known or all(_in(taken, edit).has_room_for(edit) for edit in edits)
        if fits and edits not in known:
            known.add(edits)
            for edit in edits:
                _in(taken, edit).take(edit)
        verdicts.append(fits)
    return verdicts


def _in(taken: dict[str, _Taken], edit: Edit) -> _Taken:
    return taken.setdefault(edit.place.filename, _Taken())


@dataclass(slots=True)
class _Taken:
    """What the fixes chosen so far do to one file: no two spans of different fixes touch."""

    edits: set[Edit] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)

    def has_room_for(self, edit: Edit) -> bool:
        if edit in self.edits:
            return _may_be_shared(edit)
        span = edit.place.span
        at = bisect_left(self.spans, span)
        return not any(_touch(span, other) for other in self.spans[max(0, at - 1) : at + 1])

    def take(self, edit: Edit) -> None:
        if edit not in self.edits:
            self.edits.add(edit)
            insort(self.spans, edit.place.span)


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _may_be_shared(edit: Edit) -> bool:
    """Whether one such edit serves two fixes. An inserted bracket does not, whole lines do."""
    start, end = edit.place.span
    return start != end or (start.column == 1 and edit.content.endswith(("\n", "\r")))
