"""Lock files in TOML: `uv.lock`, `poetry.lock`, `pdm.lock` and PEP 751's `pylock.toml`.

All of them list the packages with a name and a version; only Starlette and FastAPI are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from asgi_lint.versions.readers.toml import at, values_of
from asgi_lint.versions.readers.toml_places import TomlPlaces
from asgi_lint.versions.requirements import (
    Comment,
    Kind,
    Problem,
    Reading,
    Requirement,
    Style,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_SUBJECTS = frozenset({"starlette", "fastapi"})


def read(manifest: ManifestText) -> Reading:
    """Read the locked releases of Starlette and FastAPI; each one's place is its version."""
    values = values_of(manifest)
    if isinstance(values, Problem):
        return Reading(problems=(values,))
    key = "packages" if isinstance(values.get("packages"), list) else "package"
    packages = at(values, key)
    entries = [
        (index, canonicalize_name(name), package)
        for index, package in enumerate(packages if isinstance(packages, list) else ())
        if isinstance(name := at(package, "name"), str) and canonicalize_name(name) in _SUBJECTS
    ]
    if not entries:
        return Reading()
    places = TomlPlaces(manifest.text)
    items: list[Requirement | Comment | Problem] = []
    for index, name, package in entries:
        items.extend(_locked(manifest, places, (key, index, "version"), name, package))
    return reading_of(items)


def _locked(
    manifest: ManifestText,
    places: TomlPlaces,
    path: tuple[str | int, ...],
    name: str,
    package: dict[str, object],
) -> Iterator[Requirement]:
    version = package.get("version")
    marker = package.get("marker")
    try:
        specifier = SpecifierSet(f"=={version}")
        condition = Marker(marker) if isinstance(marker, str) else None
    except (InvalidSpecifier, InvalidMarker):
        return  # a package without a release: a path or a repository
    literal = places.value(path) or (0, 0)
    pair = places.pair(path) or (0, 0)
    yield Requirement(
        name=name,
        specifier=specifier,
        place=manifest.place(*pair),
        specifier_place=manifest.place(*literal),
        text=f"{name} {version}",
        specifier_text=str(version),
        style=Style.LOCK,
        kind=Kind.LOCKED,
        marker=condition,
        is_rewritable=False,
    )
