"""What a row of the hazard table is: a behaviour with the releases that have it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from asgi_lint.versions.releases import known_releases

if TYPE_CHECKING:
    from packaging.version import Version

TITLES = {"starlette": "Starlette", "fastapi": "FastAPI"}


@dataclass(frozen=True, slots=True)
class Hazard:
    """A behaviour of `package` and the releases affected by it.

    `affected` is a version specifier; several ranges are separated by `||`, and the empty text
    stands for every release. `sources` are the public issues, pull requests and advisories.
    """

    identifier: str
    package: str
    affected: str
    summary: str
    sources: tuple[str, ...]

    def affects(self, release: Version) -> bool:
        """Whether `release` shows the behaviour."""
        return any(r.contains(release, prereleases=True) for r in _ranges(self.affected))

    @property
    def releases(self) -> str:
        """The affected releases for people, such as "Starlette 0.15.0 to 0.20.4"."""
        *ranges, last = [_phrase(self.package, each) for each in _ranges(self.affected)]
        title = TITLES[self.package]
        if not last:
            return f"every {title}"
        return f"{title} {', '.join(ranges)} and {last}" if ranges else f"{title} {last}"


class Rating(IntEnum):
    """How bad its publisher rates an advisory; a worse one is greater."""

    LOW = 1
    MODERATE = 2
    HIGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory(Hazard):
    """A published security advisory; its identifier is its GHSA number.

    `cve` is its other name, `fixed_in` the first release without it after the affected ones, and
    `needs` completes "It needs ..." with what the application must do to be open to it.
    """

    cve: str
    rating: Rating
    fixed_in: str
    needs: str


@cache
def _ranges(affected: str) -> tuple[SpecifierSet, ...]:
    return tuple(SpecifierSet(part) for part in affected.split("||"))


def _phrase(package: str, specifier: SpecifierSet) -> str:
    """One range for people: "0.15.0 to 0.20.4", "before 1.8.0", "0.21.0 and newer"."""
    bounds = {clause.operator: clause.version for clause in specifier}
    match bounds.get(">="), bounds.get("<"):
        case None, None:
            return ""
        case None, end:
            return f"before {end}"
        case start, None:
            return f"{start} and newer"
        case start, _:
            last = [r for r in known_releases(package) if specifier.contains(r)][-1]
            return f"{start} to {last}"
