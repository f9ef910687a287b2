"""The tutorial taken apart: the files that it has its reader write, and the commands it shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
TERMINAL = "uvicorn"
"""The title of the blocks that show what the server prints."""

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Written:
    """A file as the reader writes it at this point."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A command, without its `$`, and what it prints; a line of dots stands for any lines."""

    command: str
    printed: str


def steps() -> list[Written | Entered]:
    """What the reader does, in its order."""
    found: list[Written | Entered] = []
    for language, title, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "console":
            first, *others = re.split(r"^\$ ", text, flags=re.MULTILINE)
            assert not first, f"a console block begins with a command: {first!r}"
            found += [Entered(*entry.split("\n", 1)) for entry in others]
        elif title != TERMINAL:
            found.append(Written(title, text))
    return found


def matches(printed: str, shown: str) -> bool:
    """Whether a program printed what is shown."""
    pattern = re.escape(shown).replace(re.escape("    ...\n"), r"(?:.*\n)+")
    return re.fullmatch(pattern, printed) is not None
