"""`pixi.toml`, and the same tables below `tool.pixi` of `pyproject.toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgi_lint.versions.readers import toml_pairs
from asgi_lint.versions.readers.toml import at, opened
from asgi_lint.versions.requirements import (
    Comment,
    Problem,
    Reading,
    Requirement,
    Style,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.toml_places import Path, TomlPlaces

_TABLES = (
    ("dependencies", Style.PIXI),
    ("host-dependencies", Style.PIXI),
    ("run-dependencies", Style.PIXI),
    ("pypi-dependencies", Style.PIPFILE),
)
_SYSTEMS = (("win", "win32"), ("osx", "darwin"), ("linux", "linux"))
"""How the names of pixi's targets begin, and Python's name for the same platform."""


def read(manifest: ManifestText) -> Reading:
    """Read every table; a file that names neither Starlette nor FastAPI is only validated."""
    document = opened(manifest)
    if isinstance(document, Reading):
        return document
    values, places, comments = document
    items: list[Requirement | Comment | Problem] = [*comments]
    items.extend(requirements(manifest, places, values))
    return reading_of(items)


def requirements(
    manifest: ManifestText, places: TomlPlaces, values: dict[str, Any], above: Path = ()
) -> Iterator[Requirement | Problem]:
    """Read the tables of the workspace and its features below `above`, each with its targets."""
    for path, group in _parts(values, above):
        for start, condition in _targets(values, path):
            for name, style in _TABLES:
                table = toml_pairs.Table((*start, name), style, group, condition)
                yield from toml_pairs.requirements(manifest, places, values, table)


def _parts(values: dict[str, Any], above: Path) -> Iterator[tuple[Path, str]]:
    """The workspace itself and each of its features, with the group that it stands for."""
    yield above, ""
    features = at(values, *map(str, above), "feature")
    for feature in features if isinstance(features, dict) else ():
        yield (*above, "feature", feature), feature


def _targets(values: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """A part for every platform and for single ones, with the marker that says so."""
    yield path, ""
    targets = at(values, *map(str, path), "target")
    for target in targets if isinstance(targets, dict) else ():
        yield (*path, "target", target), _condition(target)


def _condition(target: str) -> str:
    for prefix, system in _SYSTEMS:
        if target.startswith(prefix):
            return f"sys_platform == '{system}'"
    return ""
