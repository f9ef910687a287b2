"""Many small entries in one file: written in one step, read in one, decoded one by one."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAGIC = b"asgifac1"
_HEAD = struct.Struct("<8sII")
_ENTRY = struct.Struct("<16sIII")
KEY_BYTES = 16


def packed(entries: Mapping[bytes, bytes]) -> bytes:
    """The file's bytes; a key has 16."""
    rows, start = [], 0
    for key, blob in entries.items():
        rows.append(_ENTRY.pack(key, start, len(blob), crc32(blob)))
        start += len(blob)
    index = b"".join(rows)
    return b"".join((_HEAD.pack(_MAGIC, len(rows), crc32(index)), index, *entries.values()))


class Pack:
    """A file's entries; what is damaged is not there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._rows: dict[bytes, tuple[int, int, int]] = {}
        if len(data) < _HEAD.size:
            return
        magic, number, checksum = _HEAD.unpack_from(data)
        self._start = _HEAD.size + number * _ENTRY.size
        index = data[_HEAD.size : self._start]
        if magic == _MAGIC and len(index) == number * _ENTRY.size and crc32(index) == checksum:
            self._rows = {
                key: (at, size, sum_) for key, at, size, sum_ in _ENTRY.iter_unpack(index)
            }

    def get(self, key: bytes) -> bytes | None:
        """The entry of that key, if it is whole."""
        row = self._rows.get(key)
        if row is None:
            return None
        at, size, checksum = row
        blob = self._data[self._start + at : self._start + at + size]
        return blob if len(blob) == size and crc32(blob) == checksum else None

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._rows)
