"""The releases that a project states of packages whose own releases are not in the data.

What a lock holds, else what the requirements leave, else what is installed: a specifier is all
there is, and it is enough to ask on which side of a boundary the newest allowed release lies.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from asgi_lint.versions.installed import metadata_folders
from asgi_lint.versions.readers import folder_of, is_lock
from asgi_lint.versions.requirements import Kind, Requirement, Style
from asgi_lint.versions.resolution import applies, strength

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.versions.requirements import Reading

_ENVIRONMENTS = (".venv", "venv")


def stated_releases(
    readings: Mapping[str, Reading], packages: Iterable[str], root: str
) -> dict[str, tuple[SpecifierSet, ...]]:
    """What the folders of a project state about each of the packages, each specifier once.

    `readings` are the project's manifests by absolute path, `root` is the folder whose virtual
    environment is asked about packages that no manifest names. A package of which nothing is
    known is left out.
    """
    wanted = frozenset(packages)
    stated, locked = _by_folder(readings, wanted)
    found: defaultdict[str, dict[SpecifierSet, None]] = defaultdict(dict)
    for package in sorted(wanted):
        for folder in sorted({*stated[package], *locked[package]}):
            own = _intersected(stated[package].get(folder, []))
            found[package] |= dict.fromkeys(_decided(own, _upwards(folder, locked[package])))
    missing = wanted - {package for package, specifiers in found.items() if specifiers}
    if missing:
        found |= {name: {each: None} for name, each in _installed(root, frozenset(missing))}
    return {package: tuple(specifiers) for package, specifiers in found.items() if specifiers}


def _by_folder(
    readings: Mapping[str, Reading], wanted: frozenset[str]
) -> tuple[defaultdict[str, dict[str, list[Requirement]]], ...]:
    """By package and folder, the requirements of the manifests, and those of the locks."""
    stated: defaultdict[str, dict[str, list[Requirement]]] = defaultdict(dict)
    locked: defaultdict[str, dict[str, list[Requirement]]] = defaultdict(dict)
    for filename in sorted(readings):
        kind = locked if is_lock(filename) else stated
        for requirement in readings[filename].requirements:
            is_versioned = requirement.style is not Style.UNVERSIONED
            if requirement.name in wanted and is_versioned and applies(requirement.marker):
                folder = folder_of(filename)
                kind[requirement.name].setdefault(folder, []).append(requirement)
    return stated, locked


def _upwards(folder: str, locked: Mapping[str, list[Requirement]]) -> list[Requirement]:
    """What the nearest lock says that stands in the folder or above it."""
    path = PurePosixPath(folder)
    above = (str(each) for each in (path, *path.parents))
    return next((locked[each] for each in above if each in locked), [])


def _decided(own: tuple[SpecifierSet, ...], locked: list[Requirement]) -> list[SpecifierSet]:
    """The locked releases that fit what the folder itself states, else what it states."""
    releases = [each for requirement in locked for each in _specifiers(requirement)]
    fitting = [each for each in releases if not own or any(not each.is_disjoint(o) for o in own)]
    return fitting or list(own)


def _intersected(requirements: list[Requirement]) -> tuple[SpecifierSet, ...]:
    """The strongest requirement, narrowed by the others while something is left.

    More than one specifier stands for alternatives (Poetry's `||`).
    """
    overriding = [each for each in requirements if each.kind is Kind.OVERRIDE]
    left: tuple[SpecifierSet, ...] = ()
    for requirement in sorted(overriding or requirements, key=strength, reverse=True):
        own = _specifiers(requirement)
        both = [one & other for one in left for other in own] if left else own
        left = tuple(each for each in both if not each.is_unsatisfiable()) or left
    return left


def _specifiers(requirement: Requirement) -> list[SpecifierSet]:
    return [_comparable(each) for each in (requirement.specifier, *requirement.alternatives)]


def _comparable(specifier: SpecifierSet) -> SpecifierSet:
    """The specifier with `===` as `==`, without which ranges cannot be compared."""
    clauses = []
    for clause in specifier:
        text = f"=={clause.version}" if clause.operator == "===" else str(clause)
        try:
            clauses.append(str(SpecifierSet(text)))
        except InvalidSpecifier:
            continue  # an arbitrary string, which says nothing about order
    return SpecifierSet(",".join(clauses))


def _installed(root: str, wanted: frozenset[str]) -> Iterator[tuple[str, SpecifierSet]]:
    """The releases in the root's virtual environment, told from the names of metadata folders."""
    for name in _ENVIRONMENTS:
        for metadata in metadata_folders(f"{root.rstrip('/')}/{name}", "*.dist-info"):
            package, _, release = metadata.removesuffix(".dist-info").partition("-")
            try:
                if (canonical := canonicalize_name(package)) in wanted:
                    yield canonical, SpecifierSet(f"=={Version(release)}")
            except InvalidVersion:
                continue
