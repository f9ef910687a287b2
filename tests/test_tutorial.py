"""Whoever follows the tutorial sees what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner
from tutorial import Entered, Written, matches, steps

from asgi_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_each_command_prints_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "orders"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    runner = CliRunner(env={"NO_COLOR": "1", "FORCE_COLOR": None})
    run = []
    for step in steps():
        match step:
            case Written(name, text):
                (folder / name).write_text(text, encoding="utf-8")
            case Entered(command, shown) if command.startswith("asgi-lint "):
                printed = runner.invoke(main, command.split()[1:]).output
                assert matches(printed, shown), f"{command} prints:\n{printed}"
                run.append(command)
            case _:
                continue
    assert len(run) == 7


def test_dots_stand_for_lines() -> None:
    assert matches("a\n  b\n  c\n", "a\n    ...\n")
    assert not matches("a\n", "a\n    ...\n")
    assert not matches("a\nb\n", "a\n")
