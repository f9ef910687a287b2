r"""A changed file as a unified diff: the bytes that `patch -p0` and `git apply -p0` take.

It is made of bytes since a file need not be UTF-8, and its lines end with `\n` alone since `patch`
knows no other end: a `\r` before it is a character of the line.
"""

from __future__ import annotations

import os
import re
from difflib import diff_bytes
from difflib import unified_diff as difflib_unified
from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import visible, well_formed
from asgi_lint.reporters.color import painter

if TYPE_CHECKING:
    from asgi_lint.reporters.color import Role

_HEADERS = 2
_ROLES: dict[str, Role] = {"@": "frame", "-": "removed", "+": "added"}
_NO_NEWLINE = b"\n\\ No newline at end of file\n"
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_QUOTED = re.compile(rb'[\x00-\x1f"\\\x7f]')


def unified_diff(path: str, before: bytes, after: bytes) -> bytes:
    """The difference between two contents of the file at `path`, which both headers name."""
    name = _header_name(os.fsencode(path))
    lines = diff_bytes(
        difflib_unified, _LINE.findall(before), _LINE.findall(after), name, name, lineterm=b"\n"
    )
    return b"".join(line if line.endswith(b"\n") else line + _NO_NEWLINE for line in lines)


def shown_diff(diff: bytes, *, color: bool) -> str:
    """The diff of one file for a terminal, which nothing in it can steer."""
    paint = painter(color=color)
    lines = diff.decode("utf-8", "replace").split("\n")[:-1]
    shown = [paint(_visible(line), _role(row, line)) for row, line in enumerate(lines)]
    return well_formed("".join(f"{line}\n" for line in shown))


def _visible(line: str) -> str:
    return "\t".join(map(visible, line.removesuffix("\r").split("\t")))


def _role(row: int, line: str) -> Role:
    if row < _HEADERS:
        return "message"
    return _ROLES.get(line[:1], "plain")


def _header_name(name: bytes) -> bytes:
    """A file's name as `patch` reads it: quoted like in C, or with a tab after one with a blank."""
    if _QUOTED.search(name):
        return b'"' + _QUOTED.sub(lambda found: b"\\%03o" % found[0][0], name) + b'"'
    return name + b"\t" if b" " in name else name
