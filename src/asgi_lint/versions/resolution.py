"""From the requirements of one folder to the releases that an installer could choose from.

Starlette and FastAPI are resolved together, because every FastAPI requires its own range of
Starlette: the newest FastAPI that fits is picked, then the newest Starlette that it allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName

from asgi_lint.versions.releases import PACKAGES, allowed_releases, starlette_required_by
from asgi_lint.versions.requirements import Kind, Requirement, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

_PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")


class Origin(Enum):
    """Where an effective range comes from."""

    OVERRIDE = "override"
    LOCKED = "locked"
    REQUIRED = "required"
    IMPLIED = "implied"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class EffectiveRange:
    """The releases of `package` that are allowed, oldest first, and the one that is picked.

    `requirements` are those it comes from, the decisive one first; `ignored` contradict them.
    `via` is the FastAPI release that decides about Starlette, `brought_by` the release of another
    package ("gradio 6.31.0") that does. A range is `bare` if its requirements name no release.
    """

    package: str
    allowed: tuple[Version, ...]
    picked: Version
    origin: Origin
    requirements: tuple[Requirement, ...] = ()
    via: Version | None = None
    bare: bool = False
    ignored: tuple[Requirement, ...] = ()
    brought_by: str = ""


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is said about one package itself, before FastAPI's own requirement is considered."""

    allowed: tuple[Version, ...]
    used: tuple[Requirement, ...] = ()
    ignored: tuple[Requirement, ...] = ()

    @property
    def strength(self) -> tuple[bool, int]:
        """How much it weighs against another package's; an override outweighs everything."""
        return strength(self.used[0]) if self.used else (True, 3)

    @property
    def is_override(self) -> bool:
        """Whether a manifest says that no other requirement counts, not even FastAPI's."""
        return bool(self.used) and self.used[0].kind is Kind.OVERRIDE

    @property
    def is_bare(self) -> bool:
        return bool(self.used) and all(requirement.is_bare for requirement in self.used)


def resolve(
    requirements: Iterable[Requirement], overrides: Mapping[str, SpecifierSet] | None = None
) -> dict[str, EffectiveRange]:
    """Find the effective ranges, by package, that these requirements of one folder lead to.

    Requirements are intersected, the strongest first; one that would leave nothing is ignored,
    one that no release satisfies says nothing. An override, from the configuration or the manifest,
    takes the place of every requirement of its package.
    """
    counted = [requirement for requirement in requirements if counts(requirement)]
    stated = {}
    for package in PACKAGES:
        own = sorted((r for r in counted if r.name == package), key=strength, reverse=True)
        if overrides and package in overrides:
            stated[package] = _Stated(allowed_releases(package, overrides[package]), (), tuple(own))
        elif possible := [requirement for requirement in own if allowed_by(requirement)]:
            overriding = [each for each in possible if each.kind is Kind.OVERRIDE]
            stated[package] = _intersected(overriding or possible, own if overriding else ())
    starlette, fastapi = stated.get("starlette"), stated.get("fastapi")
    is_overridden = starlette is not None and starlette.is_override
    if fastapi is None or is_overridden or not _is_installed(counted, overrides):
        return {package: _range(package, each) for package, each in stated.items()}
    return _resolved_together(starlette, fastapi)


def counts(requirement: Requirement) -> bool:
    """Whether it says something about a release on some CPython >= 3.10 on Linux."""
    is_versioned = requirement.style is not Style.UNVERSIONED
    return requirement.name in PACKAGES and is_versioned and applies(requirement.marker)


def strength(requirement: Requirement) -> tuple[bool, int]:
    """What decides between contradictions: run time before groups, then how exact it is."""
    exactness = 2 if requirement.is_pinned else 0 if requirement.is_bare else 1
    return (requirement.group == "", exactness)


def allowed_by(requirement: Requirement) -> tuple[Version, ...]:
    """The releases that one requirement allows, oldest first."""
    specifiers = (requirement.specifier, *requirement.alternatives)
    each = (allowed_releases(requirement.name, specifier) for specifier in specifiers)
    return tuple(sorted({release for releases in each for release in releases}))


@cache
def applies(marker: Marker | None) -> bool:
    """Whether there is no marker, or it holds on some CPython >= 3.10 on Linux."""
    if marker is None:
        return True
    for python in _PYTHONS:
        environment = {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.9",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{python}.9",
            "python_version": python,
            "sys_platform": "linux",
            "extra": "",
        }
        try:
            if marker.evaluate(environment):
                return True
        except (UndefinedComparison, UndefinedEnvironmentName):
            return True
    return False


