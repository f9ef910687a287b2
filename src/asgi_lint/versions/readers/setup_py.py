"""`setup.py`: the requirements that stand in it as literals.

It is parsed, never run. What a program computes, reads from a file or decides at run time is not
known from here and says nothing.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker

from asgi_lint.comments import python_comments
from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.versions import bounded
from asgi_lint.versions.readers import pep508
from asgi_lint.versions.requirements import (
    Comment,
    Problem,
    ProblemKind,
    Reading,
    Requirement,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.setup_program import Literal, Value

_LINE = re.compile(r"[^\r\n]+")


def read(manifest: ManifestText) -> Reading:
    """Read what is given to `setup`; a file that names neither subject is not parsed.

    A file with a syntax error yields nothing: like every Python file it is reported for that where
    it is analysed.
    """
    if not manifest.names_subject or "setup" not in manifest.text:
        return Reading()
    items: list[Requirement | Comment | Problem] = []
    for row, column, text in python_comments(manifest.text):
        start = manifest.offset(row, column)
        items.append(Comment(manifest.place(start, start + len(text)), text))
    found: list[Requirement | Problem] = []
    with suppress(RecursionError):
        with_deep_stack(lambda: found.extend(_requirements(manifest)))
    # What several lists share is what the first of them makes of it: run time before extras.
    items.extend({each.place: each for each in reversed(found)}.values())
    return reading_of(sorted(items, key=lambda item: item.place.span))


def _requirements(manifest: ManifestText) -> Iterator[Requirement | Problem]:
    from asgi_lint.versions.readers.setup_program import setup_calls

    for arguments in setup_calls(manifest):
        yield from _stated(manifest, "", arguments.get("install_requires"))
        yield from _stated(manifest, "test", arguments.get("tests_require"))
        extras = arguments.get("extras_require")
        for name, value in extras.items() if isinstance(extras, dict) else ():
            group, _, condition = name.partition(":")
            yield from _conditional(_stated(manifest, group, value), condition)


def _stated(manifest: ManifestText, group: str, value: Value) -> Iterator[Requirement | Problem]:
    """The requirements in a list of texts, or in one text with a line for each."""
    match value:
        case None | dict():
            return
        case tuple():
            for each in value:
                yield from _stated(manifest, group, each)
        case _:
            for line in _LINE.finditer(value.text):
                yield from _line(manifest, group, value, line)


def _line(
    manifest: ManifestText, group: str, literal: Literal, line: re.Match[str]
) -> Iterator[Requirement | Problem]:
    """Read one line; setuptools takes ` #` for the start of a comment."""
    said = line.group().partition(" #")[0]
    text = said.strip()
    if not text or text.startswith("#"):
        return
    place, offset, written_as = manifest.place(literal.start, literal.end), literal.start, None
    if literal.inside is None:
        written_as = place
    else:
        offset = literal.inside + line.start() + len(said) - len(said.lstrip())
        place = manifest.place(offset, offset + len(text))
    try:
        yield pep508.requirement(text, manifest, offset, group=group, written_as=written_as)
    except ValueError as error:
        yield Problem(ProblemKind.UNPARSABLE, place, str(error))


def _conditional(
    items: Iterable[Requirement | Problem], condition: str
) -> Iterator[Requirement | Problem]:
    """The same under a marker: setuptools takes one after the colon of an extra's name."""
    for item in items:
        if not condition or isinstance(item, Problem):
            yield item
            continue
        text = f"({item.marker}) and ({condition})" if item.marker else condition
        try:
            yield replace(item, marker=bounded.marker(text))
        except InvalidMarker:
            wrong = f"`{condition}` is not an environment marker."
            yield Problem(ProblemKind.UNPARSABLE, item.place, wrong)
