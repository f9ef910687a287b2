"""Every look at the disk while releases are worked out, kept as a witness of what was seen.

Findings hold as long as all witnesses say the same again; that is how a cache knows.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import TYPE_CHECKING

from asgi_lint.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

Witnesses = dict[tuple[str, str], str]
"""What was seen, by what was asked ("bytes", "file", "exists" or "names") and of which path."""

_recorders: list[Witnesses] = []


@contextmanager
def recorded() -> Iterator[Witnesses]:
    """Collect a witness of each look until the end; of several at a time each collects all."""
    witnesses: Witnesses = {}
    _recorders.append(witnesses)
    try:
        yield witnesses
    finally:
        _recorders[:] = [each for each in _recorders if each is not witnesses]


def agree(witnesses: Witnesses) -> bool:
    """Whether the disk still looks as it did."""
    return all(_LOOKS[what](path) == seen for (what, path), seen in witnesses.items())


def read_bytes(path: str) -> bytes:
    """The content of a file; OSError."""
    try:
        data = read_regular(path)
    except OSError as error:
        _witness("bytes", path, f"error {error.errno}")
        raise
    _witness("bytes", path, _digest(data))
    return data


def is_file(path: str) -> bool:
    """Whether there is a file at the path."""
    return _witness("file", path, _file(path)) == "yes"


def exists(path: str) -> bool:
    """Whether there is anything at the path."""
    return _witness("exists", path, _exists(path)) == "yes"


def names(folder: str, pattern: str = "*") -> list[str]:
    """The names in a folder that a pattern matches, sorted; none where it cannot be listed."""
    path = f"{folder}/{pattern}"
    return [name for name in _witness("names", path, _names(path)).split("\0") if name]


def _witness(what: str, path: str, seen: str) -> str:
    for witnesses in _recorders:
        witnesses[what, path] = seen
    return seen


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _bytes(path: str) -> str:
    try:
        return _digest(read_regular(path))
    except OSError as error:
        return f"error {error.errno}"


def _file(path: str) -> str:
    return "yes" if os.path.isfile(path) else "no"


def _exists(path: str) -> str:
    return "yes" if os.path.exists(path) else "no"


def _names(path: str) -> str:
    folder, _, pattern = path.rpartition("/")
    try:
        found = os.listdir(folder)
    except OSError:
        found = []
    return "\0".join(sorted(name for name in found if fnmatchcase(name, pattern)))


_LOOKS = {"bytes": _bytes, "file": _file, "exists": _exists, "names": _names}
