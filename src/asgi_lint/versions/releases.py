"""The known releases of Starlette and FastAPI, and which Starlette each FastAPI requires.

The data stands in `data/`, is as old as `as_of` says, and is read when first needed. Whatever is
newer than the data is treated like the newest release in it.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.version import Version

from asgi_lint.versions.release_data import release_data

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

PACKAGES = ("starlette", "fastapi")


@cache
def known_releases(package: str) -> tuple[Version, ...]:
    """Every known release of `package`, oldest first; ValueError if there is no data on it.

    Left out are the pre-releases and the yanked ones: nobody gets those without asking.
    """
    return tuple(release for release in _usable(package) if not release.is_prerelease)


def newest(package: str) -> Version:
    """The newest known release of `package`."""
    return known_releases(package)[-1]


def as_of() -> date:
    """The day on which the release data was complete."""
    return release_data("starlette").as_of


def newest_release_date() -> date:
    """The day on which the newest known Starlette was released."""
    release = release_data("starlette").releases[str(newest("starlette"))]
    return date.fromisoformat(release.uploaded)


@cache
def allowed_releases(package: str, specifier: SpecifierSet) -> tuple[Version, ...]:
    """The releases of `package` that `specifier` allows, oldest first, as pip would see them.

    Pre-releases count if the specifier names one or nothing else fits, yanked releases only if
    one is pinned by `==` or `===`. Where no known release is allowed, those that the specifier
    itself names (`==1.99`, `>=7.1`) stand in for unknown ones, and the newest known one for what
    is newer still (`>7.1`). Empty if nothing can satisfy it.
    """
    releases = _all_releases(package) if is_pin(specifier) else _usable(package)
    if allowed := tuple(specifier.filter(releases)):
        return allowed
    named = {clause.version for clause in specifier if clause.operator in {"==", ">=", "~="}}
    versions = sorted(Version(name) for name in named if not name.endswith(".*"))
    allowed = tuple(each for each in versions if specifier.contains(each, prereleases=True))
    is_newer = bool(list(specifier)) and all(clause.operator == ">" for clause in specifier)
    return allowed or ((newest(package),) if is_newer else ())


def is_pin(specifier: SpecifierSet) -> bool:
    """Whether it allows one release alone (`==0.85.0`, not `==0.85.*`)."""
    return any(
        clause.operator == "===" or (clause.operator == "==" and not clause.version.endswith(".*"))
        for clause in specifier
    )


def starlette_required_by(fastapi_release: Version) -> SpecifierSet:
    """What this FastAPI release requires of Starlette, read from its own metadata.

    For a release that is not in the data, the closest known one below answers, and the oldest
    for anything older still.
    """
    table = _starlette_by_fastapi()
    if (stated := table.get(fastapi_release)) is not None:
        return stated
    below = [release for release in table if release <= fastapi_release]
    return table[max(below)] if below else table[min(table)]


@cache
def _usable(package: str) -> tuple[Version, ...]:
    """All but the yanked releases, oldest first."""
    known = _all_releases(package)
    releases = release_data(package).releases
    return tuple(release for release in known if not releases[str(release)].is_yanked)


@cache
def _all_releases(package: str) -> tuple[Version, ...]:
    try:
        return tuple(map(Version, release_data(package).releases))
    except FileNotFoundError as error:
        raise ValueError(f"no releases are known of {package}") from error


@cache
def _starlette_by_fastapi() -> dict[Version, SpecifierSet]:
    """By FastAPI's release; those that require the same share one specifier."""
    shared = cache(Requirement)
    requires = release_data("fastapi").requires
    return {Version(release): shared(stated[0]).specifier for release, stated in requires.items()}
