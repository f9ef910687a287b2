"""Ctrl-C and SIGTERM end a run at once, with one line and the exit code that shells know."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, Outcome, lay_out, python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

SAID = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}

ENDED_AT_AN_IMPORT = """
import os, sys
from asgi_lint.__main__ import main

module, number = sys.argv[1], int(sys.argv[2])

class Ending:
    def find_spec(self, name, *rest):
        if name == module:
            os.kill(os.getpid(), number)

sys.meta_path.insert(0, Ending())
sys.argv = ["asgi-lint", "check", "."]
main()
"""

ENDED_AT_A_CALL = """
import importlib, os, sys
from asgi_lint.__main__ import main

module, name = sys.argv[1].rsplit(".", 1)
owner, number = importlib.import_module(module), int(sys.argv[2])
setattr(owner, name, lambda *arguments, **options: os.kill(os.getpid(), number))
sys.argv = ["asgi-lint", "check", ".", "--output-file", "report.txt"]
main()
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def ending(number: signal.Signals) -> Outcome:
    return Outcome(128 + number, "", f"asgi-lint: {SAID[number]}\n")


@pytest.mark.parametrize(
    "module",
    [
        "click",
        "asgi_lint.cli.check",
        "asgi_lint.rules.registry",
        "libcst",
        "asgi_lint.reporters.full",
    ],
)
def test_end_while_something_is_imported(module: str) -> None:
    number = signal.SIGINT
    assert python("-c", ENDED_AT_AN_IMPORT, module, str(int(number))) == ending(number)


@pytest.mark.parametrize(
    "call",
    [
        "os.scandir",
        "asgi_lint.source.read_bytes",
        "libcst.parse_module",
        "asgi_lint.model.project.Project",
        "asgi_lint.settle.settle",
        "asgi_lint.cli.printing.write",
    ],
)
def test_end_in_each_step(project: Path, call: str) -> None:
    number = signal.SIGTERM
    assert python("-c", ENDED_AT_A_CALL, call, str(int(number))) == ending(number)
    assert not (project / "report.txt").exists()


@pytest.mark.parametrize("number", SAID)
@pytest.mark.parametrize("path", ["-", "."], ids=["reading", "parsing"])
def test_end_from_outside(project: Path, path: str, number: signal.Signals) -> None:
    long = "import fastapi\n" + "print(1 + 2)\n" * 5_000
    lay_out(project, {f"long_{number}.py": long for number in range(20)})
    program = "print('!'); from asgi_lint.__main__ import main; main()"
    with subprocess.Popen(
        [sys.executable, "-u", "-c", program, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        time.sleep(1)
        process.send_signal(number)
        code = process.wait(timeout=10)
        assert Outcome(code, process.stdout.read(), process.stderr.read()) == ending(number)


IGNORED = """
import os, signal, sys
from asgi_lint.__main__ import main

signal.signal(signal.SIGINT, signal.SIG_IGN)
scandir = os.scandir
os.scandir = lambda path: os.kill(os.getpid(), signal.SIGINT) or scandir(path)
sys.argv = ["asgi-lint", "check", ".", "--exit-zero", "--output-format", "json"]
main()
"""


def test_signal_that_is_ignored_stays_ignored() -> None:
    outcome = python("-c", IGNORED)
    assert (outcome.code, outcome.stderr) == (0, "")
    assert "ASG201" in outcome.stdout
