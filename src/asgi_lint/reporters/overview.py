"""The effective releases of each folder, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import as_json, well_formed
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from asgi_lint.reporters.color import Paint
    from asgi_lint.versions.overview import FolderOverview, PackageOverview, Said


def render(folders: Iterable[FolderOverview], base: Path, *, color: bool = False) -> str:
    """A block for each folder; paths are shown relative to `base`."""
    paint = painter(color=color)
    blocks = ["\n".join(_folder(folder, base, paint)) for folder in folders]
    return well_formed("\n\n".join(blocks) + "\n")


def render_json(folders: Iterable[FolderOverview], base: Path) -> str:
    """A JSON list of objects with `folder` and `packages`."""
    objects = [
        {
            "folder": _shown_folder(folder.folder, base),
            "same_as": None if folder.same_as is None else _shown_folder(folder.same_as, base),
            "packages": [_object(package, base) for package in folder.packages],
        }
        for folder in folders
    ]
    return as_json(objects, indent=2) + "\n"


def _folder(folder: FolderOverview, base: Path, paint: Paint) -> Iterator[str]:
    yield paint(_shown_folder(folder.folder, base), "message")
    if folder.same_as is not None:
        yield f"  as in {_shown_folder(folder.same_as, base)}"
        return
    if not folder.packages:
        yield "  neither Starlette nor FastAPI is required here or in a folder above"
    for package in folder.packages:
        yield f"  {paint(package.phrase, 'step')}{_range(package)}"
        for said in package.requirements:
            yield f"    from {_said(said, base)}"
        for said in package.ignored:
            yield f"    ignored, since it contradicts: {_said(said, base)}"
        for hazard in package.hazards:
            verb = paint("has", "error") if hazard.is_picked else paint("allows", "note")
            yield f"    {verb} {hazard.identifier} ({hazard.releases})"


def _range(package: PackageOverview) -> str:
    if package.count == 1:
        return ""
    return f"; {package.count} releases are allowed, {package.oldest} to {package.newest}"


def _said(said: Said, base: Path) -> str:
    row, column = said.place.span.start
    return f"{shown_path(said.place.filename, base)}:{row}:{column}: {said.text}"


def _shown_folder(folder: str, base: Path) -> str:
    return "." if folder == base.as_posix() else shown_path(folder, base)


def _object(package: PackageOverview, base: Path) -> dict[str, object]:
    return {
        "package": package.package,
        "picked": package.picked,
        "allowed": {"oldest": package.oldest, "newest": package.newest, "count": package.count},
        "origin": package.origin,
        "phrase": package.phrase,
        "requirements": [_said_object(said, base) for said in package.requirements],
        "ignored": [_said_object(said, base) for said in package.ignored],
        "hazards": [
            {
                "identifier": hazard.identifier,
                "summary": hazard.summary,
                "releases": hazard.releases,
                "picked": hazard.is_picked,
            }
            for hazard in package.hazards
        ],
    }


def _said_object(said: Said, base: Path) -> dict[str, object]:
    row, column = said.place.span.start
    return {
        "text": said.text,
        "filename": shown_path(said.place.filename, base),
        "location": {"row": row, "column": column},
    }
