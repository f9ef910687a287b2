"""Changed files written so that each is old or new at any moment, and some only together.

A file is written beside itself and then put in its place. So another name of it (a hard link) keeps
the old text, and a program that has it open too.
"""

# ruff: noqa: PTH105, PTH108, PTH116, PTH123

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.reading import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asgi_lint.source import Source


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it was read, and the text that it is to have."""

    source: Source
    text: str

    @property
    def target(self) -> str:
        """The file itself, where `source` was read through a symbolic link."""
        return os.path.realpath(self.source.filename)

    @property
    def before(self) -> bytes:
        """What the file held when it was read."""
        return self.source.encode(self.source.text)

    @property
    def after(self) -> bytes:
        """What it is to hold. UnicodeEncodeError for a character that its encoding lacks."""
        return self.source.encode(self.text)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a file is not written; `reason` is a clause, such as "it is read-only".

    `is_failure` says whether the run has failed by it: a file that somebody else has changed
    meanwhile is only left to them.
    """

    filename: str
    reason: str
    is_failure: bool = True


def forbidden(source: Source) -> Obstacle | None:
    """What is to be seen beforehand that forbids writing the file, if anything does."""
    filename = source.filename
    target = os.path.realpath(filename)
    try:
        mode = os.stat(target).st_mode
    except OSError as error:
        return Obstacle(filename, _reason(error))
    if not stat.S_ISREG(mode):
        return Obstacle(filename, "it is not a regular file")
    # The superuser may write what nobody should: the mode counts, not only what is permitted.
    if not mode & 0o222 or not os.access(target, os.W_OK):
        return Obstacle(filename, "it is read-only")
    if not os.access(os.path.dirname(target), os.W_OK | os.X_OK):  # noqa: PTH120
        return Obstacle(filename, "nothing can be written to its folder")
    return left_alone(source)


def left_alone(source: Source) -> Obstacle | None:
    """Why the file is not even to be changed in memory: it is no longer what was read.

    Or it would change where no edit is, since its encoding says one text in several ways.
    """
    found = _read(source.filename)
    if found == source.encode(source.text):
        return None
    if found is not None and _says(found, source):
        reason = f"its encoding, {source.encoding}, does not give back the bytes that it holds"
        return Obstacle(source.filename, reason)
    reason = "it has changed since it was read"
    return Obstacle(source.filename, reason, is_failure=False)


def _says(data: bytes, source: Source) -> bool:
    try:
        return data.removeprefix(source.encode("")).decode(source.encoding) == source.text
    except UnicodeError:
        return False


def _read(filename: str) -> bytes | None:
    try:
        return read_regular(filename)
    except OSError:
        return None


def hard_links(change: Change) -> int:
    """How many other names the file has; 0 if it is gone meanwhile."""
    try:
        return os.stat(change.target).st_nlink - 1
    except OSError:
        return 0


def write(groups: Iterable[Sequence[Change]]) -> list[Obstacle]:
    """Write the files of each group, all of them or none; what prevents it is returned.

    Each file keeps its mode, its other attributes, and its owner where that is permitted. A signal
    that ends the run does so between two groups, with no temporary file left behind.
    """
    from asgi_lint.fixes.signals import signals_kept_back  # late: most runs write nothing

    obstacles: list[Obstacle] = []
    with signals_kept_back() as is_interrupted:
        for group in groups:
            if is_interrupted():
                break
            obstacles += _write_group(group)
    return obstacles


def _write_group(group: Sequence[Change]) -> list[Obstacle]:
    if changed := [found for change in group if (found := left_alone(change.source))]:
        return changed
    staged: dict[str, str] = {}
    replaced: list[Change] = []
    filename = ""
    try:
        for change in group:
            filename = change.source.filename
            staged[filename] = _staged(change.target, change.after)
        for change in group:
            filename = change.source.filename
            os.replace(staged[filename], change.target)
            del staged[filename]
            replaced.append(change)
    except OSError as error:
        failed = Obstacle(filename, _reason(error))
        return [failed, *filter(None, map(_put_back, replaced))]
    finally:
        for temporary in staged.values():
            with suppress(OSError):
                os.unlink(temporary)
    return []


def _put_back(change: Change) -> Obstacle | None:
    try:
        temporary = _staged(change.target, change.before)
        try:
            os.replace(temporary, change.target)
        except OSError:
            os.unlink(temporary)
            raise
    except OSError as error:
        reason = f"it is changed, and its old text cannot be put back: {_reason(error)}"
        return Obstacle(change.source.filename, reason)
    return None


def _staged(target: str, data: bytes) -> str:
    """A temporary file beside `target` that holds `data` and is otherwise like it."""
    import tempfile

    folder = os.path.dirname(target)  # noqa: PTH120
    descriptor, temporary = tempfile.mkstemp(prefix=".asgi-lint-", suffix=".tmp", dir=folder)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        _take_after(target, temporary)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _take_after(target: str, temporary: str) -> None:
    import shutil

    wanted, given = os.stat(target), os.stat(temporary)
    if hasattr(os, "chown") and (wanted.st_uid, wanted.st_gid) != (given.st_uid, given.st_gid):
        # One by one: who may not give a file away may still give it to one of their groups.
        with suppress(PermissionError):
            os.chown(temporary, -1, wanted.st_gid)
        with suppress(PermissionError):
            os.chown(temporary, wanted.st_uid, -1)
    shutil.copystat(target, temporary)
    os.utime(temporary)


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()
