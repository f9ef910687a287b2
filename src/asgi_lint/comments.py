"""The comments of Python files, TOML files and requirement files.

The scanners look for `#` outside strings and nothing else, so they also work on a file with
syntax errors and on syntax that is newer than the running Python, where `tokenize` gives up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.source import NEWLINE, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


class Comment(NamedTuple):
    """One comment, from its `#` to the end of the line; `row` and `column` from 1."""

    row: int
    column: int
    text: str


def python_comments(text: str) -> Iterator[Comment]:
    """The comments of a Python module, in order."""
    return _with_rows(text, _python_offsets(text))


def toml_comments(text: str) -> Iterator[Comment]:
    """The comments of a TOML document, in order."""
    offsets = (m.span() for m in _TOML_TOKEN.finditer(text) if m["comment"] is not None)
    return _with_rows(text, offsets)


def requirements_comments(text: str) -> Iterator[Comment]:
    """The comments of a requirements file: as for pip, `#` counts at a line's start or a blank."""
    for row, line in enumerate(split_lines(text), start=1):
        if found := _REQUIREMENTS_COMMENT.search(line):
            yield Comment(row, found.start() + 1, found[0])


_REQUIREMENTS_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.DOTALL)

# An unclosed string ends with its line, an unclosed multi-line string with the document.
_TOML_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\r\n]* )
    | \"{3} (?: \\. | (?!\"{3}). )* (?: \"{3,5} | \Z )
    | '{3} (?: (?!'{3}). )* (?: '{3,5} | \Z )
    | " (?: \\[^\r\n] | [^"\\\r\n] )* "?
    | ' [^'\r\n]* '?
    """,
    re.VERBOSE | re.DOTALL,
)

# Where code is read: comments, the openings of strings, and the brackets that a replacement field
# of an f-string must count. The prefix is at most two letters, so a name is never read twice.
_CODE_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\r\n]* )
    | (?P<prefix> (?<!\w)[A-Za-z]{1,2} )? (?P<quote> \"{3} | '{3} | " | ' )
    | (?P<mark> [\[({})\]:] )
    """,
    re.VERBOSE,
)
_STRING_REST = {
    '"': re.compile(r'(?:\\\r\n|\\.|[^"\\\r\n])*"?', re.DOTALL),
    "'": re.compile(r"(?:\\\r\n|\\.|[^'\\\r\n])*'?", re.DOTALL),
    '"""': re.compile(r'(?:\\.|(?!""").)*(?:"""|\Z)', re.DOTALL),
    "'''": re.compile(r"(?:\\.|(?!''').)*(?:'''|\Z)", re.DOTALL),
}
# Literal text of an f-string, up to what ends it. A backslash does not escape a brace.
_LITERAL_TEXT = {
    '"': re.compile(r'(?:\\\r\n|\\[^{}]|\\(?=[{}])|\{\{|\}\}|[^"\\{}\r\n])*', re.DOTALL),
    "'": re.compile(r"(?:\\\r\n|\\[^{}]|\\(?=[{}])|\{\{|\}\}|[^'\\{}\r\n])*", re.DOTALL),
    '"""': re.compile(r'(?:\\[^{}]|\\(?=[{}])|\{\{|\}\}|(?!""")[^\\{}])*', re.DOTALL),
    "'''": re.compile(r"(?:\\[^{}]|\\(?=[{}])|\{\{|\}\}|(?!''')[^\\{}])*", re.DOTALL),
}
_SPEC_TEXT = {
    '"': re.compile(r'[^"{}\r\n]*'),
    "'": re.compile(r"[^'{}\r\n]*"),
    '"""': re.compile(r'(?:(?!""")[^{}])*', re.DOTALL),
    "'''": re.compile(r"(?:(?!''')[^{}])*", re.DOTALL),
}


class _Field:
    """A replacement field that is open: its f-string's quote and the brackets open inside it."""

    __slots__ = ("depth", "in_spec", "quote")

    def __init__(self, quote: str) -> None:
        self.quote = quote
        self.depth = 0
        self.in_spec = False


def _python_offsets(text: str) -> Iterator[tuple[int, int]]:
    """Where each comment begins and ends, as offsets into `text`."""
    fields: list[_Field] = []
    at = 0
    while token := _CODE_TOKEN.search(text, at):
        at = token.end()
        if token["comment"] is not None:
            yield token.span()
        elif quote := token["quote"]:
            if (token["prefix"] or "").lower().strip("r") in {"f", "t"}:
                at = _skip_literal(text, at, quote, fields)
            elif rest := _STRING_REST[quote].match(text, at):
                at = rest.end()
        elif fields:
            at = _step_in_field(text, at, token["mark"], fields)


def _step_in_field(text: str, at: int, mark: str, fields: list[_Field]) -> int:
    """Go on after a bracket or colon that stands in a replacement field."""
    field = fields[-1]
    if mark in "([{":
        field.depth += 1
    elif mark == ":":
        if field.depth == 0:
            field.in_spec = True
            return _skip_literal(text, at, field.quote, fields)
    elif field.depth:
        field.depth -= 1
    elif mark == "}":
        fields.pop()
        return _skip_literal(text, at, field.quote, fields)
    return at


def _skip_literal(text: str, at: int, quote: str, fields: list[_Field]) -> int:
    """Skip an f-string's literal text or format specification up to where code is read again."""
    while True:
        in_spec = bool(fields) and fields[-1].in_spec
        literal = (_SPEC_TEXT if in_spec else _LITERAL_TEXT)[quote].match(text, at)
        at = literal.end() if literal else at
        match text[at : at + 1]:
            case "{":
                fields.append(_Field(quote))
                return at + 1
            case "}" if in_spec:
                fields.pop()
                at += 1
            case "}":  # not paired: an error in the file, of no interest here
                at += 1
            case _:
                return _leave_string(text, at, quote, fields, in_spec=in_spec)


def _leave_string(text: str, at: int, quote: str, fields: list[_Field], *, in_spec: bool) -> int:
    """Go past the closing quote; a line or file that ends before it closes the string too."""
    if in_spec:  # the string ended inside a format specification: its field is over as well
        fields.pop()
    return at + len(quote) if text.startswith(quote, at) else at


def _with_rows(text: str, offsets: Iterator[tuple[int, int]]) -> Iterator[Comment]:
    newlines = NEWLINE.finditer(text)
    newline = next(newlines, None)
    row, line_start = 1, 0
    for start, end in offsets:
        while newline and newline.end() <= start:
            row, line_start = row + 1, newline.end()
            newline = next(newlines, None)
        yield Comment(row, start - line_start + 1, text[start:end])
