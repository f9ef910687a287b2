"""A manifest's decoded text, and the way from an offset in it to a place."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from pathlib import Path

from asgi_lint.diagnostics import FILE_START, Place, Position, Span
from asgi_lint.versions.changing import CHANGING
from asgi_lint.versions.dependents import DEPENDENTS
from asgi_lint.versions.requirements import Problem, ProblemKind

_LINE_END = re.compile(r"\r\n|\r|\n")
_CODING = re.compile(rb"^#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


SUBJECTS = ("starlette", "fastapi", *DEPENDENTS, *CHANGING)
"""What requirements are read for, in lower case; a manifest that names none of it says nothing."""


class ManifestText:
    """The text of the manifest at `filename` (absolute, forward slashes), without byte order mark.

    Lines end with LF, CRLF or CR; columns count characters.
    """

    __slots__ = ("_line_starts", "filename", "text")

    def __init__(self, filename: str, text: str) -> None:
        self.filename = filename
        self.text = text
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

    def lines(self) -> list[tuple[int, str]]:
        """Each line with the offset at which it starts, without its line end."""
        ends = [end.start() for end in _LINE_END.finditer(self.text)] + [len(self.text)]
        starts = self._line_starts
        return [(start, self.text[start:end]) for start, end in zip(starts, ends, strict=True)]

    def _position(self, offset: int) -> Position:
        row = bisect_right(self._line_starts, offset)
        return Position(row, offset - self._line_starts[row - 1] + 1)


def load(filename: str) -> ManifestText | Problem:
    """Read and decode the manifest at `filename`; what prevents it comes back as a `Problem`."""
    try:
        data = Path(filename).read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        message = f"`{Path(filename).name}` cannot be read: {reason}."
        return Problem(ProblemKind.UNREADABLE, Place(filename, FILE_START), message)
    return decode(filename, data)


def decode(filename: str, data: bytes) -> ManifestText | Problem:
    """Decode by the byte order mark, pip's coding comment in the first two lines, or as UTF-8."""
    encoding, body = "utf-8", data
    for mark, marked in _MARKS:
        if data.startswith(mark):
            encoding, body = marked, data[len(mark) :]
            break
    else:
        for line in () if filename.endswith(".toml") else data.split(b"\n", 2)[:2]:
            if coding := _CODING.match(line):
                encoding = coding.group(1).decode("ascii")
    try:
        return ManifestText(filename, body.decode(encoding))
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        start = Position(row, 1)
        message = f"`{Path(filename).name}` is not {encoding.upper()}: line {row} does not decode."
        return Problem(ProblemKind.UNREADABLE, Place(filename, Span(start, start)), message)
    except LookupError:
        message = f"`{Path(filename).name}` names an unknown encoding, {encoding}."
        return Problem(ProblemKind.UNREADABLE, Place(filename, FILE_START), message)
