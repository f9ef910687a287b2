"""The effective range for a file: what its own project would install.

The first that answers: the configuration, the nearest lock file, the nearest requirement, what
FastAPI's requirement implies, what another package brings (gradio, mcp), what the nearest virtual
environment holds. Nearest is the closest folder upwards, to the project's root and beyond it to
the repository's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from asgi_lint.versions import bounded, disk
from asgi_lint.versions.brought import brought
from asgi_lint.versions.exposure import Exposure, exposure_to
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.installed import installed_releases
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.packages import stated_releases
from asgi_lint.versions.readers import folder_of, is_lock, is_manifest, read_manifest, script
from asgi_lint.versions.releases import PACKAGES, allowed_releases
from asgi_lint.versions.resolution import EffectiveRange, Origin, counts, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgi_lint.versions.requirements import Comment, Problem, Reading, Requirement


class Versions:
    """What is known about a project's releases, folder by folder.

    `root` and `manifests` are absolute paths with forward slashes. `overrides` maps a package to
    what to assume instead of its requirements: a specifier (`<0.21`) or a release (`0.20.4`);
    ValueError if one is wrong. `scripts` are the texts of Python files that may have a header of
    their own (PEP 723), which speaks for that file alone. `unsaved` has the texts of manifests that
    are not to be read from disk. Manifests are read at once, everything else when it is asked for.
    """

    def __init__(
        self,
        root: str,
        manifests: Iterable[str],
        overrides: Mapping[str, str] | None = None,
        scripts: Mapping[str, str] | None = None,
        unsaved: Mapping[str, str] | None = None,
    ) -> None:
        self._overrides = _checked(overrides or {})
        self._root = PurePosixPath(root)
        self._unsaved = unsaved or {}
        self._readings = {name: read_manifest(name, unsaved) for name in sorted(set(manifests))}
        self._scripts = {
            name: script.read(ManifestText(name, text)) for name, text in (scripts or {}).items()
        }
        self._by_folder: defaultdict[str, list[str]] = defaultdict(list)
        self._included_by: dict[str, str] = {}
        for name, reading in self._readings.items():
            self._by_folder[folder_of(name)].append(name)
            for requirement in reading.requirements:
                self._included_by.setdefault(requirement.place.filename, name)
        self._ranges: dict[str, dict[str, EffectiveRange]] = {}
        self._resolved: dict[tuple[object, ...], dict[str, EffectiveRange]] = {}
        self._exposures: dict[tuple[str, str], Exposure] = {}
        self._above = _folders_above(self._root)
        self._manifests_above: dict[str, list[str]] = {}
        self._readings_above: dict[str, Reading] = {}
        self._environments: dict[str, dict[str, Version]] = {}

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every requirement of the given manifests and what they include, each place once."""
        found = {each.place: each for reading in self._given for each in reading.requirements}
        return tuple(found[place] for place in sorted(found))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the given manifests and what they include, each place once."""
        found = {each.place: each for reading in self._given for each in reading.problems}
        return tuple(found[place] for place in sorted(found))

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The comments of the given manifests that name requirements, for suppressions."""
        return tuple(sorted({each for reading in self._given for each in reading.comments}))

    def effective(self, filename: str, package: str) -> EffectiveRange | None:
        """The effective range of `package` for the file, or None if nothing is known.

        `filename` is absolute; a manifest stands for the folder that it speaks for.
        """
        return self._ranges_for(self._speaker(filename)).get(package)

    def exposure(self, filename: str, hazard_identifier: str) -> Exposure:
        """How the file stands to the hazard; KeyError for an identifier not in the table."""
        key = (self._speaker(filename), hazard_identifier)
        if key not in self._exposures:
            package = HAZARDS[hazard_identifier].package
            effective = self._ranges_for(key[0]).get(package)
            self._exposures[key] = exposure_to(hazard_identifier, effective)
        return self._exposures[key]

    def stated(self, packages: Iterable[str]) -> dict[str, tuple[SpecifierSet, ...]]:
        """What the project's folders state of packages whose releases are not in the data."""
        return stated_releases(self._readings, packages, str(self._root))

    @property
    def _given(self) -> Iterable[Reading]:
        return (*self._readings.values(), *self._scripts.values())

    def _speaker(self, filename: str) -> str:
        """What decides for a file: itself, if it is a script with requirements, else a folder."""
        reading = self._scripts.get(filename)
        if reading is not None and any(counts(each) for each in reading.requirements):
            return filename
        return self._folder(filename)

    def _ranges_for(self, speaker: str) -> dict[str, EffectiveRange]:
        if speaker not in self._scripts:
            return self._ranges_in(speaker)
        if speaker not in self._ranges:
            stated = self._scripts[speaker].requirements
            self._ranges[speaker] = resolve(stated, self._overrides)
        return self._ranges[speaker]

    def _folder(self, filename: str) -> str:
        if owner := self._included_by.get(filename):
            filename = filename if filename in self._readings else owner
        return folder_of(filename) if is_manifest(filename) else str(PurePosixPath(filename).parent)

    def _ranges_in(self, folder: str) -> dict[str, EffectiveRange]:
        if folder not in self._ranges:
            self._ranges[folder] = self._computed(folder)
        return self._ranges[folder]

    def _computed(self, folder: str) -> dict[str, EffectiveRange]:
        folders = self._upwards(folder)
        stated_at, stated = self._nearest(folders, locked=False)
        locked_at, locked = self._nearest(folders, locked=True)
        outranks = locked_at <= stated_at
        key = (*stated, *locked, outranks)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(stated, locked, lock_outranks=outranks)
        return self._resolved[key] or self._brought(folders) or self._installed(folders)

    def _resolve(
        self, stated: list[Requirement], locked: list[Requirement], *, lock_outranks: bool
    ) -> dict[str, EffectiveRange]:
        ranges = resolve(stated, self._overrides)
        if self._overrides:
            return ranges
        for package, lock in resolve(locked).items():
            own = ranges.get(package)
            if own is None or lock.picked in own.allowed or lock_outranks:
                ranges[package] = _locked(lock, own)
        return ranges

    def _nearest(self, folders: list[str], *, locked: bool) -> tuple[int, list[Requirement]]:
        """How many folders up the first one stands that says something, and what it says."""
        for distance, folder in enumerate(folders):
            names = [name for name in self._manifests_in(folder) if is_lock(name) is locked]
            found = [each for name in names for each in self._read(name).requirements]
            if counting := [each for each in found if counts(each)]:
                return distance, list(dict.fromkeys(counting))
        return len(folders), []

    def _brought(self, folders: list[str]) -> dict[str, EffectiveRange]:
        """What the nearest folder brings that requires a package which needs Starlette."""
        for folder in folders:
            readings = [self._read(name) for name in self._manifests_in(folder)]
            if ranges := brought(each for reading in readings for each in reading.requirements):
                return ranges
        return {}

    def _installed(self, folders: list[str]) -> dict[str, EffectiveRange]:
        """What the nearest virtual environment holds."""
        for folder in folders:
            if folder not in self._environments:
                self._environments[folder] = installed_releases(folder)
            if found := self._environments[folder]:
                return {
                    package: EffectiveRange(package, (release,), release, Origin.INSTALLED)
                    for package, release in found.items()
                }
        return {}

    def _upwards(self, folder: str) -> list[str]:
        """The folder and those above it up to the root, then to the one that holds `.git`."""
        path = PurePosixPath(folder)
        inside = [path, *path.parents]
        if self._root not in inside:
            return [folder]
        return [*map(str, inside[: inside.index(self._root) + 1]), *self._above]

    def _manifests_in(self, folder: str) -> list[str]:
        if folder not in self._above:
            return self._by_folder.get(folder, [])
        if folder not in self._manifests_above:
            self._manifests_above[folder] = _listed(folder)
        return self._manifests_above[folder]

    def _read(self, name: str) -> Reading:
        if name in self._readings:
            return self._readings[name]
        if name not in self._readings_above:
            self._readings_above[name] = read_manifest(name, self._unsaved)
        return self._readings_above[name]


