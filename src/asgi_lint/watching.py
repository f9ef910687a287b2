"""What `asgi-lint check --watch` looks at: every file that could change what a run says."""

from __future__ import annotations

import os
from posixpath import basename
from typing import TYPE_CHECKING

from asgi_lint.discovery import discover
from asgi_lint.roots import project_root, upwards
from asgi_lint.source import absolute_filename
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from asgi_lint.settings import Settings

    Snapshot: TypeAlias = Mapping[str, tuple[int, int, int]]

_CONFIGURATIONS = ("asgi-lint.toml", "pyproject.toml", ".gitignore")


def snapshot(
    paths: Sequence[str], settings_for: Callable[[str], Settings], known: Iterable[str] = ()
) -> Snapshot:
    """Each file at and around the paths, with what tells that it has changed.

    Those are the Python files and manifests of the paths and of their projects, the configurations
    of both and of the folders above, a baseline, and what is `known` from before. Raises
    SettingsError.
    """
    marks = ((name, _mark(name)) for name in {*_watched(paths, settings_for), *known})
    return {name: mark for name, mark in marks if mark is not None}


def _watched(paths: Sequence[str], settings_for: Callable[[str], Settings]) -> Iterator[str]:
    given = dict.fromkeys(map(absolute_filename, paths))
    for path in dict.fromkeys((*given, *map(project_root, given))):
        settings = settings_for(path)
        found = discover([path], settings, _is_watched)
        yield from found.files
        yield from found.manifests
        yield from (each.filename for each in found.unreadable)
        yield from settings.extended
        yield from filter(None, (settings.filename, settings.baseline))
        for folder in upwards(path):
            yield from (f"{folder.rstrip('/')}/{name}" for name in _CONFIGURATIONS)


def _is_watched(filename: str) -> bool:
    return is_manifest(filename) or basename(filename) in _CONFIGURATIONS


def _mark(filename: str) -> tuple[int, int, int] | None:
    """What a change of the file changes; an editor may keep its time, but not all three."""
    try:
        status = _status(filename)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _status(filename: str) -> os.stat_result:
    """That of a file, or of a link that leads nowhere."""
    try:
        return os.stat(filename)  # noqa: PTH116 - thousands of times a minute
    except OSError:
        return os.lstat(filename)
