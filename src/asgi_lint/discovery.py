"""From the paths that a person names to the Python files and manifests at and below them.

What git ignores and what the configuration excludes is left out, except where it is named itself.
"""

# ruff: noqa: PTH112, PTH114, PTH116

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgi_lint.gitignore import NOTHING_IGNORED, ignored_above
from asgi_lint.globs import GlobMatcher
from asgi_lint.roots import marks_root, project_root, repository_top, upwards
from asgi_lint.source import ProblemKind, SourceProblem, absolute_filename
from asgi_lint.suggestions import closest_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from asgi_lint.gitignore import IgnoreFiles
    from asgi_lint.settings import Settings

_EMACS_LOCK = ".#"
"""How links begin that lead nowhere on purpose: they say who edits the file beside them."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What lies at and below some paths: absolute names with forward slashes, sorted, each once.

    `missing` are the paths that do not exist, as they were given. `unreadable` are the folders
    that cannot be listed and the symbolic links that cannot be followed.
    """

    files: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: tuple[SourceProblem, ...] = ()


def discover(
    paths: Iterable[str | os.PathLike[str]],
    settings: Settings,
    is_manifest: Callable[[str], bool],
) -> Discovered:
    """The files that `paths` name and the ones in the folders that they name.

    A file that is named is taken whatever its suffix and wherever it lies, unless
    `settings.force_exclude` is set and it or a folder above it is excluded.
    """
    search = _Search(settings, is_manifest)
    missing = []
    for given in paths:
        path = absolute_filename(given)
        if not os.fspath(given) or not os.path.lexists(path):
            missing.append(os.fspath(given))
        elif settings.force_exclude and search.excludes_path(path):
            continue
        elif os.path.isdir(path):
            search.walk(path)
        else:
            search.take(path)
    return search.found(missing)


def list_project(root: str, settings: Settings, is_manifest: Callable[[str], bool]) -> Discovered:
    """All Python files and manifests of the project at `root`.

    A folder below it that is a root itself is another project, with its manifests, and left out.
    """
    search = _Search(settings, is_manifest, within_project=True)
    search.walk(root)
    return search.found([])


def is_excluded(path: str, settings: Settings) -> bool:
    """Whether the settings leave out a file, or a folder above it; `path` is absolute."""
    return _Search(settings, lambda _: False).excludes_path(path)


def missing_paths(missing: Collection[str]) -> str:
    """The one sentence to stop with for all paths that do not exist."""
    listed = ", ".join(f'"{path}"' for path in missing)
    meant = [f'"{near}"' for near in map(closest_path, missing) if near is not None]
    suggestion = f" Did you mean {', '.join(meant)}?" if meant else ""
    return f"No such file or folder: {listed}.{suggestion}"


@dataclass(slots=True)
class _Search:
    """One search and what it has found so far."""

    settings: Settings
    is_manifest: Callable[[str], bool]
    within_project: bool = False
    excluded: GlobMatcher = field(init=False)
    files: set[str] = field(default_factory=set)
    manifests: set[str] = field(default_factory=set)
    unreadable: dict[str, SourceProblem] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.excluded = GlobMatcher((*self.settings.exclude, *self.settings.extend_exclude))

    def found(self, missing: Iterable[str]) -> Discovered:
        return Discovered(
            files=tuple(sorted(self.files)),
            manifests=tuple(sorted(self.manifests | set(filter(self.is_manifest, self.files)))),
            missing=tuple(dict.fromkeys(missing)),
            unreadable=tuple(self.unreadable[path] for path in sorted(self.unreadable)),
        )

    def take(self, path: str) -> None:
        """Take a file that was named."""
        if os.path.islink(path) and not self._leads_somewhere(path):
            return
        is_code = path.endswith(".py") or not self.is_manifest(path)
        (self.files if is_code else self.manifests).add(path)

    def excludes_path(self, path: str) -> bool:
        """Whether the path or a folder above it is excluded, up to the configuration's folder."""
        top = self.settings.folder
        if top is None or top not in upwards(path):
            top = self._project_of(posixpath.dirname(path))
        return self.excluded.covers(path, top, is_folder=os.path.isdir(path))

    def _project_of(self, folder: str) -> str:
        if folder not in self.roots:
            self.roots[folder] = project_root(folder)
        return self.roots[folder]

    def walk(self, start: str) -> None:
        """Take what lies in a folder. Links to files are followed, links to folders are not."""
        ignored = NOTHING_IGNORED
        if self.settings.respect_gitignore:
            ignored = ignored_above(start, repository_top(start) or project_root(start))
        pending = [(start, ignored)]
        while pending:
            folder, ignored = pending.pop()
            entries = self._entries(folder)
            names = {entry.name for entry in entries}
            if folder != start and self._is_left_out(names):
                continue
            if self.settings.respect_gitignore:
                ignored = ignored.inside(folder, names)
            below = self._take_entries(folder, entries, ignored)
            pending.extend((path, ignored) for path in below)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return list(entries)
        except OSError as error:
            self._refuse(folder, "The folder cannot be listed", error)
            return []

    def _refuse(self, path: str, problem: str, error: OSError) -> None:
        reason = (error.strerror or "unknown error").lower()
        message = f"{problem}: {reason}."
        self.unreadable[path] = SourceProblem(path, ProblemKind.UNREADABLE, message)

    def _is_left_out(self, names: Collection[str]) -> bool:
        """Whether a folder with these entries is a virtual environment or another project."""
        return "pyvenv.cfg" in names or (self.within_project and marks_root(names))

    def _take_entries(
        self, folder: str, entries: Iterable[os.DirEntry[str]], ignored: IgnoreFiles
    ) -> list[str]:
        """Take a folder's files; the folders in it that are to be walked are returned."""
        below = []
        prefix = f"{folder.rstrip('/')}/"
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not self._leaves_out(path, ignored, is_folder=True):
                    below.append(path)
                continue
            kind = self._kind(path)
            if kind is None or self._leaves_out(path, ignored):
                continue
            if entry.is_symlink() and not self._leads_somewhere(path):
                continue
            if entry.is_file():
                kind.add(path)
        return below

    def _leaves_out(self, path: str, ignored: IgnoreFiles, *, is_folder: bool = False) -> bool:
        return self.excluded.matches(path, is_folder=is_folder) or ignored.ignore(
            path, is_folder=is_folder
        )

    def _kind(self, path: str) -> set[str] | None:
        """Where a file belongs that was not named: only these kinds are taken."""
        if path.endswith(".py"):
            return self.files
        return self.manifests if self.is_manifest(path) else None

    def _leads_somewhere(self, path: str) -> bool:
        """Whether a symbolic link can be followed; it is told if not."""
        try:
            os.stat(path)
        except OSError as error:
            if not posixpath.basename(path).startswith(_EMACS_LOCK):
                self._refuse(path, "The symbolic link cannot be followed", error)
            return False
        return True
