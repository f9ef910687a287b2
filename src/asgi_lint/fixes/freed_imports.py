"""Imports that a fix has taken the last use from are taken out with it."""

from __future__ import annotations

import ast
import re
import warnings
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.source import NEWLINE

if TYPE_CHECKING:
    from collections.abc import Iterator


def without_freed_imports(filename: str, before: str, after: str) -> str:
    """`after` without what only the rest of `before` still used of its module-level imports.

    A name counts as used wherever its word stands, be it in a string or a comment. What a package
    imports in its `__init__.py` is for others, and what has a comment has a reason: both stay.
    """
    if before == after or filename.endswith("/__init__.py"):
        return after
    old, new = _imports(before), _imports(after)
    if old is None or new is None:
        return after
    for start, end in sorted(_cuts(_Rest(before, old), _Rest(after, new)), reverse=True):
        after = after[:start] + after[end:]
    return after


class _Cut(NamedTuple):
    """The offsets of a stretch that goes."""

    start: int
    end: int


class _Name(NamedTuple):
    """One name of an import statement and where the text that imports it stands."""

    bound: str
    start: int
    end: int


class _Import(NamedTuple):
    """An import statement of the module: its offsets and its names."""

    start: int
    end: int
    names: list[_Name]


def _imports(text: str) -> list[_Import] | None:
    """The imports at the top level of a module; None where the running Python cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    offsets = _Offsets(text)
    return [
        _Import(
            *offsets.of(statement),
            [
                _Name(alias.asname or alias.name.partition(".")[0], *offsets.of(alias))
                for alias in statement.names
            ],
        )
        for statement in module.body
        if isinstance(statement, ast.Import)
        or (isinstance(statement, ast.ImportFrom) and statement.module != "__future__")
    ]


class _Rest(NamedTuple):
    """A module's text with its imports, which say nothing of what is used."""

    text: str
    imports: list[_Import]

    def words(self) -> frozenset[str]:
        """The words that stand outside the imports."""
        ends = [0, *(each.end for each in self.imports)]
        starts = [*(each.start for each in self.imports), len(self.text)]
        parts = (self.text[end:start] for end, start in zip(ends, starts, strict=True))
        return frozenset(word for part in parts for word in _WORD.findall(part))


_WORD = re.compile(r"\w+")


def _cuts(before: _Rest, after: _Rest) -> Iterator[_Cut]:
    gone = before.words() - after.words()
    for each in after.imports:
        freed = [name for name in each.names if name.bound in gone]
        yield from _without(freed, each, after.text)


def _without(freed: list[_Name], statement: _Import, text: str) -> Iterator[_Cut]:
    if len(freed) == len(statement.names):
        lines = _lines_of(text, statement.start, statement.end)
        cuts = [lines] if lines is not None else []
    else:
        cuts = list(_runs(freed, statement.names))
    yield from (cut for cut in cuts if "#" not in text[cut.start : cut.end])


def _runs(freed: list[_Name], names: list[_Name]) -> Iterator[_Cut]:
    """Names beside each other, up to the next name; the last ones from the name before them."""
    end = 0
    for is_freed, group in groupby(names, lambda name: name in freed):
        run = list(group)
        start, end = end, end + len(run)
        if is_freed and end < len(names):
            yield _Cut(run[0].start, names[end].start)
        elif is_freed:
            yield _Cut(names[start - 1].end, run[-1].end)


def _lines_of(text: str, start: int, end: int) -> _Cut | None:
    """The whole lines of a statement; None where something else stands on them."""
    line_end = NEWLINE.search(text, end)
    until, after = line_end.span() if line_end else (len(text), len(text))
    is_first = start == 0 or text[start - 1] in "\r\n"
    return _Cut(start, after) if is_first and not text[end:until].split("#")[0].strip() else None


class _Offsets:
    """From the places of `ast`, in rows and UTF-8 bytes, to offsets."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in NEWLINE.finditer(text))]

    def of(self, node: ast.stmt | ast.alias) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _offset(self, row: int, column: int) -> int:
        start = self._starts[row - 1]
        before = self._text[start : start + column].encode()[:column]
        return start + len(before.decode(errors="ignore"))
