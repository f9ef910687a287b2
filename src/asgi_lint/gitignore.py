"""What git ignores: the `.gitignore` files of a repository and its `.git/info/exclude`.

A walk asks about each folder before what lies in it, because nothing below an ignored folder can be
taken back in. pathspec matches a path together with its parents, so more is taken back in than git
does, rather one file too many than one too few: `!src/` brings along the folders in `src` that a
line before it ignores, and whatever in `src` a `.gitignore` further up ignores. Named sets such as
`[[:digit:]]` match nothing. A person's own `core.excludesFile` is not read: a run gives the same
result on every machine.
"""

# ruff: noqa: PTH113, PTH123

from __future__ import annotations

import codecs
import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.patterns import parse_pattern
from asgi_lint.roots import entry_names, upwards

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pathspec import GitIgnoreSpec, PathSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern


class IgnoreFile(NamedTuple):
    """The patterns of one file, and the folder they are relative to, with a slash at its end.

    For files GitIgnoreSpec lets a pattern for the file itself go before one for a folder above it.
    For folders the last pattern that matches decides: `*`, then `!*/`, takes all of them back in.
    """

    base: str
    for_files: GitIgnoreSpec
    for_folders: PathSpec[GitIgnoreSpecPattern]

    def ignore(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether the path, a folder's or not, is ignored; None if no pattern matches."""
        relative = path[len(self.base) :]
        if is_folder:
            return self.for_folders.check_file(f"{relative}/").include
        return self.for_files.check_file(relative).include


class IgnoreFiles(NamedTuple):
    """The patterns that hold in one folder: those of the closest file come first."""

    closest_first: tuple[IgnoreFile, ...] = ()

    def ignore(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether git ignores this entry of the folder (absolute, forward slashes).

        The folder itself must not be ignored.
        """
        for file in self.closest_first:
            ignored = file.ignore(path, is_folder=is_folder)
            if ignored is not None:
                return ignored
        return False

    def inside(self, folder: str, names: Collection[str]) -> IgnoreFiles:
        """What holds in `folder`, one step down, that has entries of these names.

        A repository inside another begins anew.
        """
        closest_first = self.closest_first
        if ".git" in names:
            excluding = _read(_info_exclude(folder), folder)
            closest_first = (excluding,) if excluding else ()
        if ".gitignore" in names and (own := _read(f"{folder}/.gitignore", folder)):
            closest_first = (own, *closest_first)
        return IgnoreFiles(closest_first)


NOTHING_IGNORED = IgnoreFiles()


def ignored_above(folder: str, top: str) -> IgnoreFiles:
    """The patterns for `folder` from the folders above it, up to and with `top`.

    Where git ignores the folder itself nothing from above counts: who names an ignored folder
    wants to look inside.
    """
    ignored = NOTHING_IGNORED
    for step in _steps_down(top, folder):
        if ignored.ignore(step, is_folder=True):
            return NOTHING_IGNORED
        if step != folder:
            ignored = ignored.inside(step, entry_names(step))
    return ignored


def _steps_down(top: str, folder: str) -> list[str]:
    steps = []
    for step in upwards(folder):
        steps.append(step)
        if step == top:
            break
    return steps[::-1]


def _read(path: str, base: str) -> IgnoreFile | None:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:  # as git does: a file of patterns that cannot be read ignores nothing
        return None
    text = os.fsdecode(data.removeprefix(codecs.BOM_UTF8)).replace("\r\n", "\n")
    patterns = _patterns(text.split("\n"))
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec, PathSpec

    for_files = GitIgnoreSpec(patterns, backend="simple")
    return IgnoreFile(f"{base.rstrip('/')}/", for_files, PathSpec(patterns, backend="simple"))


def _patterns(lines: Iterable[str]) -> list[GitIgnoreSpecPattern]:
    """The patterns of a file; as for git, one that makes no sense matches nothing."""
    patterns = []
    for line in lines:
        try:
            pattern = parse_pattern(line)
        except ValueError:
            continue
        if pattern is not None:
            patterns.append(pattern)
    return patterns


def _info_exclude(top: str) -> str:
    """Where the repository at `top` keeps the patterns that it does not commit.

    See git's page gitrepository-layout.
    """
    git = f"{top}/.git"
    if not os.path.isfile(git):
        return f"{git}/info/exclude"
    # A worktree or a submodule: `.git` is a file that says where the repository lies, and that of
    # a worktree says which one it shares.
    stated = _first_line(git).removeprefix("gitdir:").strip()
    folder = posixpath.join(top, stated.replace(os.sep, "/"))
    return posixpath.join(folder, _first_line(f"{folder}/commondir"), "info/exclude")


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.readline()).strip()
    except OSError:
        return ""
