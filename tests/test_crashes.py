"""Mistakes of our own: told with the request to report them, and the rest goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out

from asgi_lint.analysis import Crash
from asgi_lint.pipeline import run
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgi_lint.rules.rule import Rule


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


BROKEN = "ASG303"


def fails(*_: object) -> Iterator[Any]:
    raise ZeroDivisionError("the rule's own mistake")


@pytest.mark.parametrize("part", ["check", "extract"])
def test_failing_rule_is_told_and_the_others_go_on(
    project: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    broken = {**rules(), BROKEN: broken_rule(part)}
    monkeypatch.setattr("asgi_lint.pipeline.rules", lambda: broken)
    outcome = asgi_lint(".", "--output-format", "concise", "--exit-zero")
    assert outcome.code == 2
    assert [line.split(":")[0] for line in outcome.stdout.splitlines()[:2]] == [
        "main.py",
        "requirements.txt",
    ]
    first, *report = outcome.stderr.splitlines()
    assert f"internal error in {BROKEN} on {project.as_posix()}" in first
    assert "please report it" in first
    assert report[-1] == "ZeroDivisionError: the rule's own mistake"


def broken_rule(part: str) -> Rule:
    rule = rules()[BROKEN]
    return replace(rule, check=fails) if part == "check" else replace(rule, extract=fails)


def test_failing_analysis_of_a_file_leaves_the_others(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asgi_lint.model import extract as module

    real = module.extract

    def extract(text: str, filename: str, *rest: object) -> object:
        if filename.endswith("other.py"):
            raise ZeroDivisionError
        return real(text, filename, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "extract", extract)
    lay_out(project, {"other.py": "import fastapi\n"})
    outcome = asgi_lint(".", "--output-format", "concise")
    assert outcome.code == 2
    assert outcome.stdout.startswith("main.py:20:5: ASG201")
    filename = (project / "other.py").as_posix()
    assert f"internal error in the analysis of {filename}; the rest was checked." in outcome.stderr


def test_failure_of_the_run_itself_asks_to_be_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asgi_lint.pipeline.settle", fails)
    outcome = asgi_lint(".")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert "internal error" in outcome.stderr.splitlines()[0]
    assert "please report it" in outcome.stderr.splitlines()[0]


def test_crashes_are_in_the_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**rules(), BROKEN: broken_rule("check")}
    monkeypatch.setattr("asgi_lint.pipeline.rules", lambda: broken)
    outcome = run(["main.py"], lambda path: load_settings(path, rules()))
    [crash] = outcome.crashes
    assert crash == Crash(f"{BROKEN} on {project.as_posix()}", crash.report)
    assert [d.code for d in outcome.diagnostics] == ["ASG201"]
