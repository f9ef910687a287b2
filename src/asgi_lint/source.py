"""One file's text: which encoding it is in, how its lines end, and why it cannot be read.

A file is read once, as bytes. What stops us from reading it is a value like any other, so that
the rest of the run goes on.
"""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from asgi_lint.diagnostics import FILE_START, Position, Span
from asgi_lint.reading import read_regular

NEWLINE = re.compile(r"\r\n|\r|\n")
"""What ends a line of Python. `str.splitlines` knows more endings, such as a form feed."""

BYTE_ORDER_MARKS = {
    "utf-8": codecs.BOM_UTF8,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
"""The byte order mark of each encoding that has one; UTF-16's begins like UTF-32's."""


@dataclass(frozen=True)
class Source:
    """The decoded text of one file.

    `filename` is absolute, with forward slashes. `text` has no byte order mark and keeps its line
    endings. `encoding` is a codec's name, such as "utf-8". `newline` is the first line ending in
    the file, "\\n" when it has none.
    """

    filename: str
    text: str
    encoding: str = "utf-8"
    has_bom: bool = False
    newline: str = "\n"

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The text of each line without its ending; row 1 is `lines[0]`."""
        return tuple(split_lines(self.text))

    def line(self, row: int) -> str:
        """The text of the line at `row` (from 1) without its ending; "" past the last row."""
        return self.lines[row - 1] if 1 <= row <= len(self.lines) else ""

    def encode(self, text: str) -> bytes:
        """The bytes to write for a changed text: this file's encoding and byte order mark.

        Raises UnicodeEncodeError for a character that the encoding lacks.
        """
        mark = BYTE_ORDER_MARKS[self.encoding] if self.has_bom else b""
        return mark + text.encode(self.encoding)


class ProblemKind(Enum):
    """`UNREADABLE`: there are no bytes to look at. `UNDECODABLE`: the bytes are not text."""

    UNREADABLE = "unreadable"
    UNDECODABLE = "undecodable"


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Why a file has no `Source`. `message` is one sentence; `span` is where the reason lies."""

    filename: str
    kind: ProblemKind
    message: str
    span: Span = FILE_START


def read_source(path: str | os.PathLike[str]) -> Source | SourceProblem:
    """Read and decode one file; never raises for what the file system or the file holds."""
    data = read_bytes(path)
    return decode_source(data, absolute_filename(path)) if isinstance(data, bytes) else data


def read_bytes(path: str | os.PathLike[str]) -> bytes | SourceProblem:
    """The bytes of one file, or why there are none; only a regular file is read."""
    try:
        return read_regular(path)
    except (OSError, ValueError) as error:
        message = f"The file cannot be read: {_reason(path, error)}."
        return SourceProblem(absolute_filename(path), ProblemKind.UNREADABLE, message)


def decode_source(data: bytes, filename: str) -> Source | SourceProblem:
    """Decode a file's bytes as Python would: byte order mark, PEP 263 cookie, else UTF-8."""
    has_bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if has_bom else data
    cookie = _find_cookie(body)
    declared = cookie.name if cookie else "utf-8"
    span = cookie.span if cookie else FILE_START

    def undecodable(message: str, span: Span) -> SourceProblem:
        return SourceProblem(filename, ProblemKind.UNDECODABLE, message, span)

    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return undecodable("The file is in UTF-16, which Python does not take for source.", span)
    if (nul := body.find(b"\0")) != -1:
        place = _place(body, nul, "latin-1")
        message = f"Row {place.start.row} holds a NUL byte, so this is a binary file, not source."
        return undecodable(message, place)
    try:
        encoding = codecs.lookup(declared).name
    except LookupError:
        return undecodable(f'The file declares an unknown encoding, "{declared}".', span)
    if has_bom and encoding != "utf-8":
        message = f'The file has a UTF-8 byte order mark but declares the encoding "{declared}".'
        return undecodable(message, span)
    try:
        text = body.decode(encoding)
        text.encode(
            "utf-8"
        )  # "unicode_escape" can yield half of a surrogate pair, which is no text
    except UnicodeDecodeError as error:
        place = _place(body, error.start, encoding)
        message = f"Row {place.start.row} holds bytes that are not {encoding}: {_remedy(declared)}."
        return undecodable(message, place)
    except (LookupError, UnicodeError):  # "rot13" is a codec, but not of text; nor is "undefined"
        return undecodable(f'The declared encoding "{declared}" is not one for text.', span)
    newline = NEWLINE.search(text)
    return Source(filename, text, encoding, has_bom, newline[0] if newline else "\n")


def absolute_filename(path: str | os.PathLike[str]) -> str:
    """The absolute path with forward slashes; symbolic links stay as they are."""
    # os.path and not pathlib: this runs for every file, and Path.resolve would follow links.
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100


def split_lines(text: str) -> list[str]:
    """The lines of `text` without their endings; a final line ending begins one more, empty."""
    return NEWLINE.split(text) if "\r" in text else text.split("\n")


@dataclass(frozen=True, slots=True)
class _Cookie:
    name: str
    span: Span


_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#|$)", re.ASCII)
_TWO_LINES = re.compile(rb"([^\r\n]*)(?:\r\n|\r|\n)?([^\r\n]*)")


def _find_cookie(body: bytes) -> _Cookie | None:
    """The encoding declared in the first two lines; the second counts below a blank or comment.

    `tokenize.detect_encoding` is not used: its answer for a Latin-1 comment differs between
    releases of Python, and it does not take a lone carriage return for a line ending.
    """
    first_two = _TWO_LINES.match(body)
    for row, line in enumerate(first_two.groups() if first_two else (), start=1):
        if cookie := _COOKIE.match(line):
            # What stands before the cookie may be anything; as Latin-1 it has one column a byte.
            start, end = cookie.span(1)
            span = Span(Position(row, start + 1), Position(row, end + 1))
            return _Cookie(_normal_name(cookie[1].decode("ascii")), span)
        if not _BLANK.match(line):
            return None
    return None


def _normal_name(name: str) -> str:
    """Without the line-ending suffix that Emacs allows, as in "utf-8-unix" (see `tokenize`)."""
    lowered = name.lower().replace("_", "-")
    if f"{lowered}-".startswith("utf-8-"):
        return "utf-8"
    if f"{lowered}-".startswith(("latin-1-", "iso-8859-1-", "iso-latin-1-")):
        return "iso-8859-1"
    return name


def _remedy(declared: str) -> str:
    if declared == "utf-8":
        return 'save it as UTF-8, or declare its encoding, such as "# coding: latin-1"'
    return "correct the declared encoding, or save the file in it"


def _place(body: bytes, offset: int, encoding: str) -> Span:
    """The character at a byte offset."""
    lines = re.split(rb"\r\n|\r|\n", body[:offset])
    row, column = len(lines), len(lines[-1].decode(encoding, errors="replace")) + 1
    return Span(Position(row, column), Position(row, column + 1))


def _reason(path: str | os.PathLike[str], error: OSError | ValueError) -> str:
    match error:
        case FileNotFoundError():
            return "it does not exist"
        case _ if os.path.isdir(path):  # noqa: PTH112 (Windows says "permission denied")
            return "it is a folder"
        case PermissionError():
            return "permission denied"
        case OSError(strerror=str(reason)):
            return reason.lower()
        case _:
            return "its name holds a NUL character"
