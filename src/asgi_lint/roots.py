"""Which project and which repository a path belongs to: the search from a folder upwards.

Paths are absolute names with forward slashes, as `source.absolute_filename` makes them: creating a
`Path` costs more than looking into the folder.
"""

# ruff: noqa: PTH110, PTH112, PTH208

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

ROOT_MARKERS = frozenset(
    {
        ".git",
        "Pipfile",
        "asgi-lint.toml",
        "pixi.toml",
        "pyproject.toml",
        "requirements.txt",
        "setup.cfg",
        "setup.py",
    }
)
"""What makes a folder the root of a project."""


def project_root(path: str) -> str:
    """The closest folder upwards that has one of `ROOT_MARKERS`, else the path's own folder.

    `path` is a folder, where the search begins, or a file in it.
    """
    folder = path if os.path.isdir(path) else posixpath.dirname(path)
    return _marked_root(folder, {}) or folder


def group_by_root(files: Iterable[str], given: Iterable[str] = ()) -> dict[str, list[str]]:
    """The files of each project, in the order of `files`, under the project's root.

    A file that no marked folder lies above belongs to the topmost of the `given` paths that it
    lies in, else to its own folder.
    """
    given = sorted(given)
    known: dict[str, str | None] = {}
    by_root: defaultdict[str, list[str]] = defaultdict(list)
    for file in files:
        folder = posixpath.dirname(file)
        root = _marked_root(folder, known) or _topmost(given, file) or folder
        by_root[root].append(file)
    return dict(sorted(by_root.items()))


def repository_top(folder: str) -> str | None:
    """The closest folder upwards that holds `.git`, be that a folder or a worktree's file."""
    return next((step for step in upwards(folder) if os.path.exists(f"{step}/.git")), None)


def marks_root(names: Collection[str]) -> bool:
    """Whether a folder with entries of these names is the root of a project."""
    markers = ROOT_MARKERS.intersection(names)
    # A package may have a module called setup: what installs it never lies inside it.
    if "__init__.py" in names:
        markers -= {"setup.py"}
    return bool(markers)


def upwards(path: str) -> Iterator[str]:
    """The path and all folders above it."""
    yield path
    while (parent := posixpath.dirname(path)) != path:
        yield (path := parent)


def entry_names(folder: str) -> list[str]:
    """The names of what lies in a folder; none where it cannot be listed."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _marked_root(folder: str, known: dict[str, str | None]) -> str | None:
    """The closest marked folder; `known` remembers the answer for every folder on the way."""
    passed = []
    root = None
    for step in upwards(folder):
        if step in known:
            root = known[step]
            break
        passed.append(step)
        if marks_root(entry_names(step)):
            root = step
            break
    known.update(dict.fromkeys(passed, root))
    return root


def _topmost(given: Iterable[str], file: str) -> str | None:
    """The first of the sorted paths that the file lies in; a folder sorts before its insides."""
    return next((path for path in given if file.startswith(f"{path.rstrip('/')}/")), None)
