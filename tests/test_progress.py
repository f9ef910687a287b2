"""The bar of a long run: drawn on a terminal after a while, and erased; nowhere else."""

from __future__ import annotations

import io
import os
import re
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, lay_out

from asgi_lint.cli.progress import Bar

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE = """
import sys
from asgi_lint.cli import main, progress

progress._PATIENCE = progress._PAUSE = 0.0
main(sys.argv[1:], prog_name="asgi-lint")
"""


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def seen(text: str) -> list[str]:
    """The lines as a terminal shows them in the end: what follows a return is written over."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_bar_waits_then_draws_now_and_then() -> None:
    clock, stream = Clock(), io.StringIO()
    bar = Bar(stream, clock)
    for now, done in ((0.0, 0), (0.9, 10), (1.0, 20), (1.05, 21), (1.2, 40)):
        clock.now = now
        bar.show("files", done, 40)
    assert stream.getvalue().split("\r") == [
        "",
        f"asgi-lint: [{'#' * 15}{' ' * 15}] 20 of 40 files",
        f"asgi-lint: [{'#' * 30}] 40 of 40 files",
    ]
    bar.erase()
    assert seen(stream.getvalue()) == [""]


def test_short_run_draws_nothing() -> None:
    clock, stream = Clock(), io.StringIO()
    bar = Bar(stream, clock)
    bar.show("files", 1, 2)
    bar.erase()
    assert stream.getvalue() == ""


def test_shorter_text_covers_a_longer_one() -> None:
    clock, stream = Clock(), io.StringIO()
    bar = Bar(stream, clock)
    clock.now = 2.0
    bar.show("files", 100, 100)
    clock.now = 3.0
    bar.show("rules", 1, 2)
    assert seen(stream.getvalue()) == [f"asgi-lint: [{'#' * 15}{' ' * 15}] 1 of 2 rules"]


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX")
@pytest.mark.parametrize(
    ("env", "is_drawn"), [({}, True), ({"CI": "true"}, False), ({"TERM": "dumb"}, False)]
)
@pytest.mark.parametrize("command", ["check", "graph"])
def test_terminal(project: Path, command: str, env: dict[str, str], *, is_drawn: bool) -> None:
    from terminal import Terminal

    with closing(Terminal(command, ".", env=env, program=("-c", AT_ONCE))) as terminal:
        assert terminal.finish() == (1 if command == "check" else 0)
    for what in ("files", "rules"):
        drawn = re.search(rf"\[[# ]+\] \d+ of \d+ {what}", terminal.shown)
        assert (drawn is not None) is is_drawn
    assert "asgi-lint: [" not in "\n".join(seen(terminal.shown))
    assert "ASG201" in terminal.shown
