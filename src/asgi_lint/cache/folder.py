"""The folder that a cache lies in: who may have written to it, how it is written, what it may hold.

Nothing in it is ever needed: what cannot be read is not there, and what cannot be written is told
once. No other program's files are touched, and no symbolic link is followed.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from contextlib import suppress
from itertools import count

DEFAULT_NAME = ".asgi-lint_cache"
LIMIT_BYTES = 256 * 1024 * 1024
"""What all entries of a folder may take; the ones that were not used for longest go first."""

_LARGEST_BYTES = LIMIT_BYTES // 2
_UNUSED_SECONDS = 30 * 24 * 3600
_ABANDONED_SECONDS = 3600
_TOUCHED_SECONDS = 24 * 3600
_ENTRY = re.compile(r"[0-9a-f]{32}\.(?:facts|findings)|[0-9]+-[0-9]+-.*\.tmp")
_IGNORE = ".gitignore"
_TAG = "CACHEDIR.TAG"
_OUR_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder holds the cache of asgi-lint"
)
_TAG_TEXT = (
    _OUR_TAG + b" and can be deleted at any time.\n"
    b"# What the first line means: https://bford.info/cachedir/\n"
)
_IGNORE_TEXT = b"# Written by asgi-lint.\n*\n"
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_serial = count()


class CacheFolder:
    """A folder of entries, each a file by a name of ours.

    `problem` says why entries cannot be kept, None while they can.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.problem: str | None = None

    def read(self, name: str) -> bytes | None:
        """The bytes of an entry that this user wrote; None where there is none."""
        if not self._is_ours():
            return None
        path = os.path.join(self.path, name)
        try:
            with open(path, "rb", opener=_open_own) as file:
                if time.time() - os.fstat(file.fileno()).st_mtime > _TOUCHED_SECONDS:
                    with suppress(OSError):
                        os.utime(path)
                return file.read()
        except OSError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """Put an entry in place of the one before, at once or not at all."""
        if self.problem is not None or len(data) > _LARGEST_BYTES:
            return
        try:
            self._prepare()
            if self.problem is None:
                self._replace(name, data)
                self._evict()
        except OSError as error:
            self.problem = (error.strerror or "unknown error").lower()

    def clean(self) -> bool:
        """Delete what asgi-lint wrote, and the folder if nothing else is in it. False if it is not
        a cache. OSError if it cannot be deleted."""
        if not self._is_ours() or not self._is_tagged():
            return False
        for entry in _entries(self.path):
            with suppress(FileNotFoundError):  # another run may have deleted it
                os.unlink(entry.path)
        if self._holds(_IGNORE, _IGNORE_TEXT):
            os.unlink(os.path.join(self.path, _IGNORE))
        with suppress(FileNotFoundError):
            os.unlink(os.path.join(self.path, _TAG))
        with suppress(OSError):  # something else lies in it
            os.rmdir(self.path)
        return True

    def _is_ours(self) -> bool:
        try:
            return _is_trusted(os.lstat(self.path))
        except OSError:
            return False

    def _is_tagged(self) -> bool:
        """Whether asgi-lint has made the folder: other tools put a tag of that name in theirs."""
        return self._holds(_TAG, _OUR_TAG)

    def _holds(self, name: str, start: bytes) -> bool:
        try:
            with open(os.path.join(self.path, name), "rb", opener=_open_own) as file:
                return file.read(len(start)) == start
        except OSError:
            return False

    def _prepare(self) -> None:
        try:
            found = os.lstat(self.path)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
            with suppress(FileExistsError):  # another run was faster
                os.mkdir(self.path, 0o700)
            found = os.lstat(self.path)
        if not stat.S_ISDIR(found.st_mode):
            self.problem = "it is not a folder"
        elif not _is_trusted(found):
            self.problem = "others can write to it"
        elif not self._is_tagged():
            if not all(map(_is_our_name, os.listdir(self.path))):
                self.problem = "other files lie in it, and it was not made by asgi-lint"
                return
            if not os.path.lexists(os.path.join(self.path, _IGNORE)):
                self._replace(_IGNORE, _IGNORE_TEXT)
            self._replace(_TAG, _TAG_TEXT)

    def _replace(self, name: str, data: bytes) -> None:
        temporary = os.path.join(self.path, f"{os.getpid()}-{next(_serial)}-{name}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_BINARY", 0)
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(data)
            os.replace(temporary, os.path.join(self.path, name))
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise

    def _evict(self) -> None:
        now, total = time.time(), 0
        found = []
        for entry in _entries(self.path):
            with suppress(OSError):  # another run may have deleted it
                found.append((entry.stat(follow_symlinks=False), entry))
        for status, entry in sorted(found, key=lambda each: -each[0].st_mtime):
            age = now - status.st_mtime
            total += status.st_size
            is_abandoned = entry.name.endswith(".tmp") and age > _ABANDONED_SECONDS
            if is_abandoned or age > _UNUSED_SECONDS or total > LIMIT_BYTES:
                with suppress(OSError):
                    os.unlink(entry.path)


def _open_own(path: str, flags: int) -> int:
    """Open a file of this user; OSError for anything else, without waiting for it."""
    descriptor = os.open(path, flags | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0))
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and _is_mine(found) and found.st_size <= _LARGEST_BYTES:
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EPERM, "not an entry", path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return [each for each in entries if _ENTRY.fullmatch(each.name)]


def _is_our_name(name: str) -> bool:
    """Whether a folder may hold this before it has its tag."""
    return name == _IGNORE or _ENTRY.fullmatch(name) is not None


def _is_trusted(found: os.stat_result) -> bool:
    """Whether it is a folder of this user that nobody else may write to."""
    return stat.S_ISDIR(found.st_mode) and _is_mine(found)


def _is_mine(found: os.stat_result) -> bool:
    if os.name != "posix":
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
