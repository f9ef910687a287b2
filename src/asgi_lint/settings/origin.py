"""Where a table of settings comes from, and how a mistake in it is told."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass

KeyPath = tuple[str | int, ...]
"""From a table of settings to a key in it, and on to an entry of its list."""

_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


class SettingsError(Exception):
    """A configuration that cannot be used; the text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file with the table in it, or the command line, which has no text.

    Globs with a slash are relative to `folder` (absolute, forward slashes).
    """

    name: str
    folder: str
    text: str | None = None
    table: tuple[str, ...] = ()

    def error(self, path: KeyPath, problem: str) -> SettingsError:
        """What is wrong with the key or entry at `path`, and where in the file it stands."""
        keys = [key for key in (*self.table, *path) if isinstance(key, str)]
        written = ".".join(key if _BARE_KEY.fullmatch(key) else f'"{key}"' for key in keys)
        option = "--" if self.text is None else ""
        end = "" if problem.endswith("?") else "."
        return SettingsError(f"{self._place(path)}: {option}{written}: {problem}{end}")

    def _place(self, path: KeyPath) -> str:
        if self.text is None:
            return self.name
        # Late: only needed for an error.
        from asgi_lint.versions.manifest_text import ManifestText
        from asgi_lint.versions.readers.toml_places import TomlPlaces

        stretch = TomlPlaces(self.text).naming((*self.table, *path))
        if stretch is None:
            return self.name
        start = ManifestText(self.name, self.text).place(*stretch).span.start
        return f"{self.name}:{start.row}:{start.column}"


def absolute_below(folder: str, written: str) -> str:
    """A path as a configuration writes it: relative to `folder`, `~` is the home folder."""
    expanded = os.path.expanduser(written).replace(os.sep, "/")  # noqa: PTH111
    return posixpath.normpath(posixpath.join(folder, expanded))
