"""`conda-lock.yml`: the releases that conda-lock settled on, one entry for each platform."""

from __future__ import annotations

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

_RUN_TIME = "main"


def read(manifest: ManifestText) -> Reading:
    """Read the locked releases of Starlette and FastAPI; each one's place is its version."""
    if not manifest.names_subject:
        return Reading()
    document = yaml_places.document(manifest)
    if isinstance(document, Problem):
        return Reading(problems=(document,))
    packages = yaml_places.items(yaml_places.at(document, "package"))
    found = [each for package in packages for each in _release(manifest, package)]
    return Reading(requirements=tuple(found))


def _release(manifest: ManifestText, package: Node) -> Iterator[Requirement]:
    name, version = (yaml_places.at(package, key) for key in ("name", "version"))
    if not isinstance(name, Scalar) or not isinstance(version, Scalar):
        return
    if canonicalize_name(name.text) not in SUBJECTS:
        return
    category = yaml_places.at(package, "category")
    group = category.text if isinstance(category, Scalar) and category.text != _RUN_TIME else ""
    place = manifest.place(version.start, version.end)
    requirement = locked(name.text, version.text, place, group=group)
    if requirement:
        yield requirement
