"""The ranges of a folder that requires neither Starlette nor FastAPI, but what brings them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import SpecifierSet

from asgi_lint.versions.dependents import DEPENDENTS, required_by
from asgi_lint.versions.releases import allowed_releases
from asgi_lint.versions.requirements import Kind, Requirement, Style
from asgi_lint.versions.resolution import (
    EffectiveRange,
    Origin,
    allowed_by,
    applies,
    resolve,
    strength,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement as Stated


def brought(requirements: Iterable[Requirement]) -> dict[str, EffectiveRange]:
    """Find the ranges, by package, that the dependents among these requirements lead to.

    Of each dependent its newest allowed release counts, if it is known what that requires. Those
    are intersected, the strongest first; what would leave nothing is left out.
    """
    bringing = []
    specifiers: dict[str, SpecifierSet] = {}
    for each in _bringing(requirements):
        package = each.stated.name
        both = specifiers.get(package, SpecifierSet()) & each.stated.specifier
        if allowed_releases(package, both):
            specifiers[package] = both
            bringing.append(each)
    by_requirement = tuple(dict.fromkeys(each.requirement for each in bringing))
    return {
        package: replace(
            effective,
            origin=Origin.IMPLIED,
            requirements=by_requirement,
            via=None,
            bare=all(requirement.is_bare for requirement in by_requirement),
            brought_by=_deciding(effective, bringing),
        )
        for package, effective in resolve((), specifiers).items()
    }


class _Bringing(NamedTuple):
    """A dependent's requirement, the release that it installs, and one thing that requires."""

    requirement: Requirement
    release: str
    stated: Stated


def _bringing(requirements: Iterable[Requirement]) -> Iterator[_Bringing]:
    counted = [r for r in requirements if r.name in DEPENDENTS and _is_possible(r)]
    decisive: dict[str, Requirement] = {}
    for requirement in sorted(counted, key=strength, reverse=True):
        decisive.setdefault(requirement.name, requirement)
    limiting = {Kind.CONSTRAINT, Kind.OVERRIDE}
    installed = {each.name for each in counted if each.kind not in limiting}
    for name, requirement in decisive.items():
        release = allowed_by(requirement)[-1]
        for stated in required_by(name, release) if name in installed else ():
            if applies(stated.marker):
                yield _Bringing(requirement, f"{name} {release}", stated)


def _is_possible(requirement: Requirement) -> bool:
    is_versioned = requirement.style is not Style.UNVERSIONED
    return is_versioned and applies(requirement.marker) and bool(allowed_by(requirement))


def _deciding(effective: EffectiveRange, bringing: list[_Bringing]) -> str:
    """The dependent that keeps the picked release from being newer, or the first one."""
    for each in bringing:
        if each.stated.name == effective.package:
            allowed = allowed_releases(effective.package, each.stated.specifier)
            if allowed[-1] == effective.picked:
                return each.release
    return bringing[0].release
