"""What is read of a path: the bytes of a regular file, or an error, at once."""

from __future__ import annotations

import errno
import os
import stat
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from asgi_lint import reading

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")


def test_bytes_of_a_regular_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\r\n")
    (tmp_path / "link").symlink_to("file")
    assert reading.read_regular(tmp_path / "file") == b"\xff\r\n"
    assert reading.read_regular(tmp_path / "link") == b"\xff\r\n"


def test_regular_file_without_anything_to_read_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some files of /proc call themselves regular and keep a reader waiting, as a pipe does."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    anything = SimpleNamespace(S_ISREG=lambda mode: True, S_ISDIR=stat.S_ISDIR)
    monkeypatch.setattr(reading, "stat", anything)
    try:
        with pytest.raises(BlockingIOError) as refused:
            reading.read_regular(pipe)
    finally:
        os.close(writer)
    assert (refused.value.errno, refused.value.filename) == (errno.EAGAIN, pipe)


def test_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_BYTES", 3)
    (tmp_path / "large").write_bytes(b"four")
    with pytest.raises(OSError, match="larger than 64 MiB") as refused:
        reading.read_regular(tmp_path / "large")
    assert refused.value.errno == errno.EFBIG


@pytest.mark.parametrize(
    ("kind", "code"), [("pipe", errno.EINVAL), ("folder", errno.EISDIR), ("none", errno.ENOENT)]
)
def test_what_is_no_file(tmp_path: Path, kind: str, code: int) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError) as refused:  # noqa: PT011 - the number is asked for below
        reading.read_regular(tmp_path / kind)
    assert refused.value.errno == code
