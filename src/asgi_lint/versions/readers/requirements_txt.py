"""Requirements and constraints files in pip's format, with the files that they include."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.versions import disk
from asgi_lint.versions.readers import pep508
from asgi_lint.versions.requirements import (
    Comment,
    Kind,
    Problem,
    ProblemKind,
    Reading,
    Requirement,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.DOTALL)
_LINE_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_INCLUDE = re.compile(r"(-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?=[^-\s]))(.*)")
_OPTIONS = re.compile(r"\s+--?[a-zA-Z]")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_LOCATION = re.compile(
    r"[./\\~]|[A-Za-z][A-Za-z0-9+.-]*:|[^\s;@]*[/\\]|[^\s;]+\.(whl|zip|tar\.gz)$"
)
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_SUBJECT = re.compile(r"(?:requirements|constraints)|[-_.]+")

RUN_TIME = frozenset({"", "app", "base", "common", "core", "lock", "main", "prod", "production"})
"""Words in a manifest's name that do not set its requirements apart from what is always needed."""

_Item = Requirement | Comment | Problem


class _Inclusion(NamedTuple):
    """Another file that is to be read where a line includes it."""

    manifest: ManifestText
    kind: Kind


class _Line(NamedTuple):
    """A logical line: continuations are blanked out, so an offset in it holds in the file."""

    offset: int
    text: str


def read(manifest: ManifestText) -> Reading:
    """Read a requirements file and everything that it includes with `-r` and `-c`."""
    return reading_of([*_with_included(manifest, _items(manifest, Kind.REQUIRED))])


def read_constraints(manifest: ManifestText) -> Reading:
    """Read a constraints file; what it names is limited by it, not required."""
    return reading_of([*_with_included(manifest, _items(manifest, Kind.CONSTRAINT))])


def read_line(manifest: ManifestText, offset: int, text: str, group: str = "") -> Iterator[_Item]:
    """Read one line in pip's format, which stands at `offset` of a manifest in another format."""
    for line in _said(_Line(offset, text)):
        yield from _with_included(manifest, _line_items(manifest, line, Kind.REQUIRED, group))


def comments(manifest: ManifestText) -> Iterator[Comment]:
    """Every comment: a `#` at the start of a line or after a blank begins one."""
    for offset, line in manifest.lines():
        if comment := _LINE_COMMENT.search(line):
            start, end = comment.span()
            yield Comment(manifest.place(offset + start, offset + end), comment.group())


def _with_included(manifest: ManifestText, items: Iterator[_Item | _Inclusion]) -> Iterator[_Item]:
    """The items with those of all included files in their place.

    A file is read once for each kind, however many lines include it, and not within itself.
    """
    seen: set[tuple[str, Kind]] = set()
    opened = [(manifest.filename, items)]
    while opened:
        item = next(opened[-1][1], None)
        if item is None:
            opened.pop()
        elif not isinstance(item, _Inclusion):
            yield item
        elif (key := (item.manifest.filename, item.kind)) not in seen:
            seen.add(key)
            if item.manifest.filename not in (name for name, _ in opened):
                opened.append((item.manifest.filename, _items(item.manifest, item.kind)))


def _items(manifest: ManifestText, kind: Kind) -> Iterator[_Item | _Inclusion]:
    group = _group(PurePosixPath(manifest.filename).stem)
    yield from comments(manifest)
    for line in _logical_lines(manifest):
        yield from _line_items(manifest, line, kind, group)


def _line_items(
    manifest: ManifestText, line: _Line, kind: Kind, group: str
) -> Iterator[_Item | _Inclusion]:
    if include := _INCLUDE.match(line.text):
        included_as = Kind.CONSTRAINT if include.group(1) in {"-c", "--constraint"} else kind
        yield from _included(manifest, line, include.group(2), included_as)
    elif not line.text.startswith("-"):
        yield from _requirement(manifest, line, kind, group)


def _group(stem: str) -> str:
    """What a file is for besides run time: `dev` for `requirements-dev.txt` and `dev.txt`."""
    words = [word for word in _SUBJECT.split(stem.lower()) if word not in RUN_TIME]
    return "-".join(words)


def _logical_lines(manifest: ManifestText) -> Iterator[_Line]:
    """Each line that says something, joined with its continuations, without its comment."""
    joined, first = "", 0
    for offset, line in manifest.lines():
        first = first if joined else offset
        joined = joined.ljust(offset - first) + line
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            joined = joined[:-1] + " "
            continue
        yield from _said(_Line(first, joined))
        joined = ""
    yield from _said(_Line(first, joined))


def _said(line: _Line) -> Iterator[_Line]:
    text = _COMMENT.sub("", line.text)
    if text.strip():
        indent = len(text) - len(text.lstrip())
        yield _Line(line.offset + indent, text.strip())


def _included(
    manifest: ManifestText, line: _Line, target: str, kind: Kind
) -> Iterator[Problem | _Inclusion]:
    """The file that a line includes. One behind a URL or a variable cannot be known from here."""
    target = target.strip().strip("\"'")
    if "://" in target or _VARIABLE.search(target):
        return
    place = manifest.place(line.offset, line.offset + len(line.text))
    path = Path(os.path.normpath(Path(manifest.filename).parent / target))
    if not disk.is_file(path.as_posix()):
        message = f"`{line.text}` includes a file that does not exist."
        yield Problem(ProblemKind.UNREADABLE, place, message)
        return
    text = manifest.included(path.as_posix())
    yield text if isinstance(text, Problem) else _Inclusion(text, kind)


def _requirement(manifest: ManifestText, line: _Line, kind: Kind, group: str) -> Iterator[_Item]:
    options = _OPTIONS.search(line.text)
    text = line.text[: options.start()] if options else line.text
    has_hashes = options is not None and "--hash" in line.text[options.start() :]
    name = _NAME.match(text)
    if _VARIABLE.search(text):
        if name:
            yield pep508.unversioned(name.group(), text, manifest, line.offset)
        return
    if _LOCATION.match(text):
        return
    try:
        yield pep508.requirement(
            text, manifest, line.offset, kind=kind, group=group, has_hashes=has_hashes
        )
    except ValueError as error:
        place = manifest.place(line.offset, line.offset + len(text))
        yield Problem(ProblemKind.UNPARSABLE, place, str(error))
