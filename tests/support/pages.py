"""Rule pages taken apart, the projects in them written to disk, and what a check says of those."""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from expectations import Expectation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECTIONS = (
    "What it reports",
    "Why it hurts",
    "Affected releases",
    "Example",
    "What to write instead",
    "Fix safety",
    "When to ignore it",
    "References",
)
"""The sections of every rule page, in their order."""

_INFO = re.compile(r'```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?(?P<fixed> fixed)?')


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block. One with a `title` is a file, `is_fixed` if after the rule's fix."""

    language: str
    title: str
    is_fixed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: the prose without its code, and the code blocks."""

    heading: str
    prose: str
    blocks: tuple[Block, ...]

    @property
    def files(self) -> dict[str, str]:
        """The project of the section: the text of each file by its name."""
        return {b.title: b.text for b in self.blocks if b.title and not b.is_fixed}

    @property
    def fixed(self) -> dict[str, str]:
        """The files as they are after the fix, by their name."""
        return {b.title: b.text for b in self.blocks if b.is_fixed}


@dataclass(frozen=True, slots=True)
class Page:
    """A rule page: its first line and its sections, in order."""

    title: str
    sections: tuple[Section, ...]

    def section(self, heading: str) -> Section:
        """The section with that heading; StopIteration if the page has none."""
        return next(section for section in self.sections if section.heading == heading)


def read_page(text: str) -> Page:
    """Take a page apart; ValueError for a code block that is not closed or oddly labelled."""
    lines = text.split("\n")
    sections: list[Section] = []
    heading, prose, blocks = "", list[str](), list[Block]()
    rest = iter(enumerate(lines[1:], start=2))
    for row, line in rest:
        if line.startswith("```"):
            blocks.append(_block(row, line, rest))
        elif line.startswith("## "):
            sections.append(Section(heading, "\n".join(prose), tuple(blocks)))
            heading, prose, blocks = line.removeprefix("## "), [], []
        else:
            prose.append(line)
    sections.append(Section(heading, "\n".join(prose), tuple(blocks)))
    return Page(lines[0], tuple(s for s in sections if s.heading or s.prose.strip() or s.blocks))


def _block(row: int, opening: str, rest: Iterator[tuple[int, str]]) -> Block:
    info = _INFO.fullmatch(opening)
    if info is None:
        raise ValueError(f"row {row}: cannot tell what {opening!r} opens")
    body: list[str] = []
    for _, line in rest:
        if line == "```":
            text = "".join(f"{each}\n" for each in body)
            return Block(info["language"], info["title"] or "", bool(info["fixed"]), text)
        body.append(line)
    raise ValueError(f"row {row}: the code block is not closed")


def write_project(files: dict[str, str], folder: Path) -> None:
    """Write a project's files; a `.git` folder keeps a check from looking at what lies above."""
    (folder / ".git").mkdir(parents=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def diagnostics_in(folder: Path) -> list[dict[str, Any]]:
    """What `asgi-lint check . --output-format json` prints in a folder."""
    from asgi_lint.cli import main

    with _inside(folder):
        result = CliRunner().invoke(main, ["check", ".", "--output-format", "json"])
    assert result.exit_code in (0, 1), result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def as_expectations(diagnostics: Iterable[dict[str, Any]]) -> list[Expectation]:
    """Diagnostics in the form that comments have, to compare the two."""
    return sorted(
        Expectation(d["filename"], d["location"]["row"], d["severity"], d["code"])
        for d in diagnostics
    )


def edits_of(diagnostics: Iterable[dict[str, Any]], code: str) -> dict[str, list[dict[str, Any]]]:
    """The edits of a rule's fixes by the file that they change, the last in the file first.

    An edit that several fixes have in common, such as an import, is there once.
    """
    by_file: dict[str, list[dict[str, Any]]] = {}
    for diagnostic in diagnostics:
        for edit in diagnostic["fix"]["edits"] if has_fix(diagnostic, code) else ():
            edits = by_file.setdefault(edit["filename"], [])
            if edit not in edits:
                edits.append(edit)
    for edits in by_file.values():
        edits.sort(key=lambda e: (e["location"]["row"], e["location"]["column"]), reverse=True)
    return by_file


def has_fix(diagnostic: dict[str, Any], code: str) -> bool:
    """Whether it is the rule's, and suggests a change."""
    return bool(diagnostic["code"] == code and diagnostic["fix"])


def apply_edits(text: str, edits: Iterable[dict[str, Any]]) -> str:
    """The text after edits that come in the order of `edits_of`."""
    for edit in edits:
        start, end = _offset(text, edit["location"]), _offset(text, edit["end_location"])
        text = text[:start] + edit["content"] + text[end:]
    return text


def _offset(text: str, location: dict[str, int]) -> int:
    before = text.split("\n")[: location["row"] - 1]
    return sum(len(line) + 1 for line in before) + location["column"] - 1


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
