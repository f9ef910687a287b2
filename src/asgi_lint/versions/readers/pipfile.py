"""`Pipfile`: what Pipenv installs, a TOML table for each category of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.versions.readers import toml_pairs
from asgi_lint.versions.readers.toml import values_of
from asgi_lint.versions.readers.toml_places import TomlPlaces
from asgi_lint.versions.requirements import (
    Comment,
    Problem,
    Reading,
    Requirement,
    Style,
    reading_of,
)

if TYPE_CHECKING:
    from asgi_lint.versions.manifest_text import ManifestText

_NO_CATEGORIES = frozenset({"pipenv", "pipfile", "requires", "scripts", "source", "sources"})
_GROUPS = {"packages": "", "dev-packages": "dev"}


def read(manifest: ManifestText) -> Reading:
    """Read the packages of every category; a file that names neither subject is only validated."""
    values = values_of(manifest)
    if isinstance(values, Problem):
        return Reading(problems=(values,))
    if not manifest.names_subject:
        return Reading()
    places = TomlPlaces(manifest.text)
    items: list[Requirement | Comment | Problem] = []
    for start, end in places.comments():
        items.append(Comment(manifest.place(start, end), manifest.text[start:end]))
    for category in values.keys() - _NO_CATEGORIES:
        group = _GROUPS.get(category, category)
        table = toml_pairs.Table((category,), Style.PIPFILE, group)
        items.extend(toml_pairs.requirements(manifest, places, values, table))
    return reading_of(sorted(items, key=lambda item: item.place.span))