def _intersected(own: list[Requirement], others: Iterable[Requirement] = ()) -> _Stated:
    """What the first allows, narrowed by the rest while something is left; `others` are ignored."""
    allowed = allowed_by(own[0])
    used, ignored = [own[0]], [each for each in others if each not in own]
    for requirement in own[1:]:
        both = tuple(release for release in allowed if requirement.allows(release))
        (used if both else ignored).append(requirement)
        allowed = both or allowed
    return _Stated(allowed, tuple(used), tuple(ignored))


def _is_installed(counted: list[Requirement], overrides: Mapping[str, SpecifierSet] | None) -> bool:
    """Whether FastAPI is required, not merely constrained while only Starlette is required."""
    limiting = {Kind.CONSTRAINT, Kind.OVERRIDE}
    required = {r.name for r in counted if r.kind not in limiting} | set(overrides or ())
    return "fastapi" in required or not required


def _resolved_together(starlette: _Stated | None, fastapi: _Stated) -> dict[str, EffectiveRange]:
    fitting = _fitting(fastapi.allowed, starlette)
    if fitting:
        return _joint_ranges(fitting, starlette, fastapi)
    if starlette is None or not fastapi.allowed or starlette.strength >= fastapi.strength:
        ranges = {"fastapi": _range("fastapi", fastapi)}
        return ranges | ({"starlette": _range("starlette", starlette)} if starlette else {})
    contradicting = (*starlette.used, *starlette.ignored)
    return _joint_ranges(_fitting(fastapi.allowed, None), None, fastapi, contradicting)


def _fitting(
    fastapi: tuple[Version, ...], starlette: _Stated | None
) -> dict[Version, tuple[Version, ...]]:
    """The Starlette releases that fit each FastAPI release, where there are any."""
    by_specifier: dict[SpecifierSet, tuple[Version, ...]] = {}
    fitting = {}
    for release in fastapi:
        specifier = starlette_required_by(release)
        if specifier not in by_specifier:
            by_specifier[specifier] = (
                allowed_releases("starlette", specifier)
                if starlette is None
                else tuple(specifier.filter(starlette.allowed, prereleases=True))
            )
        if by_specifier[specifier]:
            fitting[release] = by_specifier[specifier]
    return fitting


def _joint_ranges(
    fitting: dict[Version, tuple[Version, ...]],
    starlette: _Stated | None,
    fastapi: _Stated,
    contradicting: tuple[Requirement, ...] = (),
) -> dict[str, EffectiveRange]:
    newest_fastapi = max(fitting)
    picked = fitting[newest_fastapi][-1]
    decides = starlette is None or starlette.allowed[-1] != picked
    origin = Origin.IMPLIED if starlette is None else Origin.REQUIRED
    implying = _decisive_first(fastapi.used, newest_fastapi)
    own = _decisive_first(starlette.used, picked) if starlette else ()
    overridden = not (fastapi.used if decides else own)
    return {
        "fastapi": EffectiveRange(
            package="fastapi",
            allowed=tuple(sorted(fitting)),
            picked=newest_fastapi,
            origin=Origin.REQUIRED if fastapi.used else Origin.OVERRIDE,
            requirements=implying,
            bare=fastapi.is_bare,
            ignored=fastapi.ignored,
        ),
        "starlette": EffectiveRange(
            package="starlette",
            allowed=tuple(sorted({each for releases in fitting.values() for each in releases})),
            picked=picked,
            origin=Origin.OVERRIDE if overridden else origin,
            requirements=(*implying, *own) if decides else (*own, *implying),
            via=newest_fastapi if decides else None,
            bare=fastapi.is_bare and (starlette is None or starlette.is_bare),
            ignored=(*contradicting, *(starlette.ignored if starlette else ())),
        ),
    }


def _range(package: str, stated: _Stated) -> EffectiveRange:
    picked = stated.allowed[-1]
    return EffectiveRange(
        package=package,
        allowed=stated.allowed,
        picked=picked,
        origin=Origin.REQUIRED if stated.used else Origin.OVERRIDE,
        requirements=_decisive_first(stated.used, picked),
        bare=stated.is_bare,
        ignored=stated.ignored,
    )


def _decisive_first(used: tuple[Requirement, ...], picked: Version) -> tuple[Requirement, ...]:
    """The requirements that allow nothing newer than what is picked, then the others."""
    return tuple(sorted(used, key=lambda requirement: allowed_by(requirement)[-1] != picked))
