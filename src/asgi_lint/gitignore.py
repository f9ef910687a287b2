"""What git ignores: the `.gitignore` files of a repository and its `.git/info/exclude`.

A walk asks about each folder before what lies in it, because nothing below an ignored folder can be
taken back in. pathspec matches a path together with its parents, so more is taken back in than git
does, rather one file too many than one too few: `!src/` brings along the folders in `src` that a
line before it ignores, and whatever in `src` a `.gitignore` further up ignores. Named sets such as
`[[:digit:]]` match nothing. A person's own `core.excludesFile` is not read: a run gives the same
result on every machine.
"""

# ruff: noqa: PTH113

from __future__ import annotations

import codecs
import os
import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.patterns import parse_pattern
from asgi_lint.reading import read_regular
from asgi_lint.roots import entry_names, upwards

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pathspec import GitIgnoreSpec, PathSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern


class Sieve(NamedTuple):
    """What a path must have for any pattern of a file to match: most paths have none of it.

    `names` and `endings` are those of an entry or of a folder above it, from patterns such as
    `build/` and `*.log`; `others` are the patterns that say more.
    """

    names: frozenset[str]
    endings: tuple[str, ...]
    others: tuple[GitIgnoreSpecPattern, ...]

    def may_match(self, relative: str) -> bool:
        """Whether some pattern may match a path, with or without a slash at its end."""
        parts = relative.split("/")
        return (
            not self.names.isdisjoint(parts)
            or any(part.endswith(self.endings) for part in parts)
            or any(each.match_file(relative) or each.match_file(f"{relative}/")
                   for each in self.others)
        )  # fmt: skip


class IgnoreFile(NamedTuple):
    """The patterns of one file, and the folder they are relative to, with a slash at its end.

    For files GitIgnoreSpec lets a pattern for the file itself go before one for a folder above it.
    For folders the last pattern that matches decides: `*`, then `!*/`, takes all of them back in.
    """

    base: str
    sieve: Sieve
    for_files: GitIgnoreSpec
    for_folders: PathSpec[GitIgnoreSpecPattern]

    def ignore(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether the path, a folder's or not, is ignored; None if no pattern matches."""
        relative = path[len(self.base) :]
        if not self.sieve.may_match(relative):
            return None
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
        data = read_regular(path)
    except OSError:  # as git does: a file of patterns that cannot be read ignores nothing
        return None
    text = os.fsdecode(data.removeprefix(codecs.BOM_UTF8)).replace("\r\n", "\n")
    found = [*_patterns(text.split("\n"))]
    if not found:
        return None
    patterns = [pattern for _, pattern in found]
    from pathspec import GitIgnoreSpec, PathSpec

    for_files = GitIgnoreSpec(patterns, backend="simple")
    for_folders = PathSpec(patterns, backend="simple")
    return IgnoreFile(f"{base.rstrip('/')}/", _sieve(found), for_files, for_folders)


_PLAIN = re.compile(r"!?/?(?:(?P<name>[\w.-]+)|\*(?P<ending>[\w.-]+))/?", re.ASCII)


def _sieve(found: Iterable[tuple[str, GitIgnoreSpecPattern]]) -> Sieve:
    names, endings, others = set(), set(), []
    for line, pattern in found:
        plain = _PLAIN.fullmatch(line)
        if plain is None:
            others.append(pattern)
        elif plain["name"] is not None:
            names.add(plain["name"])
        else:
            endings.add(plain["ending"])
    return Sieve(frozenset(names), tuple(endings), tuple(others))


def _patterns(lines: Iterable[str]) -> Iterator[tuple[str, GitIgnoreSpecPattern]]:
    """The patterns of a file, each with its line; as for git, what makes no sense is left out."""
    for line in lines:
        try:
            pattern = parse_pattern(line)
        except ValueError:
            continue
        if pattern is not None:
            yield line, pattern


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
        first, _, _ = read_regular(path).partition(b"\n")
    except (OSError, ValueError):  # what another such file names may be anything
        return ""
    return os.fsdecode(first).strip()
