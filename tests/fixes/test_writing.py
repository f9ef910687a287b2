"""Files written all or none, with everything that is theirs, whatever fails on the way."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from asgi_lint.fixes import writing
from asgi_lint.fixes.writing import Change, Obstacle, forbidden, left_alone, write
from asgi_lint.source import Source, read_source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away"
)


def source(path: Path) -> Source:
    found = read_source(path)
    assert isinstance(found, Source)
    return found


def change(path: Path, text: str = "new\n") -> Change:
    if not path.exists():
        path.write_bytes(b"old\n")
    return Change(source(path), text)


def contents(folder: Path) -> dict[str, str]:
    """Everything in the folder, temporary files too."""
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def test_changes_are_written(tmp_path: Path) -> None:
    assert write([[change(tmp_path / "a.py")], [change(tmp_path / "b.py", "")]]) == []
    assert contents(tmp_path) == {"a.py": "new\n", "b.py": ""}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"# coding: latin-1\n\xe9\n", "# coding: latin-1\nè\n"),
        (b"\xef\xbb\xbfx\r\n", "y\r\n"),
        (b"# coding: cp1252\r\x80", "# coding: cp1252\r€€"),
    ],
)
def test_encoding_mark_and_line_ends_stay(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(data)
    found = source(path)
    assert write([[Change(found, text)]]) == []
    assert path.read_bytes() == data[:3] * found.has_bom + text.encode(found.encoding)


def test_encoding_that_says_a_text_in_several_ways(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: iso-2022-jp\n# \x1b(B\x1b(Bx\n")
    found = left_alone(source(path))
    assert found is not None
    assert "iso2022_jp" in found.reason
    assert found.is_failure


# --- what a file is -------------------------------------------------------------------------------


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664, 0o4755])
def test_mode_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    path.chmod(mode)
    write([[change(path)]])
    assert stat.S_IMODE(path.stat().st_mode) == mode


@as_root
def test_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    os.chown(path, 12345, 54321)
    write([[change(path)]])
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


@as_root
def test_owner_that_cannot_stay_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = change(tmp_path / "a.py")
    os.chown(tmp_path / "a.py", 12345, 54321)
    refused = failing(PermissionError(errno.EPERM, "Operation not permitted"))
    monkeypatch.setattr(os, "chown", refused)
    assert write([[one]]) == []
    assert contents(tmp_path) == {"a.py": "new\n"}
    assert (tmp_path / "a.py").stat().st_uid == 0


def test_time_of_the_change_is_now(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\n")
    os.utime(path, (1, 1))
    write([[change(path)]])
    assert path.stat().st_mtime > 1


@posix_only
def test_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real/a.py", tmp_path / "link.py"
    real.write_bytes(b"old\n")
    link.symlink_to("real/a.py")
    write([[change(link)]])
    assert link.is_symlink()
    assert real.read_text() == "new\n"
    assert contents(tmp_path / "real") == {"a.py": "new\n"}


@posix_only
def test_other_name_of_the_file_keeps_the_old_text(tmp_path: Path) -> None:
    one = change(tmp_path / "a.py")
    os.link(tmp_path / "a.py", tmp_path / "b.py")
    assert writing.hard_links(one) == 1
    write([[one]])
    assert contents(tmp_path) == {"a.py": "new\n", "b.py": "old\n"}
    assert writing.hard_links(one) == 0


@posix_only
def test_file_that_nobody_may_write_is_forbidden(tmp_path: Path) -> None:
    one = change(tmp_path / "a.py")
    assert forbidden(one.source) is None
    (tmp_path / "a.py").chmod(0o444)
    assert forbidden(one.source) == Obstacle(one.source.filename, "it is read-only")


def test_folder_that_may_not_be_written_to_is_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = change(tmp_path / "a.py")
    monkeypatch.setattr(os, "access", lambda path, _mode: str(path).endswith("a.py"))
    found = forbidden(one.source)
    assert found == Obstacle(one.source.filename, "nothing can be written to its folder")


def test_file_that_is_gone_is_forbidden(tmp_path: Path) -> None:
    one = change(tmp_path / "a.py")
    (tmp_path / "a.py").unlink()
    found = forbidden(one.source)
    assert found is not None
    assert found.reason == "no such file or directory"


# --- what changes meanwhile -----------------------------------------------------------------------


def test_changed_file_is_left_alone_with_its_group(tmp_path: Path) -> None:
    one, two, three = (change(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    (tmp_path / "b.py").write_bytes(b"somebody else's\n")
    [found] = write([[one, two], [three]])
    assert found == Obstacle(
        two.source.filename, "it has changed since it was read", is_failure=False
    )
    assert contents(tmp_path) == {"a.py": "old\n", "b.py": "somebody else's\n", "c.py": "new\n"}


# --- what fails -----------------------------------------------------------------------------------


def failing(error: OSError, *, at: int = 1) -> Callable[..., None]:
    """A function that raises at a call, counted from 1, and does nothing before."""
    calls = iter(range(1, 1000))

    def call(*_: object) -> None:
        if next(calls) == at:
            raise error

    return call


@pytest.mark.parametrize("at", [1, 2, 3])
def test_full_disk_leaves_a_group_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    group = [change(tmp_path / name) for name in ("a.py", "b.py", "c.py")]
    full = failing(OSError(errno.ENOSPC, "No space left on device"), at=at)
    monkeypatch.setattr(os, "fsync", full)
    other = change(tmp_path / "d.py")
    found = write([group, [other]])
    assert found == [Obstacle(group[at - 1].source.filename, "no space left on device")]
    assert contents(tmp_path) == {
        "a.py": "old\n", "b.py": "old\n", "c.py": "old\n", "d.py": "new\n"
    }  # fmt: skip


@pytest.mark.parametrize("at", [1, 2, 3])
def test_file_that_cannot_be_replaced_takes_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    group = [change(tmp_path / name) for name in ("a.py", "b.py", "c.py")]
    may_fail, real = failing(PermissionError(errno.EACCES, "Permission denied"), at=at), os.replace

    def replace(one: str, other: str) -> None:
        may_fail()
        real(one, other)

    monkeypatch.setattr(os, "replace", replace)
    found = write([group])
    assert found == [Obstacle(group[at - 1].source.filename, "permission denied")]
    assert contents(tmp_path) == {"a.py": "old\n", "b.py": "old\n", "c.py": "old\n"}


def test_what_cannot_be_taken_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    group = [change(tmp_path / name) for name in ("a.py", "b.py")]
    real, calls = os.replace, iter(range(10))

    def replace(one: str, other: str) -> None:
        if next(calls):
            raise PermissionError(errno.EACCES, "Permission denied")
        real(one, other)

    monkeypatch.setattr(os, "replace", replace)
    failed, torn = write([group])
    assert failed.reason == "permission denied"
    assert torn.filename == group[0].source.filename
    assert "cannot be put back" in torn.reason
    assert contents(tmp_path) == {"a.py": "new\n", "b.py": "old\n"}
