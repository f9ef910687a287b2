"""What someone may have meant who wrote a word or a path that does not exist."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_NAMES = 2_000
"""How many names of a folder are compared: each costs about 20 µs."""


def closest(word: str, known: Iterable[str], *, closeness: float = 0.6) -> str | None:
    """The known word that is spelled most like `word`, whatever its case; None if none is near.

    `closeness` is the least ratio of `difflib`, 1 for equal words.
    """
    from difflib import get_close_matches  # late: only needed for an error

    by_lower = {each.lower(): each for each in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=closeness)
    return by_lower[found[0]] if found else None


def closest_path(path: str) -> str | None:
    """The file or folder that is spelled most like `path`, part by part; None if none is near."""
    first, *parts = Path(path).parts or ("",)
    known = Path(first) if Path(path).is_absolute() else Path()
    for part in parts if known.is_absolute() else (first, *parts):
        if part == ".." or os.path.lexists(known / part):
            known /= part
            continue
        name = _closest_name(part, _names_in(known))
        if name is None:
            return None
        known /= name
    return known.as_posix()


def _closest_name(word: str, names: Sequence[str]) -> str | None:
    """The name that is most like the word; an ending that both have makes them no more alike."""
    ending = Path(word).suffix
    by_stem = {name.removesuffix(ending): name for name in names if name.endswith(ending)}
    stem = closest(word.removesuffix(ending), by_stem)
    return by_stem[stem] if stem is not None else closest(word, names, closeness=0.8)


def _names_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in islice(entries, _MOST_NAMES)]
    except OSError:
        return []
