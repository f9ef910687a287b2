"""`pyproject.toml`: PEP 621's dependencies, PEP 735's groups, and what other tools add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from asgi_lint.versions.readers import pep508, pixi, poetry
from asgi_lint.versions.readers.toml import at, opened, values_of
from asgi_lint.versions.readers.toml_places import TomlPlaces
from asgi_lint.versions.requirements import (
    Comment,
    Kind,
    Problem,
    ProblemKind,
    Reading,
    Requirement,
    reading_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.readers.toml_places import Path


class _Array(NamedTuple):
    """An array of PEP 508 requirements and what it is for."""

    path: Path
    group: str = ""
    kind: Kind = Kind.REQUIRED


def read(manifest: ManifestText) -> Reading:
    """Read every requirement; a file that names neither Starlette nor FastAPI is only validated."""
    document = opened(manifest)
    if isinstance(document, Reading):
        return document
    values, places, comments = document
    items: list[Requirement | Comment | Problem] = [*comments]
    for array in _arrays(values):
        items.extend(_requirements(manifest, places, values, array))
    items.extend(_missing_groups(manifest, places, values))
    items.extend(poetry.requirements(manifest, places, values))
    items.extend(pixi.requirements(manifest, places, values, ("tool", "pixi")))
    return reading_of(items)


def read_header(manifest: ManifestText, header: ManifestText) -> Reading:
    """Read a script's `header`: `manifest` with everything blanked out that is not its TOML."""
    values = values_of(header)
    if isinstance(values, Problem):
        return Reading(problems=(values,))
    places = TomlPlaces(header.text)
    items: list[Requirement | Comment | Problem] = []
    for array in (_Array(("dependencies",)), *_uv_arrays()):
        items.extend(_requirements(manifest, places, values, array))
    return reading_of(items)


def _arrays(values: dict[str, Any]) -> Iterator[_Array]:
    yield _Array(("project", "dependencies"))
    for path in (
        ("project", "optional-dependencies"),
        ("dependency-groups",),
        ("tool", "pdm", "dev-dependencies"),
    ):
        groups = at(values, *path)
        for group in groups if isinstance(groups, dict) else ():
            yield _Array((*path, group), group=group)
    yield from _uv_arrays()
    environments = at(values, "tool", "hatch", "envs")
    for name in environments if isinstance(environments, dict) else ():
        for key in ("dependencies", "extra-dependencies"):
            yield _Array(("tool", "hatch", "envs", name, key), group=name)


def _uv_arrays() -> Iterator[_Array]:
    yield _Array(("tool", "uv", "dev-dependencies"), group="dev")
    yield _Array(("tool", "uv", "constraint-dependencies"), kind=Kind.CONSTRAINT)
    yield _Array(("tool", "uv", "override-dependencies"), kind=Kind.OVERRIDE)


def _requirements(
    manifest: ManifestText, places: TomlPlaces, values: dict[str, Any], array: _Array
) -> Iterator[Requirement | Problem]:
    written = at(values, *map(str, array.path))
    if written is None:
        return
    if not isinstance(written, list):
        yield _problem(manifest, places, array.path, "must be an array of requirements")
        return
    for index, entry in enumerate(written):
        path = (*array.path, index)
        if isinstance(entry, str) and not entry.startswith("-e "):
            yield _requirement(manifest, places, path, entry, array)
        elif not isinstance(entry, str) and at(entry, "include-group") is None:
            yield _problem(manifest, places, path, "holds something that is not a requirement")


def _requirement(
    manifest: ManifestText, places: TomlPlaces, path: Path, text: str, array: _Array
) -> Requirement | Problem:
    inside = places.string(path, text)
    literal = places.value(path)
    start, end = inside or literal or (0, 0)
    place = manifest.place(start, end)
    written_as = None if inside else place
    try:
        return pep508.requirement(
            text, manifest, start, kind=array.kind, group=array.group, written_as=written_as
        )
    except ValueError as error:
        return Problem(ProblemKind.UNPARSABLE, place, str(error))


def _missing_groups(
    manifest: ManifestText, places: TomlPlaces, values: dict[str, Any]
) -> Iterator[Problem]:
    """Includes of groups that do not exist; the others add nothing, each group is read itself."""
    groups = at(values, "dependency-groups")
    if not isinstance(groups, dict):
        return
    known = {_normalised(name) for name in groups}
    for name, entries in groups.items():
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            included = at(entry, "include-group")
            if isinstance(included, str) and _normalised(included) not in known:
                path = ("dependency-groups", name, index)
                wrong = f"includes the group `{included}`, which does not exist"
                yield _problem(manifest, places, path, wrong)


def _normalised(group: str) -> str:
    return group.lower().replace("_", "-").replace(".", "-")


def _problem(manifest: ManifestText, places: TomlPlaces, path: Path, wrong: str) -> Problem:
    start, end = places.pair(path) or (0, 0)
    key = ".".join(str(part) for part in path if isinstance(part, str))
    return Problem(ProblemKind.UNPARSABLE, manifest.place(start, end), f"`{key}` {wrong}.")
