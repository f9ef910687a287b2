"""The README's commands and example are what it says they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from asgi_lint.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """The fenced block below a marker."""
    found = re.search(rf"<!-- {marker} -->\n```\w*\n(.*?)```\n", README, re.DOTALL)
    assert found is not None, marker
    return found[1]


def test_example_prints_what_the_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    runner = CliRunner(env={"NO_COLOR": "1", "FORCE_COLOR": None})
    [arguments] = re.findall(r"/asgi-lint (.*)", block("command: run"))
    result = runner.invoke(main, arguments.split())
    assert result.exit_code == 1
    assert result.stdout == block("output: run")


def test_picture_is_what_the_readme_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "fixtures" / "example")
    runner = CliRunner(env={"NO_COLOR": "1", "FORCE_COLOR": None})
    result = runner.invoke(main, ["graph"])
    assert result.exit_code == 0
    assert result.stdout == block("output: graph")


def test_commands_install_what_they_run() -> None:
    assert "pip install . &&" in block("command: run")
    assert 'pip install -e ".[test]" && .venv/bin/python -m pytest' in block("command: test")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
