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
_PORTION = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read_regular(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a regular file; OSError for anything else, and for one that is too large."""
    descriptor, size = _open_regular(path)
    try:
        # The files of /proc and /sys are regular too: some have no end, some keep one waiting.
        parts = [os.read(descriptor, size + 1)]
        read = len(parts[0])
        while parts[-1] and read <= LARGEST_BYTES:
            parts.append(os.read(descriptor, _PORTION))
            read += len(parts[-1])
    except BlockingIOError:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN), path) from None
    finally:
        os.close(descriptor)
    if read > LARGEST_BYTES:
        raise OSError(errno.EFBIG, _TOO_LARGE, path)
    return b"".join(parts)


def _open_regular(path: str | os.PathLike[str]) -> tuple[int, int]:
    """The descriptor of a regular file, and how many bytes it is said to have."""
    descriptor = os.open(path, _FLAGS)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_BYTES:
        return descriptor, found.st_size
    os.close(descriptor)
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if stat.S_ISREG(found.st_mode):
        raise OSError(errno.EFBIG, _TOO_LARGE, path)
    raise OSError(errno.EINVAL, "it is not a regular file", path)
