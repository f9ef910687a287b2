"""A manifest's decoded text, and the way from an offset in it to a place."""

from __future__ import annotations

import re
from bisect import bisect_right
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import FILE_START, Place, Position, Span
from asgi_lint.source import BYTE_ORDER_MARKS, Source
from asgi_lint.versions import disk
from asgi_lint.versions.changing import CHANGING
from asgi_lint.versions.dependents import DEPENDENTS
from asgi_lint.versions.requirements import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE_END = re.compile(r"\r\n|\r|\n")
_CODING = re.compile(rb"^#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_ON_DISK: Mapping[str, str] = MappingProxyType({})

SUBJECTS = ("starlette", "fastapi", *DEPENDENTS, *CHANGING)
"""What requirements are read for, in lower case; a manifest that names none of it says nothing."""


class ManifestText:
    """The text of the manifest at `filename` (absolute, forward slashes), without byte order mark.

    Lines end with LF, CRLF or CR; columns count characters. `unsaved` holds the texts of manifests
    that are not to be read from disk, by filename.
    """

    __slots__ = ("_line_starts", "filename", "text", "unsaved")

    def __init__(self, filename: str, text: str, unsaved: Mapping[str, str] = _ON_DISK) -> None:
        self.filename = filename
        self.text = text
        self.unsaved = unsaved
        self._line_starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    @property
    def names_subject(self) -> bool:
        """Whether any of `SUBJECTS` occurs in the text, so that the format's reader is worth it."""
        text = self.text.lower()
        return any(subject in text for subject in SUBJECTS)

    def offset(self, row: int, column: int) -> int:
        """The offset of the character at a row and column that count from 1."""
        return self._line_starts[row - 1] + column - 1

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from offset `start` up to, not including, `end`."""
        return Place(self.filename, Span(self._position(start), self._position(end)))

    def included(self, filename: str) -> ManifestText | Problem:
        """Another manifest, that this one includes."""
        return load(filename, self.unsaved)

    def lines(self) -> list[tuple[int, str]]:
        """Each line with the offset at which it starts, without its line end."""
        ends = [end.start() for end in _LINE_END.finditer(self.text)] + [len(self.text)]
        starts = self._line_starts
        return [(start, self.text[start:end]) for start, end in zip(starts, ends, strict=True)]

    def _position(self, offset: int) -> Position:
        row = bisect_right(self._line_starts, offset)
        return Position(row, offset - self._line_starts[row - 1] + 1)


def load(filename: str, unsaved: Mapping[str, str] = _ON_DISK) -> ManifestText | Problem:
    """Read and decode the manifest at `filename`; what prevents it comes back as a `Problem`.

    `unsaved` has the texts of manifests that are not to be read from disk.
    """
    if (text := unsaved.get(filename)) is not None:
        return ManifestText(filename, text, unsaved)
    source = load_source(filename)
    if isinstance(source, Problem):
        return source
    return ManifestText(filename, source.text, unsaved)


def load_source(filename: str) -> Source | Problem:
    """Read and decode the manifest at `filename`, so that a changed text can be encoded again."""
    try:
        data = disk.read_bytes(filename)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        message = f"`{Path(filename).name}` cannot be read: {reason}."
        return Problem(ProblemKind.UNREADABLE, Place(filename, FILE_START), message)
    return decode(filename, data)


def decode(filename: str, data: bytes) -> Source | Problem:
    """Decode by the byte order mark, pip's coding comment in the first two lines, or as UTF-8."""
    encoding, body, has_bom = "utf-8", data, False
    for marked, mark in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            encoding, body, has_bom = marked, data[len(mark) :], True
            break
    else:
        for line in () if filename.endswith(".toml") else data.split(b"\n", 2)[:2]:
            if coding := _CODING.match(line):
                encoding = coding.group(1).decode("ascii")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        start = Position(row, 1)
        message = f"`{Path(filename).name}` is not {encoding.upper()}: line {row} does not decode."
        return Problem(ProblemKind.UNREADABLE, Place(filename, Span(start, start)), message)
    except (LookupError, UnicodeError):  # of codecs such as "undefined", which are not for text
        message = f"`{Path(filename).name}` names an unknown encoding, {encoding}."
        return Problem(ProblemKind.UNREADABLE, Place(filename, FILE_START), message)
    newline = _LINE_END.search(text)
    return Source(filename, text, encoding, has_bom, newline[0] if newline else "\n")