def _checked(overrides: Mapping[str, str]) -> dict[str, SpecifierSet]:
    checked = {}
    for package, text in overrides.items():
        if package not in PACKAGES:
            raise ValueError(f"versions are set for starlette and fastapi, not for `{package}`")
        checked[package] = _override(package, text.strip())
        if not allowed_releases(package, checked[package]):
            raise ValueError(f"no release of {package} satisfies `{text}`")
    return checked


def _override(package: str, text: str) -> SpecifierSet:
    try:
        return SpecifierSet(f"=={bounded.version(text)}")
    except InvalidVersion:
        pass
    try:
        if text:
            return bounded.specifier_set(text)
    except InvalidSpecifier:
        pass
    raise ValueError(
        f"`{text}` is not a version of {package}: "
        "give a release such as 0.20.4 or a specifier such as <0.21"
    )


def _locked(lock: EffectiveRange, own: EffectiveRange | None) -> EffectiveRange:
    """The lock decides what is picked, the requirement still says what is allowed."""
    if own is None:
        return replace(lock, origin=Origin.LOCKED, via=None)
    fits = lock.picked in own.allowed
    return EffectiveRange(
        package=lock.package,
        allowed=own.allowed if fits else lock.allowed,
        picked=lock.picked,
        origin=Origin.LOCKED,
        requirements=(*lock.requirements, *(own.requirements if fits else ())),
        bare=own.bare,
        ignored=(*lock.ignored, *own.ignored, *(() if fits else own.requirements)),
    )


def _folders_above(root: PurePosixPath) -> list[str]:
    """The folders above the root that belong to the same repository, the closest first."""
    if disk.exists(f"{root}/.git"):
        return []
    above = [str(parent) for parent in root.parents]
    for index, folder in enumerate(above):
        if disk.exists(f"{folder.rstrip('/')}/.git"):
            return above[: index + 1]
    return []


def _listed(folder: str) -> list[str]:
    """The manifests of a folder above the root, which was not searched for them."""
    base = folder.rstrip("/")
    within = disk.names(f"{base}/requirements")
    names = [*disk.names(base), *(f"requirements/{name}" for name in within)]
    paths = sorted(f"{base}/{name}" for name in names)
    return [path for path in paths if is_manifest(path) and disk.is_file(path)]
