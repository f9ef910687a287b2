"""Files as they lie on disk, read again only when something about them is another."""

# ruff: noqa: PTH116

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from asgi_lint.source import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgi_lint.source import Source, SourceProblem

    Stamp = tuple[int, int, int]


class SavedFiles:
    """Sources by filename. What is on disk is looked at by `look_again` alone."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Stamp | None, Source | SourceProblem]] = {}

    def look_again(self, filenames: Iterable[str]) -> None:
        """Forget all other files, and those of these that have changed on disk."""
        kept = {}
        for name in filenames:
            known = self._known.get(name)
            if known is not None and known[0] is not None and known[0] == _stamp(name):
                kept[name] = known
        self._known = kept

    def sources(self, filenames: Iterable[str]) -> dict[str, Source | SourceProblem]:
        """What files say."""
        return {name: self._source(name) for name in filenames}

    def _source(self, name: str) -> Source | SourceProblem:
        if name not in self._known:
            stamp = _stamp(name)  # before the read: what changes meanwhile is seen the next time
            self._known[name] = (stamp, read_source(name))
        return self._known[name][1]


def _stamp(name: str) -> Stamp | None:
    try:
        found = os.stat(name)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
