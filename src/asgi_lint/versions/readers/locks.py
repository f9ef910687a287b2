"""Lock files in TOML: `uv.lock`, `poetry.lock`, `pdm.lock` and PEP 751's `pylock.toml`.

All of them list the packages with a name and a version; only Starlette and FastAPI are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker
from packaging.specifiers import InvalidSpecifier
from packaging.utils import canonicalize_name

from asgi_lint.versions import bounded
from asgi_lint.versions.manifest_text import SUBJECTS
from asgi_lint.versions.readers.toml import at, values_of
from asgi_lint.versions.readers.toml_places import TomlPlaces
from asgi_lint.versions.requirements import Kind, Problem, Reading, Requirement, Style

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place
    from asgi_lint.versions.manifest_text import ManifestText


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
        if isinstance(name := at(package, "name"), str) and canonicalize_name(name) in SUBJECTS
    ]
    if not entries:
        return Reading()
    places = TomlPlaces(manifest.text)
    found = []
    for index, name, package in entries:
        path = (key, index, "version")
        place = manifest.place(*(places.pair(path) or (0, 0)))
        version_place = manifest.place(*(places.value(path) or (0, 0)))
        marker = at(package, "marker")
        condition = marker if isinstance(marker, str) else None
        version = str(at(package, "version"))
        found.append(locked(name, version, place, version_place, marker=condition))
    return Reading(requirements=tuple(filter(None, found)))


def locked(
    name: str,
    version: str,
    place: Place,
    version_place: Place | None = None,
    *,
    marker: str | None = None,
    group: str = "",
) -> Requirement | None:
    """Make a package's locked release, None if it has none (a path or a repository)."""
    try:
        specifier = bounded.specifier_set(f"=={version}")
        condition = bounded.marker(marker) if marker else None
    except (InvalidSpecifier, InvalidMarker):
        return None
    name = canonicalize_name(name)
    return Requirement(
        name=name,
        specifier=specifier,
        place=place,
        specifier_place=version_place or place,
        text=f"{name} {version}",
        specifier_text=version,
        style=Style.LOCK,
        kind=Kind.LOCKED,
        marker=condition,
        group=group,
        is_rewritable=False,
    )
