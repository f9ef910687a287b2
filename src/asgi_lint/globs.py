"""The globs of a configuration: which files `exclude` and `per-file-ignores` mean.

They are written as in a `.gitignore` that lies in the configuration's folder, but none of them
takes anything back in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.patterns import parse_pattern
from asgi_lint.roots import upwards

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_PLAIN_NAME = re.compile(r"[\w.-]+")
_BRACE = re.compile(r"(?<!\\)\{")


@dataclass(frozen=True, slots=True)
class Glob:
    """A glob and the folder that it is relative to (absolute, forward slashes).

    Without a slash before its end it matches a name anywhere, else a path relative to the folder.
    """

    pattern: str
    folder: str

    @property
    def fault(self) -> str | None:
        """What is wrong with the pattern, such as "[ is not closed"; None if nothing is."""
        if not {".", ".."}.isdisjoint(self.line.split("/")):
            return ". and .. have no meaning in it"
        if _PLAIN_NAME.fullmatch(self.pattern):
            return None
        if self.pattern.startswith("!"):
            return "! has no meaning in it"
        if _BRACE.search(self.pattern):
            return "{ has no meaning in it: write one glob for each alternative"
        try:
            parsed = parse_pattern(self.line)
        except ValueError as error:
            return str(error)
        if parsed is None:
            return "[ is not closed" if "[" in self.pattern else "it matches nothing"
        return None

    @property
    def line(self) -> str:
        """The glob as a line of the `.gitignore` that would lie in its folder."""
        return self.pattern.removeprefix(".") if self.pattern.startswith("./") else self.pattern


class GlobMatcher:
    """Several globs without fault, compiled to be asked about many paths."""

    __slots__ = ("_names", "_paths", "_plain_names")

    def __init__(self, globs: Iterable[Glob]) -> None:
        plain_names: set[str] = set()
        names: list[GitIgnoreSpecPattern] = []
        paths: list[tuple[str, GitIgnoreSpecPattern]] = []
        for glob in globs:
            if _PLAIN_NAME.fullmatch(glob.pattern):
                plain_names.add(glob.pattern)
            elif (pattern := parse_pattern(glob.line)) is None:
                continue
            elif "/" in glob.line.rstrip("/"):
                paths.append((f"{glob.folder.rstrip('/')}/", pattern))
            else:
                names.append(pattern)
        self._plain_names = frozenset(plain_names)  # most globs are, and need no pathspec
        self._names = tuple(names)
        self._paths = tuple(paths)

    def matches(self, path: str, *, is_folder: bool = False) -> bool:
        """Whether a glob means this path (absolute, forward slashes); its parents are not asked."""
        above, _, name = path.rpartition("/")
        if name in self._plain_names:
            return True
        end = "/" if is_folder else ""
        if any(pattern.match_file(name + end) for pattern in self._names):
            return True
        return any(
            pattern.match_file(path[len(folder) :] + end)
            and not pattern.match_file(f"{above}/"[len(folder) :])
            for folder, pattern in self._paths
            if path.startswith(folder)
        )

    def covers(self, path: str, top: str, *, is_folder: bool = False) -> bool:
        """Whether a glob means this path or a folder above it; only folders below `top` count."""
        if self.matches(path, is_folder=is_folder):
            return True
        inside = f"{top.rstrip('/')}/"
        return any(
            self.matches(folder, is_folder=True)
            for folder in upwards(path)
            if folder != path and folder.startswith(inside)
        )
