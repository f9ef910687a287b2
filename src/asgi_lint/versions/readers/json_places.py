"""The members of a JSON manifest's objects with the places where they stand."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from asgi_lint.versions.requirements import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Member(NamedTuple):
    """A key of an object and its value; offsets are those of the key's quote and of the value."""

    key: str
    value: Any
    key_start: int
    start: int
    end: int


def problem_with(manifest: ManifestText) -> Problem | None:
    """What keeps the document from being read, if anything does."""
    name = PurePosixPath(manifest.filename).name
    try:
        json.loads(manifest.text)
    except json.JSONDecodeError as error:
        offset, reason = error.pos, f"{error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        offset, reason = 0, "it is nested too deeply"
    except ValueError:  # Python converts no number of thousands of digits
        offset, reason = 0, "a number in it is too long"
    else:
        return None
    message = f"`{name}` is not valid JSON: {reason}."
    return Problem(ProblemKind.UNPARSABLE, manifest.place(offset, offset), message)


def members(text: str, offset: int = 0) -> Iterator[Member]:
    """The members of the object at `offset` of a valid document; none of any other value."""
    at = _after_blank(text, offset)
    if not text.startswith("{", at):
        return
    at = _after_blank(text, at + 1)
    while text[at] != "}":
        key, key_end = _DECODER.raw_decode(text, at)
        start = _after_blank(text, _after_blank(text, key_end) + 1)
        value, end = _DECODER.raw_decode(text, start)
        yield Member(key, value, at, start, end)
        at = _after_blank(text, end)
        if text[at] == ",":
            at = _after_blank(text, at + 1)


def _after_blank(text: str, offset: int) -> int:
    blank = _BLANK.match(text, offset)
    return blank.end() if blank else offset
