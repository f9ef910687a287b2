"""`Pipfile`: what Pipenv installs, a TOML table for each category of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.versions.readers import toml_pairs
from asgi_lint.versions.readers.toml import opened
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
    document = opened(manifest)
    if isinstance(document, Reading):
        return document
    values, places, comments = document
    items: list[Requirement | Comment | Problem] = [*comments]
    for category in values.keys() - _NO_CATEGORIES:
        group = _GROUPS.get(category, category)
        table = toml_pairs.Table((category,), Style.PIPFILE, group)
        items.extend(toml_pairs.requirements(manifest, places, values, table))
    return reading_of(sorted(items, key=lambda item: item.place.span))
