"""A fix as a small diff: the lines that its edits take away and those that they put there."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Position, Span
from asgi_lint.reporters.lines import excerpt, replace_spans, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Edit


class ChangedLine(NamedTuple):
    """A line that a fix removes (`-`, numbered as in the old file) or adds (`+`, as in the new).

    `focus` is the index of the first character that the fix changes in it.
    """

    sign: str
    number: int
    text: str
    focus: int


class FileChange(NamedTuple):
    """What a fix does to one file."""

    filename: str
    lines: list[ChangedLine]


def changes(edits: tuple[Edit, ...], sources: Mapping[str, str]) -> list[FileChange]:
    """The files that `edits` change, in the order in which the edits first name them."""
    order = {edit.place.filename: None for edit in edits}
    return [
        FileChange(filename, list(_changed_lines(sources[filename], _edits_of(filename, edits))))
        for filename in order
        if filename in sources
    ]


def _edits_of(filename: str, edits: tuple[Edit, ...]) -> list[Edit]:
    here = [edit for edit in edits if edit.place.filename == filename]
    return sorted(here, key=lambda edit: edit.place.span)


def _changed_lines(source: str, edits: list[Edit]) -> Iterator[ChangedLine]:
    shift = 0
    for first, last, block in _blocks(edits):
        around = Span(Position(first, 1), Position(last + 1, 1))
        old = excerpt(source, around)
        moved = [(_moved(edit.place.span, first), edit.content) for edit in block]
        new = replace_spans(old, moved)
        before, after = _whole_lines(old), _whole_lines(new)
        yield from _difference(before, after, first, first + shift)
        shift += len(after) - len(before)


def _blocks(edits: list[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """The edits in groups that share lines or touch, each with its first and last row."""
    block: list[Edit] = []
    last = 0
    for edit in edits:
        start, end = edit.place.span
        if block and start.row > last + 1:
            yield block[0].place.span.start.row, last, block
            block = []
        block.append(edit)
        last = max(last, end.row)
    if block:
        yield block[0].place.span.start.row, last, block


def _moved(span: Span, first: int) -> Span:
    """`span` counted from the row `first`."""
    (start, start_column), (end, end_column) = span
    return Span(
        Position(start - first + 1, start_column),
        Position(end - first + 1, end_column),
    )


def _whole_lines(text: str) -> list[str]:
    lines = list(split_lines(text))
    return lines if lines[-1] else lines[:-1]


def _difference(
    before: list[str], after: list[str], old_row: int, new_row: int
) -> Iterator[ChangedLine]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        old, new = before[old_start:old_end], after[new_start:new_end]
        for index, text in enumerate(old):
            yield ChangedLine("-", old_row + old_start + index, text, _focus(text, index, new))
        for index, text in enumerate(new):
            yield ChangedLine("+", new_row + new_start + index, text, _focus(text, index, old))


def _focus(text: str, index: int, others: list[str]) -> int:
    """Where `text` first differs from the line that it replaces or is replaced by."""
    if index >= len(others):
        return 0
    pairs = enumerate(zip(text, others[index], strict=False))
    return next((at for at, (one, other) in pairs if one != other), len(text))
