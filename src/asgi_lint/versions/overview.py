"""What `asgi-lint versions` shows: for each folder with manifests, what counts there and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from asgi_lint.versions.exposure import Outcome, exposure_to, phrase_of
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.readers import folder_of
from asgi_lint.versions.releases import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.diagnostics import Place
    from asgi_lint.versions.effective import Versions
    from asgi_lint.versions.hazard import Hazard
    from asgi_lint.versions.requirements import Requirement
    from asgi_lint.versions.resolution import EffectiveRange


@dataclass(frozen=True, slots=True)
class Said:
    """A requirement and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class HazardInRange:
    """A hazard that an effective range lets in; `is_picked` says that the picked release has it."""

    identifier: str
    summary: str
    releases: str
    is_picked: bool


@dataclass(frozen=True, slots=True)
class PackageOverview:
    """The effective range of one package in one folder.

    `phrase` names the picked release and where it comes from. `requirements` are what it rests
    on, the decisive one first; `ignored` is what contradicts them.
    """

    package: str
    picked: str
    oldest: str
    newest: str
    count: int
    origin: str
    phrase: str
    requirements: tuple[Said, ...]
    ignored: tuple[Said, ...]
    hazards: tuple[HazardInRange, ...]


@dataclass(frozen=True, slots=True)
class FolderOverview:
    """What counts in one folder (absolute, forward slashes); no packages if nothing is known.

    `same_as` is the closest folder above for which the same counts, where there is one.
    """

    folder: str
    packages: tuple[PackageOverview, ...]
    same_as: str | None = None


def overview(versions: Versions, folders: Iterable[str]) -> Iterator[FolderOverview]:
    """The overview of each folder, in the given order."""
    for folder in folders:
        found = [versions.effective(f"{folder}/-", package) for package in PACKAGES]
        packages = tuple(_package(effective) for effective in found if effective is not None)
        yield FolderOverview(folder, packages)


def compared(overviews: Iterable[FolderOverview]) -> list[FolderOverview]:
    """The overviews by folder, each compared with that of the closest folder above it."""
    known = {each.folder: each for each in overviews}
    found = []
    for folder, each in sorted(known.items()):
        above = next((str(p) for p in PurePosixPath(folder).parents if str(p) in known), None)
        is_same = above is not None and known[above].packages == each.packages
        found.append(replace(each, same_as=above) if is_same else each)
    return found


def folders_of(manifests: Iterable[str], root: str) -> list[str]:
    """The folders that the manifests speak for, each once; the root if there are none."""
    return sorted({folder_of(name) for name in manifests}) or [root]


def _package(effective: EffectiveRange) -> PackageOverview:
    return PackageOverview(
        package=effective.package,
        picked=str(effective.picked),
        oldest=str(effective.allowed[0]),
        newest=str(effective.allowed[-1]),
        count=len(effective.allowed),
        origin=effective.origin.value,
        phrase=phrase_of(effective),
        requirements=_said(effective.requirements),
        ignored=_said(effective.ignored),
        hazards=tuple(_hazards(effective)),
    )


def _said(requirements: Iterable[Requirement]) -> tuple[Said, ...]:
    return tuple(Said(requirement.text, requirement.place) for requirement in requirements)


def _hazards(effective: EffectiveRange) -> Iterator[HazardInRange]:
    for hazard in HAZARDS.values():
        if hazard.package != effective.package or not _is_bounded(hazard):
            continue
        outcome = exposure_to(hazard.identifier, effective).outcome
        if outcome in (Outcome.AFFECTED, Outcome.ALLOWED):
            yield HazardInRange(
                hazard.identifier, hazard.summary, hazard.releases, outcome is Outcome.AFFECTED
            )


def _is_bounded(hazard: Hazard) -> bool:
    """Whether some release lacks the hazard, so that a requirement can keep it out."""
    return hazard.affected != ""
