"""Which folder keeps what a run over a project finds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from asgi_lint.cache.folder import DEFAULT_NAME, CacheFolder
from asgi_lint.roots import entry_names, marks_root, project_root
from asgi_lint.source import absolute_filename

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asgi_lint.settings import Settings


def cache_folder(root: str, settings: Settings) -> CacheFolder | None:
    """The folder for the project at `root`, None where nothing is to be kept.

    A folder that is no project, such as one with a single script in it, is not written to unless
    the settings name a folder.
    """
    if not settings.cache:
        return None
    if settings.cache_dir is not None:
        return CacheFolder(settings.cache_dir)
    if not marks_root(entry_names(root)):
        return None
    return CacheFolder(f"{root.rstrip('/')}/{DEFAULT_NAME}")


def cache_folders(
    paths: Iterable[str], settings_for: Callable[[str], Settings]
) -> list[CacheFolder]:
    """The folders of the projects at, around and below the paths, each once."""
    found: dict[str, None] = {}
    for path in map(absolute_filename, paths):
        settings = settings_for(path)
        if settings.cache_dir is not None:
            found[settings.cache_dir] = None
        found[f"{project_root(path).rstrip('/')}/{DEFAULT_NAME}"] = None
        for folder, names, _ in os.walk(path):
            if DEFAULT_NAME in names:
                found[f"{folder.rstrip('/')}/{DEFAULT_NAME}"] = None
    return [CacheFolder(path) for path in found]
