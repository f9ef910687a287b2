"""A disk that is full, or a limit on files: it is told in one line, and no file is cut short."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import APPLICATION, Outcome, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

LONG = APPLICATION + "# what makes it larger than the limit\n" * 200
FILES = {"main.py": LONG, "requirements.txt": "fastapi==0.85.0\n"}
WRITING = {
    "fix": ("check", ".", "--fix", "--unsafe-fixes", "--select", "ASG201"),
    "add-ignore": ("check", ".", "--add-ignore", "--select", "ASG201"),
    "baseline": ("check", ".", "--write-baseline", "known.json"),
    "report": ("check", ".", "--output-file", "report.txt"),
    "graph": ("graph", ".", "--format", "html", "--output-file", "graph.html"),
}


def limited(folder: Path, *arguments: str, file_bytes: int | None = None) -> Outcome:
    """A run in a process whose files may not be larger than that."""

    def limit() -> None:
        import resource

        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    run = subprocess.run(
        [sys.executable, "-m", "asgi_lint", *arguments],
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
        preexec_fn=limit,
    )
    return Outcome(run.returncode, run.stdout.decode(), run.stderr.decode())


def assert_told_and_unharmed(outcome: Outcome, folder: Path, reason: str) -> None:
    errors = [line for line in outcome.stderr.splitlines() if "error: " in line]
    assert outcome.code == 2, outcome
    assert [line for line in errors if line.startswith("asgi-lint: error: Cannot ")] == errors
    assert [line for line in errors if reason in line] != []
    assert "Traceback" not in outcome.stderr
    assert (folder / "main.py").read_text() == LONG
    assert (folder / "requirements.txt").read_text() == FILES["requirements.txt"]
    assert [*folder.rglob(".asgi-lint-*.tmp")] == []


@pytest.mark.parametrize("command", WRITING)
def test_limit_on_files(tmp_path: Path, command: str) -> None:
    lay_out(tmp_path, FILES)
    outcome = limited(tmp_path, *WRITING[command], file_bytes=64)
    assert_told_and_unharmed(outcome, tmp_path, "file too large")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 64 KiB, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount")
    options = [mount, "-t", "tmpfs", "-o", "size=64k", "asgi-lint-test", folder.as_posix()]
    if subprocess.run(options, capture_output=True, check=False).returncode != 0:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("command", WRITING)
def test_full_disk(small_disk: Path, command: str) -> None:
    lay_out(small_disk, FILES)
    with (small_disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(b"\0" * 4096):
                pass
        except OSError:
            pass
    outcome = limited(small_disk, *WRITING[command])
    assert_told_and_unharmed(outcome, small_disk, "no space left on device")


def test_full_disk_for_the_cache_alone_changes_nothing(small_disk: Path, tmp_path: Path) -> None:
    lay_out(tmp_path / "project", FILES)
    (small_disk / "filler").write_bytes(b"\0" * 60 * 1024)
    expected = limited(tmp_path / "project", "check", "--no-cache")
    found = limited(tmp_path / "project", "check", "--cache-dir", f"{small_disk}/cache")
    again = limited(tmp_path / "project", "check", "--cache-dir", f"{small_disk}/cache")
    for outcome in (found, again):
        assert (outcome.code, outcome.stdout) == (expected.code, expected.stdout)
        assert len(outcome.stderr.splitlines()) <= 1
