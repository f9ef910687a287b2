"""The known releases of Starlette and FastAPI, and which Starlette each FastAPI requires.

The data stands in `data/`, is as old as `as_of` says, and is read when first needed. Whatever is
newer than the data is treated like the newest release in it.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

PACKAGES = ("starlette", "fastapi")


@cache
def known_releases(package: str) -> tuple[Version, ...]:
    """Every known release of `package` (one of `PACKAGES`), oldest first."""
    match package:
        case "starlette":
            names = _data("starlette")["releases"]
        case "fastapi":
            names = _starlette_by_fastapi()
        case _:
            raise ValueError(f"releases are known of {' and '.join(PACKAGES)}, not of {package}")
    return tuple(sorted(map(Version, names)))


def newest(package: str) -> Version:
    """The newest known release of `package`."""
    return known_releases(package)[-1]


def as_of() -> date:
    """The day on which the release data was complete."""
    return date.fromisoformat(_data("starlette")["as_of"])


def newest_release_date() -> date:
    """The day on which the newest known Starlette was released."""
    return date.fromisoformat(_data("starlette")["releases"][str(newest("starlette"))])


@cache
def allowed_releases(package: str, specifier: SpecifierSet) -> tuple[Version, ...]:
    """The releases of `package` that `specifier` allows, oldest first, as pip would see them.

    Pre-releases count only if the specifier names one. Where no known release is allowed, those
    that the specifier itself names (`==1.99`, `>=7.1`) stand in for unknown ones, and the newest
    known one for what is newer still (`>7.1`). Empty if nothing can satisfy it.
    """
    if allowed := tuple(specifier.filter(known_releases(package))):
        return allowed
    named = {clause.version for clause in specifier if clause.operator in {"==", ">=", "~="}}
    versions = sorted(Version(name) for name in named if not name.endswith(".*"))
    allowed = tuple(each for each in versions if specifier.contains(each, prereleases=True))
    is_newer = bool(list(specifier)) and all(clause.operator == ">" for clause in specifier)
    return allowed or ((newest(package),) if is_newer else ())


def starlette_required_by(fastapi_release: Version) -> SpecifierSet:
    """What this FastAPI release requires of Starlette, read from its own metadata.

    For a release that is not in the data, the closest known one below answers, and the oldest
    for anything older still.
    """
    table = _starlette_by_fastapi()
    if (stated := table.get(str(fastapi_release))) is not None:
        return _specifier(stated)
    known = known_releases("fastapi")
    below = [release for release in known if release <= fastapi_release]
    return _specifier(table[str(below[-1] if below else known[0])])


@cache
def _specifier(text: str) -> SpecifierSet:
    return SpecifierSet(text)


@cache
def _starlette_by_fastapi() -> dict[str, str]:
    runs = _data("fastapi")["starlette_required_by"]
    return {release: specifier for specifier, releases in runs for release in releases}


@cache
def _data(name: str) -> Any:
    file = resources.files("asgi_lint.versions") / "data" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))
