"""A requirement that is a TOML pair (`fastapi = "==0.85.0"`), as in `Pipfile` and `pixi.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from asgi_lint.versions import bounded
from asgi_lint.versions.readers.notations import specifiers
from asgi_lint.versions.readers.toml import at
from asgi_lint.versions.requirements import Problem, ProblemKind, Requirement, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.toml_places import Path, TomlPlaces

_ELSEWHERE = frozenset({"editable", "file", "git", "hg", "path", "ref", "svn", "url"})


class Table(NamedTuple):
    """A table of requirements: where it stands, how versions are written, what it is for.

    `condition` is an environment marker that holds for all of it, empty for none.
    """

    path: Path
    style: Style
    group: str = ""
    condition: str = ""


def requirements(
    manifest: ManifestText, places: TomlPlaces, values: Mapping[str, object], table: Table
) -> Iterator[Requirement | Problem]:
    """Read one table of the document; what is no table holds nothing."""
    entries = at(values, *map(str, table.path))
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        yield _requirement(manifest, places, table, name, entry)


def _requirement(
    manifest: ManifestText, places: TomlPlaces, table: Table, name: str, entry: object
) -> Requirement | Problem:
    path = (*table.path, name)
    start, end = places.pair(path) or places.naming(path) or (0, 0)
    place = manifest.place(start, end)
    details = entry if isinstance(entry, dict) else {"version": entry}
    version_path = (*path, "version") if isinstance(entry, dict) else path
    text = details.get("version", "")
    if not isinstance(text, str):
        return Problem(ProblemKind.UNPARSABLE, place, f"`{name}` is not a version requirement.")
    try:
        specifier, *alternatives = specifiers(table.style, text)
        marker = _marker(table, details)
    except ValueError as error:
        return Problem(ProblemKind.UNPARSABLE, place, f"{error}.")
    inside = places.string(version_path, text)
    literal = inside or places.value(version_path) or (end, end)
    extras = details.get("extras")
    return Requirement(
        name=canonicalize_name(name),
        specifier=specifier,
        place=place,
        specifier_place=manifest.place(*literal),
        text=manifest.text[start:end],
        specifier_text=text,
        style=Style.UNVERSIONED if _ELSEWHERE.intersection(details) else table.style,
        extras=frozenset(map(str, extras)) if isinstance(extras, list) else frozenset(),
        marker=marker,
        group=table.group,
        alternatives=tuple(alternatives),
        is_rewritable=inside is not None,
    )


_VARIABLES = (
    "implementation_name",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_system",
    "python_full_version",
    "python_version",
    "sys_platform",
)


def _marker(table: Table, details: Mapping[str, object]) -> Marker | None:
    """A table's `markers`, and the variables that Pipenv takes as keys, as one marker."""
    conditions = [table.condition, *(details.get(key) for key in ("markers", "env-markers"))]
    conditions += [f"{key} {details[key]}" for key in _VARIABLES if key in details]
    conditions = [each for each in conditions if each and isinstance(each, str)]
    if not conditions:
        return None
    text = " and ".join(f"({condition})" for condition in conditions)
    try:
        return bounded.marker(text)
    except InvalidMarker as error:
        raise ValueError(f"`{text}` is not an environment marker") from error
