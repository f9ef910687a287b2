"""The bytes of a file of the project: read without ever waiting for them, and never without end.

A project may hold pipes and devices under any name, or links to them.
"""

from __future__ import annotations

import errno
import os
import stat

LARGEST_BYTES = 64 * 1024 * 1024
"""A file that is larger was written by no person, nor by a tool whose files are read here."""

_TOO_LARGE = "it is larger than 64 MiB"


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a regular file; OSError for anything else, and for one that is too large."""
    with open(path, "rb", opener=_open_regular) as file:
        # The files of /proc and /sys are regular too: some have no end, some keep one waiting.
        data: bytes | None = file.read(LARGEST_BYTES + 1)
    if data is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), path)
    if len(data) > LARGEST_BYTES:
        raise OSError(errno.EFBIG, _TOO_LARGE, path)
    return data


def _open_regular(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_BYTES:
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if stat.S_ISREG(found.st_mode):
        raise OSError(errno.EFBIG, _TOO_LARGE, path)
    raise OSError(errno.EINVAL, "it is not a regular file", path)
