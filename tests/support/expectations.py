"""The diagnostics that a small project expects, written as comments at their lines.

`# error: [ASG201]` at the end of a line stands for one diagnostic that begins on that line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_COMMENT = re.compile(r"[ \t]*#[ \t]*(?P<severity>error|warning|note): \[(?P<code>ASG\d{3})\]")


class Expectation(NamedTuple):
    """One diagnostic, as far as a comment tells; `filename` is relative, with forward slashes."""

    filename: str
    row: int
    severity: str
    code: str


def expectations_in(folder: Path) -> list[Expectation]:
    """What the comments in a folder's files say, sorted; `expected.txt`, a snapshot, is left out.

    Files below a folder `variants` are left out too: they belong to projects of their own.
    """
    found: list[Expectation] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.name != "expected.txt" and name.parts[0] != "variants":
            found += expectations(path.read_bytes().decode(errors="replace"), name.as_posix())
    return sorted(found)


def expectations(text: str, filename: str) -> list[Expectation]:
    """What the comments in one file's text say."""
    return [
        Expectation(filename, row, comment["severity"], comment["code"])
        for row, line in enumerate(text.split("\n"), start=1)
        for comment in _COMMENT.finditer(line)
    ]


def strip_expectations(text: str) -> str:
    """The text without its expectation comments and the blanks before them."""
    return _COMMENT.sub("", text)
