"""`Pipfile.lock`: the releases that Pipenv locked, in JSON, a section for each category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from asgi_lint.versions.manifest_text import SUBJECTS
from asgi_lint.versions.readers.json_places import Member, members, problem_with
from asgi_lint.versions.readers.locks import locked
from asgi_lint.versions.requirements import Reading, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText

_NO_PACKAGES = "_meta"
_RUN_TIME = "default"


def read(manifest: ManifestText) -> Reading:
    """Read the locked releases of Starlette and FastAPI; each one's place is its version."""
    if not manifest.names_subject:
        return Reading()
    if problem := problem_with(manifest):
        return Reading(problems=(problem,))
    return Reading(requirements=tuple(_locked(manifest)))


def _locked(manifest: ManifestText) -> Iterator[Requirement]:
    text = manifest.text
    for section in members(text):
        for package in members(text, section.start) if section.key != _NO_PACKAGES else ():
            name = canonicalize_name(package.key)
            if name in SUBJECTS:
                found = {member.key: member for member in members(text, package.start)}
                group = "" if section.key == _RUN_TIME else section.key
                yield from _release(manifest, name, group, found)


def _release(
    manifest: ManifestText, name: str, group: str, package: dict[str, Member]
) -> Iterator[Requirement]:
    version, markers = package.get("version"), package.get("markers")
    if version is None or not isinstance(version.value, str):
        return  # a path or a repository
    place = manifest.place(version.key_start, version.end)
    version_place = manifest.place(version.start, version.end)
    marker = markers.value if markers and isinstance(markers.value, str) else None
    release = version.value.removeprefix("==")
    if found := locked(name, release, place, version_place, marker=marker, group=group):
        yield found
