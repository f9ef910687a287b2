"""Mistakes of our own: told with the request to report them, and the rest goes on."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out, python

from asgi_lint.analysis import Crash
from asgi_lint.memory import Memory
from asgi_lint.pipeline import check_project, current_day, extent_at, run
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    assert report[0].startswith(f"asgi-lint check --no-cache --select={BROKEN} ")
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
    assert crash == Crash(f"{BROKEN} on {project.as_posix()}", crash.report, BROKEN)
    assert [d.code for d in outcome.diagnostics] == ["ASG201"]


@pytest.mark.parametrize("options", [(), ("--fix",)])
@pytest.mark.parametrize(("files", "more"), [(3, None), (4, "1 more place"), (9, "6 more places")])
def test_rule_that_fails_in_every_file_is_told_a_few_times(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: int,
    more: str | None,
    options: tuple[str, ...],
) -> None:
    once = replace(rules()["ASG301"], check=fails)
    broken = {**rules(), BROKEN: broken_rule("extract"), "ASG301": once}
    monkeypatch.setattr("asgi_lint.pipeline.rules", lambda: broken)
    lay_out(project, {f"more{number}.py": APPLICATION for number in range(files - 1)})
    outcome = asgi_lint(".", "--exit-zero", *options)
    assert outcome.code == 2
    lines = outcome.stderr.splitlines()
    assert sum(f"internal error in {BROKEN} on " in line for line in lines) == 3
    assert sum(f"--select={BROKEN} " in line for line in lines) == 3
    assert sum("internal error in ASG301 on " in line for line in lines) == 1
    last = f"asgi-lint: internal error in {BROKEN} in {more}."
    assert [line for line in lines if "more place" in line] == ([last] if more else [])


class PanicException(BaseException):
    """What LibCST's parser raises where it fails itself, by its name."""


@pytest.mark.parametrize("part", ["check", "extract"])
@pytest.mark.parametrize("kind", [MemoryError, RecursionError, PanicException])
def test_any_kind_of_failure_is_told(
    monkeypatch: pytest.MonkeyPatch, part: str, kind: type[BaseException]
) -> None:
    break_rule(monkeypatch, part, kind)
    outcome = asgi_lint(".", "--output-format", "concise")
    assert outcome.code == 2
    assert outcome.stdout.startswith("main.py:20:5: ASG201")
    assert outcome.stderr.splitlines()[-1].rpartition(".")[2] == kind.__name__


def test_wish_to_end_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    break_rule(monkeypatch, "check", KeyboardInterrupt)
    outcome = asgi_lint(".")
    assert "internal error" not in outcome.stderr
    assert "ASG201" not in outcome.stdout


def break_rule(monkeypatch: pytest.MonkeyPatch, part: str, kind: type[BaseException]) -> None:
    def fail(*_: object) -> Iterator[Any]:
        raise kind

    rule = rules()[BROKEN]
    broken = replace(rule, check=fail) if part == "check" else replace(rule, extract=fail)
    every = {**rules(), BROKEN: broken}
    monkeypatch.setattr("asgi_lint.pipeline.rules", lambda: every)


@pytest.mark.parametrize("part", ["check", "extract"])
def test_failure_is_not_kept_as_an_answer(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    with monkeypatch.context() as patch:
        break_rule(patch, part, ZeroDivisionError)
        for _ in range(2):
            assert asgi_lint(".").code == 2
    assert asgi_lint(".", "--output-format", "concise").code == 1
    with monkeypatch.context() as patch:
        patch.setattr("asgi_lint.model.extract.extract", fails)
        lay_out_again()
        assert asgi_lint(".").code == 2
    outcome = asgi_lint(".", "--output-format", "concise")
    assert (outcome.code, outcome.stderr) == (1, "")
    assert "main.py:20:5: ASG201" in outcome.stdout


def lay_out_again() -> None:
    """Change every file, so that nothing of an earlier run holds."""
    path = Path("main.py")
    path.write_text(f"{path.read_text()}# changed\n")


BROKEN_RULE = f"""
from dataclasses import replace
from asgi_lint import pipeline
from asgi_lint.__main__ import main
from asgi_lint.rules.registry import rules
rule = rules()["{BROKEN}"]
every = {{**rules(), "{BROKEN}": replace(rule, extract=lambda tree: 1 / 0)}}
pipeline.rules = lambda: every
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes do not inherit the rule")
def test_failure_in_another_process_is_told(project: Path) -> None:
    lay_out(project, {f"other{n}.py": "import fastapi\ndef f(): ...\n" for n in range(3)})
    command = (".", "--jobs=2", "--no-cache", "--output-format", "concise")
    outcome = python("-c", BROKEN_RULE, *command)
    assert outcome.code == 2
    assert outcome.stdout.startswith("main.py:20:5: ASG201")
    told = [line for line in outcome.stderr.splitlines() if "internal error" in line]
    assert len(told) == 4


def test_other_fixes_are_applied(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_rule(monkeypatch, "check", ZeroDivisionError)
    outcome = asgi_lint(".", "--fix", "--unsafe-fixes")
    assert outcome.code == 2
    assert f"internal error in {BROKEN}" in outcome.stderr
    assert (project / "requirements.txt").read_text() != AFFECTED


def test_graph_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    break_rule(monkeypatch, "check", ZeroDivisionError)
    outcome = asgi_lint("graph")
    assert outcome.code == 2
    assert "sign_up" in outcome.stdout
    assert f"internal error in {BROKEN}" in outcome.stderr


def test_failure_is_not_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()

    def crashes() -> int:
        settings = load_settings(project.as_posix(), rules())
        names = [(project / name).as_posix() for name in ("main.py", "requirements.txt")]
        extent = extent_at(project.as_posix(), names, [project.as_posix()], settings)
        _, outcome = check_project(extent, {}, current_day(), memory)
        return len(outcome.crashes)

    with monkeypatch.context() as patch:
        break_rule(patch, "extract", ZeroDivisionError)
        assert crashes() == crashes() == 1
    with monkeypatch.context() as patch:
        break_rule(patch, "check", ZeroDivisionError)
        assert crashes() == crashes() == 1
    assert crashes() == 0
