"""A run of `--fix` that is ended while it writes: each file is old or new, and nothing is lost."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from command_line import asgi_lint, lay_out, python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

NAMES = [f"{name}/requirements.txt" for name in ("a", "b", "c")]
OLD = b"fastapi>=0.85.0\r\nuvicorn"
WRITES = ("fsync", "replace")
"""What is called for each file, in this order."""

ENDED_AT_A_CALL = """
import os, sys
from asgi_lint.cli import main

at, number = int(sys.argv[1]), int(sys.argv[2])
calls = iter(range(1000))

def ending(real):
    def call(*arguments):
        if next(calls) == at:
            os.kill(os.getpid(), number)
        return real(*arguments)
    return call

os.fsync, os.replace = ending(os.fsync), ending(os.replace)
main(["check", ".", "--fix"])
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, dict.fromkeys(NAMES, OLD))
    monkeypatch.chdir(folder)
    return folder


def contents(project: Path) -> list[bytes]:
    return [(project / name).read_bytes() for name in NAMES]


def temporary_files(project: Path) -> list[Path]:
    return [path for path in project.rglob(".asgi-lint-*") if path.is_file()]


def ended(at: int, number: signal.Signals) -> int:
    """How a run ends that gets a signal as it makes one of its calls."""
    return python("-c", ENDED_AT_A_CALL, str(at), str(int(number))).code


@pytest.mark.parametrize("at", range(len(NAMES) * len(WRITES)))
def test_killed_run_leaves_each_file_old_or_new(project: Path, at: int) -> None:
    assert ended(at, signal.SIGKILL) == -signal.SIGKILL
    written = at // len(WRITES)
    left = contents(project)
    assert asgi_lint(".", "--fix").code == 0
    new = contents(project)
    assert OLD not in new
    assert left == new[:written] + [OLD] * (len(NAMES) - written)


@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)]
)
def test_ended_run_leaves_no_temporary_file(
    project: Path, at: int, number: signal.Signals, code: int
) -> None:
    assert ended(at, number) == code
    assert temporary_files(project) == []
    written = at // len(WRITES) + 1  # the file at hand is finished
    assert [each == OLD for each in contents(project)] == [
        index >= written for index in range(len(NAMES))
    ]
