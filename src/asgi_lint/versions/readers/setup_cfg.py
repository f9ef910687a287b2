"""`setup.cfg`: the requirements that setuptools reads from its `options` sections.

configparser decides whether the file is valid, but keeps no places: `options` finds the lines of
each value by the same rules.
"""

from __future__ import annotations

import configparser
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.versions import disk
from asgi_lint.versions.readers import pep508, requirements_txt
from asgi_lint.versions.requirements import (
    Comment,
    Problem,
    ProblemKind,
    Reading,
    Requirement,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_SECTION = re.compile(r"\[(?P<name>.+)\]")
_OPTION = re.compile(r"(?P<name>.*?)\s*[=:]\s*(?P<value>.*)$")
_FILES = "file:"

_Item = Requirement | Comment | Problem


class Line(NamedTuple):
    """A line of a value, stripped, and the offset at which it starts."""

    offset: int
    text: str


class Option(NamedTuple):
    """An option with the lines of its value; the first is what stands behind its name."""

    section: str
    name: str
    lines: list[Line]


def read(manifest: ManifestText) -> Reading:
    """Read every requirement; a file that names neither Starlette nor FastAPI is only validated."""
    if problem := _problem(manifest):
        return Reading(problems=(problem,))
    if not manifest.names_subject and _FILES not in manifest.text:
        return Reading()
    items: list[_Item] = list(requirements_txt.comments(manifest))
    for option in options(manifest):
        group = _group(option)
        if group is not None:
            items.extend(_requirements(manifest, option, group))
    return reading_of(items)


def options(manifest: ManifestText) -> Iterator[Option]:
    """The options of a valid file in order, as configparser's `RawConfigParser` takes them.

    A line that is indented more than the option's own goes on with its value, and a comment has
    a line of its own. Empty lines are left out.
    """
    section, option, indent = "", None, 0
    for offset, line in manifest.lines():
        text = line.strip()
        if not text or text.startswith(("#", ";")):
            continue
        margin = len(line) - len(line.lstrip())
        if option and margin > indent:
            option.lines.append(Line(offset + margin, text))
            continue
        if option:
            yield option
        option, indent = None, margin
        if header := _SECTION.match(text):
            section = header["name"]
        elif pair := _OPTION.match(text):
            first = Line(offset + margin + pair.start("value"), pair["value"])
            option = Option(section, pair["name"], [first])
    if option:
        yield option


def _problem(manifest: ManifestText) -> Problem | None:
    """What configparser has against the file, if anything."""
    lines = manifest.lines()
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_file([line for _, line in lines])
    except configparser.Error as error:
        row, wrong = _described(error)
        offset, line = lines[min(max(row, 1), len(lines)) - 1]
        name = PurePosixPath(manifest.filename).name
        place = manifest.place(offset, offset + len(line))
        return Problem(ProblemKind.UNPARSABLE, place, f"`{name}` is not valid: {wrong}.")
    return None


def _described(error: configparser.Error) -> tuple[int, str]:
    match error:
        case configparser.MissingSectionHeaderError():
            return error.lineno, "this line stands before the first section"
        case configparser.DuplicateSectionError():
            return error.lineno or 1, f"there are two sections `{error.section}`"
        case configparser.DuplicateOptionError():
            return error.lineno or 1, f"`{error.section}` has two options `{error.option}`"
        case configparser.ParsingError():
            return error.errors[0][0], "this line is neither a section nor an option"
        case _:
            return 1, "configparser cannot read it"


def _group(option: Option) -> str | None:
    """The group that the option's requirements belong to, None if it holds none."""
    match option.section, option.name.replace("-", "_"):
        case "options", "install_requires":
            return ""
        case "options", "tests_require":
            return "test"
        case "options.extras_require", _:
            return option.name
        case _:
            return None


def _requirements(manifest: ManifestText, option: Option, group: str) -> Iterator[_Item]:
    first = option.lines[0]
    if first.text.startswith(_FILES):
        yield from _included(manifest, first)
    elif len(option.lines) > 1:
        for line in option.lines:
            yield from _requirement(manifest, line, group)
    else:
        start = first.offset
        for part in first.text.split(";"):
            yield from _requirement(manifest, Line(start, part), group)
            start += len(part) + 1


def _requirement(manifest: ManifestText, line: Line, group: str) -> Iterator[_Item]:
    """Read one line; setuptools takes ` #` for the start of a comment."""
    text = line.text.partition(" #")[0]
    offset = line.offset + len(text) - len(text.lstrip())
    text = text.strip()
    if not text or text.startswith("%("):
        return  # an interpolated option is read where it stands itself
    try:
        yield pep508.requirement(text, manifest, offset, group=group)
    except ValueError as error:
        place = manifest.place(offset, offset + len(text))
        yield Problem(ProblemKind.UNPARSABLE, place, str(error))


def _included(manifest: ManifestText, line: Line) -> Iterator[_Item]:
    """What the files of `file: requirements.txt, more.txt` hold."""
    for part in line.text.removeprefix(_FILES).split(","):
        path = Path(os.path.normpath(Path(manifest.filename).parent / part.strip()))
        if not disk.is_file(path.as_posix()):
            place = manifest.place(line.offset, line.offset + len(line.text))
            message = f"`{line.text}` includes a file that does not exist."
            yield Problem(ProblemKind.UNREADABLE, place, message)
            continue
        text = manifest.included(path.as_posix())
        if isinstance(text, Problem):
            yield text
            continue
        reading = requirements_txt.read(text)
        yield from reading.requirements
        yield from reading.problems
