"""`environment.yml`: conda's match specifications, and the requirements of its pip part."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from asgi_lint.versions.manifest_text import SUBJECTS
from asgi_lint.versions.readers import pep508, requirements_txt, yaml_places
from asgi_lint.versions.readers.notations import conda_specifiers
from asgi_lint.versions.readers.yaml_places import Scalar
from asgi_lint.versions.requirements import (
    Comment,
    Problem,
    ProblemKind,
    Reading,
    Requirement,
    Style,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_VERSION = r"(?:[=!~<>]=?=?)?\s*[^\s=,|<>!~()\[\]]+"
_SPEC = re.compile(
    rf"""
    \s* (?: [^\s\[\]]* : )?                      # the channel
    (?P<name> [A-Za-z0-9_][\w.-]* ) \s*
    (?P<version> {_VERSION} (?: \s* [,|] \s* {_VERSION} )* )?
    (?: \s* [\s=] \s* (?P<build> [^\s=,|<>!~()\[\]]+ ) )? \s*
    (?: \[ (?P<details> .* ) \] )? \s*
    """,
    re.VERBOSE | re.ASCII,
)
_DETAIL = re.compile(
    r"\bversion\s*=\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<bare>\S+))"
)
_SUBJECT = frozenset({"", "conda", "env", "environment"})

_Item = Requirement | Comment | Problem


def read(manifest: ManifestText) -> Reading:
    """Read the dependencies; a file that names neither Starlette nor FastAPI is not looked at."""
    if not manifest.names_subject:
        return Reading()
    document = yaml_places.document(manifest)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    words = re.split("[-_.]+", PurePosixPath(manifest.filename).stem.lower())
    group = "-".join(w for w in words if w not in _SUBJECT | requirements_txt.RUN_TIME)
    items: list[_Item] = list(requirements_txt.comments(manifest))
    for entry in yaml_places.items(yaml_places.at(document, "dependencies")):
        if isinstance(entry, Scalar):
            items.extend(_requirement(manifest, entry, group))
        for each in yaml_places.items(yaml_places.at(entry, "pip")):
            if isinstance(each, Scalar):
                items.extend(_pip_requirement(manifest, each, group))
    return reading_of(items)


def _requirement(manifest: ManifestText, entry: Scalar, group: str) -> Iterator[_Item]:
    """One match specification. Of other packages, those in a form not known here say nothing."""
    spec = _SPEC.fullmatch(entry.text)
    name = canonicalize_name(spec["name"]) if spec else ""
    if spec is None or (spec["version"] is None and spec["build"] is not None):
        if any(subject in entry.text.lower() for subject in SUBJECTS):
            yield _problem(manifest, entry, f"`{entry.text}` is not a match specification")
        return
    start, end = _version_span(spec)
    text = entry.text[start:end]
    try:
        specifier, *alternatives = conda_specifiers(text, has_build=spec["build"] is not None)
    except ValueError as error:
        if name in SUBJECTS:
            yield _problem(manifest, entry, str(error))
        return
    offset = yaml_places.inside(manifest, entry)
    place = manifest.place(entry.start, entry.end)
    if offset is not None:
        place = manifest.place(offset, offset + len(entry.text))
    yield Requirement(
        name=name,
        specifier=specifier,
        place=place,
        specifier_place=place if offset is None else manifest.place(offset + start, offset + end),
        text=entry.text,
        specifier_text=text,
        style=Style.CONDA,
        group=group,
        alternatives=tuple(alternatives),
        is_rewritable=offset is not None and spec["build"] is None,
    )


def _version_span(spec: re.Match[str]) -> tuple[int, int]:
    """Where the version part stands in the specification, in brackets or after the name."""
    if spec["details"] and (detail := _DETAIL.search(spec.string, *spec.span("details"))):
        return detail.span(detail.lastgroup or 0)
    if spec["version"]:
        return spec.span("version")
    return spec.end("name"), spec.end("name")


def _pip_requirement(manifest: ManifestText, entry: Scalar, group: str) -> Iterator[_Item]:
    offset = yaml_places.inside(manifest, entry)
    if offset is not None and "\n" not in entry.text:
        yield from requirements_txt.read_line(manifest, offset, entry.text, group)
        return
    place = manifest.place(entry.start, entry.end)
    try:
        text = entry.text.strip()
        yield pep508.requirement(text, manifest, entry.start, group=group, written_as=place)
    except ValueError as error:
        yield Problem(ProblemKind.UNPARSABLE, place, str(error))


def _problem(manifest: ManifestText, entry: Scalar, wrong: str) -> Problem:
    place = manifest.place(entry.start, entry.end)
    return Problem(ProblemKind.UNPARSABLE, place, f"{wrong}.")
