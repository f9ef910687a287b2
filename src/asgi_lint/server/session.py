"""What is known of an editor's workspace between two changes, so that a change costs little.

Which files there are and what they say on disk is looked at when something was saved, opened or
changed on disk. A change in a document then costs the facts of its file, and linking and checking
the projects that it belongs to.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from asgi_lint.discovery import is_excluded
from asgi_lint.memory import Memory
from asgi_lint.pipeline import (
    UsageError,
    check_project,
    current_day,
    extent_at,
    found_at,
    unlisted_folder,
)
from asgi_lint.roots import group_by_root
from asgi_lint.rules.registry import rules
from asgi_lint.server.saved import SavedFiles
from asgi_lint.settings import SettingsError, load_settings
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from asgi_lint.pipeline import Extent, Run
    from asgi_lint.server.documents import Document, View
    from asgi_lint.settings import Settings
    from asgi_lint.source import Source, SourceProblem

_INSTALLED = frozenset({"site-packages", "dist-packages"})
"""Folders of packages that nobody edits: going to a definition opens their files all the same."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the runs of all projects, and what stood in its way, a sentence each."""

    view: View
    runs: tuple[Run, ...]
    problems: tuple[str, ...] = ()

    def run_of(self, filename: str) -> Run | None:
        """The run that reported on a file."""
        return next((run for run in self.runs if filename in run.reported), None)


@dataclass(slots=True)
class Session:
    """The projects of a workspace. Use it from one thread at a time."""

    _extents: dict[str, Extent] = field(default_factory=dict)
    _runs: dict[str, Run] = field(default_factory=dict)
    _unlisted: tuple[Run, ...] = ()
    _problems: dict[str, str] = field(default_factory=dict)
    _memories: defaultdict[str, Memory] = field(default_factory=lambda: defaultdict(Memory))
    _saved: SavedFiles = field(default_factory=SavedFiles)

    def check(self, view: View, changed: Collection[str], *, rescan: bool) -> Checked:
        """Check what a view shows, given the files that changed in it since the last time.

        With `rescan` the disk is searched anew and everything is checked.
        """
        if rescan:
            self._scan(view)
            due = [*self._extents]
        else:
            due = [root for root, extent in self._extents.items() if _concerns(extent, changed)]
        for root in due:
            self._check(root, view)
        return Checked(view, (*self._runs.values(), *self._unlisted), self._problems_once())

    def run_with(self, view: View, filename: str, changed: Mapping[str, Source]) -> Run | None:
        """What a file's project would be with other texts; None if it has none.

        SettingsError and UsageError as in a run.
        """
        root = next((root for root, run in self._runs.items() if filename in run.reported), None)
        if root is None or root not in self._extents:
            return None
        _, run = check_project(
            self._extents[root],
            {**self._sources(root, view), **changed},
            current_day(),
            self._memories[root],
            links=True,
        )
        return run

    def settings_of(self, filename: str) -> Settings | None:
        """The settings of the project that a file belongs to."""
        for root, run in self._runs.items():
            if filename in run.reported and root in self._extents:
                return self._extents[root].settings
        return None

    def _problems_once(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._problems.values()))

    def _scan(self, view: View) -> None:
        """Find the projects of a view; one with a configuration that is wrong stays as it was."""
        settings_for = _SettingsByFolder()
        self._problems.clear()
        found, unlisted = self._found(view, settings_for)
        given = [*view.folders, *(name for name in found if name in view.documents)]
        extents: dict[str, Extent] = {}
        for root, filenames in group_by_root(found, given).items():
            try:
                # The server has several threads, and such a process cannot be forked safely.
                settings = replace(settings_for(root), jobs=1)
                extents[root] = extent_at(root, filenames, given, settings)
            except SettingsError as error:
                self._problems[root] = str(error)
                if root in self._extents:
                    extents[root] = self._extents[root]
        self._extents = extents
        self._runs = {root: run for root, run in self._runs.items() if root in extents}
        self._unlisted = tuple(map(unlisted_folder, unlisted))
        kept = [name for extent in extents.values() for name in _files(extent)]
        self._saved.look_again(kept)
        for root in [root for root in self._memories if root not in extents]:
            del self._memories[root]
        for root, extent in extents.items():
            self._memories[root].forget_all_but(extent.listed.files + extent.found)
            self._memories[root].forget_versions()

    def _found(
        self, view: View, settings_for: _SettingsByFolder
    ) -> tuple[dict[str, None], list[SourceProblem]]:
        """The files and manifests of a view: what its folders hold, and documents besides them."""
        found: dict[str, None] = {}
        unlisted: list[SourceProblem] = []
        for folder in view.folders:
            try:
                below, problems = found_at([folder], settings_for)
            except (SettingsError, UsageError) as error:
                self._problems[folder] = str(error)
                below = dict.fromkeys(
                    name for extent in self._extents.values() for name in extent.found
                )
                below = {name: None for name in below if _is_below(name, folder)}
            else:
                unlisted += problems
            found |= below
        for each in view.documents.values():
            if each.filename not in found and _is_wanted(each, view, settings_for):
                found[each.filename] = None
        return found, unlisted

    def _check(self, root: str, view: View) -> None:
        try:
            _, self._runs[root] = check_project(
                self._extents[root],
                self._sources(root, view),
                current_day(),
                self._memories[root],
                links=True,
            )
        except UsageError as error:
            self._problems[root] = str(error)

    def _sources(self, root: str, view: View) -> dict[str, Source | SourceProblem]:
        """What the project's files say, in the editor or else on disk."""
        sources = self._saved.sources(_files(self._extents[root]))
        return {**sources, **{name: each.source for name, each in view.documents.items()}}


class _SettingsByFolder:
    """The settings at a path, each configuration read once."""

    def __init__(self) -> None:
        self._known: dict[str, Settings] = {}

    def __call__(self, path: str) -> Settings:
        if path not in self._known:
            self._known[path] = load_settings(path, rules())
        return self._known[path]


def _files(extent: Extent) -> list[str]:
    """The Python files of a project."""
    names = dict.fromkeys((*extent.listed.files, *extent.found))
    return [name for name in names if name.endswith(".py") or not is_manifest(name)]


def _concerns(extent: Extent, changed: Iterable[str]) -> bool:
    """Whether a file may matter to a project: it lies in it, or states requirements above it."""
    return any(
        _is_below(name, extent.root)
        or (is_manifest(name) and _is_below(extent.root, posixpath.dirname(name)))
        for name in changed
    )


def _is_wanted(document: Document, view: View, settings_for: _SettingsByFolder) -> bool:
    """Whether a document is to be checked although no search has found it."""
    filename = document.filename
    is_inside = any(_is_below(filename, folder) for folder in view.folders)
    if not document.is_checked or not _INSTALLED.isdisjoint(filename.split("/")):
        return False
    if is_inside and posixpath.exists(filename) and filename.endswith(".py"):
        return False  # it is excluded, or ignored by git
    try:
        return not is_excluded(filename, settings_for(posixpath.dirname(filename)))
    except SettingsError:
        return False


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")
