"""The tables of `pyproject.toml` in which Poetry states requirements (`starlette = "^0.20"`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from asgi_lint.versions import bounded
from asgi_lint.versions.clauses import poetry_specifiers
from asgi_lint.versions.readers.toml import at
from asgi_lint.versions.requirements import Problem, ProblemKind, Requirement, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.toml_places import Path, TomlPlaces


def requirements(
    manifest: ManifestText, places: TomlPlaces, values: dict[str, Any]
) -> Iterator[Requirement | Problem]:
    """Read the main table, every group's, and the older `dev-dependencies`."""
    tables: list[tuple[Path, str]] = [
        (("tool", "poetry", "dependencies"), ""),
        (("tool", "poetry", "dev-dependencies"), "dev"),
    ]
    groups = at(values, "tool", "poetry", "group")
    tables.extend(
        (("tool", "poetry", "group", group, "dependencies"), group)
        for group in (groups if isinstance(groups, dict) else ())
    )
    for path, group in tables:
        table = at(values, *map(str, path))
        for name, entry in table.items() if isinstance(table, dict) else ():
            if name != "python":
                yield from _entries(manifest, places, (*path, name), entry, group)


def _entries(
    manifest: ManifestText, places: TomlPlaces, path: Path, entry: object, group: str
) -> Iterator[Requirement | Problem]:
    """One name's requirement: a text, a table, or an array of either (multiple constraints)."""
    match entry:
        case str():
            yield _requirement(manifest, places, path, path, {"version": entry}, group)
        case dict():
            yield _requirement(manifest, places, path, (*path, "version"), entry, group)
        case list():
            for index, each in enumerate(entry):
                yield from _entries(manifest, places, (*path, index), each, group)
        case _:
            yield _problem(manifest, places, path, f"`{path[-1]}` is not a version requirement.")


def _requirement(
    manifest: ManifestText,
    places: TomlPlaces,
    path: Path,
    version_path: Path,
    table: dict[str, Any],
    group: str,
) -> Requirement | Problem:
    version = table.get("version")
    text = version if isinstance(version, str) else ""
    try:
        specifier, *alternatives = poetry_specifiers(text)
        marker = _marker(table)
    except ValueError as error:
        return _problem(manifest, places, path, f"{error}.")
    start, end = places.pair(path) or (0, 0)
    inside = places.string(version_path, text) if version is not None else None
    literal = inside or places.value(version_path) or (end, end)
    name = next(str(part) for part in reversed(path) if isinstance(part, str))
    extras = table.get("extras")
    return Requirement(
        name=canonicalize_name(name),
        specifier=specifier,
        place=manifest.place(start, end),
        specifier_place=manifest.place(*literal),
        text=manifest.text[start:end],
        specifier_text=text,
        style=Style.UNVERSIONED if version is None else Style.POETRY,
        extras=frozenset(map(str, extras)) if isinstance(extras, list) else frozenset(),
        marker=marker,
        group=group or ("optional" if table.get("optional") is True else ""),
        alternatives=tuple(alternatives),
        is_rewritable=inside is not None,
    )


def _marker(table: dict[str, Any]) -> Marker | None:
    """A table's `python`, `platform` and `markers` as one marker; ValueError if one is wrong."""
    conditions = []
    if isinstance(python := table.get("python"), str):
        specifiers = [list(each) for each in poetry_specifiers(python)]
        if all(specifiers):
            conditions.append(" or ".join(map(_python_condition, specifiers)))
    if isinstance(platform := table.get("platform"), str):
        conditions.append(f"sys_platform == {platform!r}")
    if isinstance(markers := table.get("markers"), str):
        conditions.append(markers)
    if not conditions:
        return None
    text = " and ".join(f"({condition})" for condition in conditions)
    try:
        return bounded.marker(text)
    except InvalidMarker as error:
        raise ValueError(f"`{text}` is not an environment marker") from error


def _python_condition(clauses: list[Any]) -> str:
    return " and ".join(f"python_full_version {c.operator} '{c.version}'" for c in clauses)


def _problem(manifest: ManifestText, places: TomlPlaces, path: Path, message: str) -> Problem:
    start, end = places.pair(path) or (0, 0)
    return Problem(ProblemKind.UNPARSABLE, manifest.place(start, end), message)
