"""`pixi.lock`: the releases that pixi settled on, from conda's channels and from PyPI.

Since version 6 of the format a conda package is its URL alone; before, and for PyPI, the name and
the version are written out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from asgi_lint.versions.manifest_text import SUBJECTS
from asgi_lint.versions.readers import yaml_places
from asgi_lint.versions.readers.locks import locked
from asgi_lint.versions.readers.yaml_places import Scalar
from asgi_lint.versions.requirements import Problem, Reading, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.yaml_places import Node

_LOCATIONS = ("conda", "pypi", "url")
_RUN_TIME = "default"
_ARCHIVE = re.compile(r"(?:.*/)?(?P<name>[^/]+)-(?P<version>[^-/]+)-[^-/]+\.(?:conda|tar\.bz2)")


def read(manifest: ManifestText) -> Reading:
    """Read the locked releases of Starlette and FastAPI; each one's place is its version."""
    if not manifest.names_subject:
        return Reading()
    document = yaml_places.document(manifest)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    environments = _environments(document)
    packages = yaml_places.items(yaml_places.at(document, "packages"))
    found = [each for package in packages for each in _release(manifest, package, environments)]
    return Reading(requirements=tuple(found))


def _environments(document: Node | None) -> dict[str, set[str]]:
    """The names of the environments that each package's location occurs in."""
    found = defaultdict(set)
    for name, environment in yaml_places.pairs(yaml_places.at(document, "environments")):
        for _, platform in yaml_places.pairs(yaml_places.at(environment.value, "packages")):
            for package in yaml_places.items(platform.value):
                if location := _location(package):
                    found[location.text].add(name)
    return found


def _location(package: Node) -> Scalar | None:
    values = (yaml_places.at(package, key) for key in _LOCATIONS)
    return next((value for value in values if isinstance(value, Scalar)), None)


def _release(
    manifest: ManifestText, package: Node, environments: dict[str, set[str]]
) -> Iterator[Requirement]:
    location = _location(package)
    name, version = _written_out(package) or _from_archive(manifest, location) or (None, None)
    if name is None or version is None or canonicalize_name(name) not in SUBJECTS:
        return
    used_in = environments.get(location.text if location else "", {_RUN_TIME})
    group = "" if _RUN_TIME in used_in else min(used_in)
    place = manifest.place(version.start, version.end)
    if requirement := locked(name, version.text, place, group=group):
        yield requirement


def _written_out(package: Node) -> tuple[str, Scalar] | None:
    name, version = (yaml_places.at(package, key) for key in ("name", "version"))
    if isinstance(name, Scalar) and isinstance(version, Scalar):
        return name.text, version
    return None


def _from_archive(manifest: ManifestText, location: Scalar | None) -> tuple[str, Scalar] | None:
    """A conda package's name and version, told from its URL as conda builds it."""
    archive = location and _ARCHIVE.fullmatch(location.text)
    if not location or not archive:
        return None
    start, end = archive.span("version")
    offset = yaml_places.inside(manifest, location)
    if offset is None:
        return archive["name"], location._replace(text=archive["version"])
    return archive["name"], Scalar(archive["version"], offset + start, offset + end)
