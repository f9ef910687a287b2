from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import (
    AFFECTED,
    APPLICATION,
    FIXED,
    PIN,
    TASK,
    asgi_lint,
    diagnostics,
    error_of,
    lay_out,
    python,
    reported,
)

import asgi_lint as package
from asgi_lint.rules.registry import page, rules
from asgi_lint.settings.keys import OUTPUT_FORMATS

if TYPE_CHECKING:
    from pathlib import Path

FLOOR = "fastapi>=0.85.0\n"
"""A requirement that allows affected releases but would not pick one: a note."""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


# --- the commands ---------------------------------------------------------------------------------


def test_paths_alone_mean_check() -> None:
    outcome = asgi_lint("check", "main.py", "requirements.txt")
    assert outcome.code == 1
    assert outcome == asgi_lint("main.py", "requirements.txt")
    assert asgi_lint("--select", "ASG8", ".") == asgi_lint("check", "--select", "ASG8", ".")


def test_check_without_paths_is_the_current_folder() -> None:
    assert reported() == reported(".") == [TASK, PIN]


def test_no_arguments_show_the_usage() -> None:
    outcome = asgi_lint()
    assert "Usage: asgi-lint" in outcome.stdout + outcome.stderr


def test_python_m_is_the_command() -> None:
    outcome = python("-m", "asgi_lint", "main.py", env={"NO_COLOR": "1"})
    assert outcome == asgi_lint("main.py")


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option: str) -> None:
    assert asgi_lint(option) == (0, f"asgi-lint {package.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "--help"], ["rule", "-h"]])
def test_help(arguments: list[str]) -> None:
    outcome = asgi_lint(*arguments)
    assert outcome.code == 0
    assert outcome.stdout.startswith("Usage: asgi-lint")


def test_unknown_option_is_a_usage_error() -> None:
    outcome = asgi_lint("--output-fromat", "json")
    assert outcome.code == 2
    assert "--output-format" in outcome.stderr


# --- rule -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["ASG201", "asg201", "base-middleware-cancels-background-tasks", rules()["ASG201"].name]
)
def test_rule_prints_its_page(name: str) -> None:
    assert asgi_lint("rule", name) == (0, page(rules()["ASG201"]), "")


def test_several_rules_in_the_order_of_the_arguments() -> None:
    outcome = asgi_lint("rule", "ASG802", "ASG201")
    expected = f"{page(rules()['ASG802'])}\n{page(rules()['ASG201'])}"
    assert outcome == (0, expected, "")


def test_all_rules() -> None:
    outcome = asgi_lint("rule", "--all")
    headings = [line for line in outcome.stdout.splitlines() if line.startswith("# ")]
    own = [f"# {rule.name} ({code})" for code, rule in rules().items()]
    assert [heading for heading in headings if heading in own] == own


def test_unknown_rule_has_a_suggestion() -> None:
    assert error_of("rule", "ASG2O1") == 'There is no rule "ASG2O1". Did you mean ASG201?'
    named = error_of("rule", "ASG201", "base-middleware-cancels-tasks")
    assert named.endswith("Did you mean base-middleware-cancels-background-tasks?")
    assert "--all" in error_of("rule", "whatever")
    assert "--all" in error_of("rule")


# --- selecting ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--select", "ASG201"], [TASK]),
        (["--select", "asg2"], [TASK]),
        (["--select", "base-middleware-cancels-background-tasks"], [TASK]),
        (["--select", "ASG3, ASG802"], [PIN]),
        (["--select", "ASG2,ASG802"], [TASK, PIN]),
        (["--select", "ASG2", "--select", "ASG802"], [TASK, PIN]),
        (["--select", "ALL", "--ignore", "ASG8"], [TASK]),
        (["--select", "ASG3", "--extend-select", "ASG802"], [PIN]),
        (["--ignore", "ASG201"], [PIN]),
        (["--ignore", "ASG2,ASG8"], []),
        (["--ignore", "starlette-cancels-background-tasks", "--ignore", "ASG2"], []),
    ],
    ids=" ".join,
)
def test_selection(arguments: list[str], expected: list[str]) -> None:
    assert reported(".", *arguments) == expected


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select"])
def test_unknown_selector(option: str) -> None:
    line = error_of(".", option, "base-middleware-cancels-background-task")
    assert f"{option}: no rule has the code, prefix or name" in line
    assert 'did you mean "base-middleware-cancels-background-tasks"?' in line


@pytest.mark.parametrize("empty", ["", ",", " "])
def test_selecting_nothing_is_a_mistake_and_not_a_clean_run(empty: str) -> None:
    assert "--select: no rule" in error_of(".", "--select", empty)


# --- output ---------------------------------------------------------------------------------------


def test_full_output_is_the_default() -> None:
    outcome = asgi_lint(".")
    assert outcome == asgi_lint(".", "--output-format", "full")
    assert "--> main.py:20:5" in outcome.stdout
    assert outcome.stdout.endswith("Found 2 errors in 2 files.\nFixable: 2 unsafe.\n")


def test_concise_output() -> None:
    first, second, *summary = asgi_lint(".", "--output-format", "concise").stdout.splitlines()
    assert first.startswith("main.py:20:5: ASG201 [error] ")
    assert second.startswith("requirements.txt:1:1: ASG802 [error] ")
    assert summary == ["Found 2 errors in 2 files.", "Fixable: 2 unsafe."]


def test_json_output() -> None:
    task, pin = diagnostics(".")
    assert task["name"] == "base-middleware-cancels-background-tasks"
    assert task["end_location"] == {"row": 23, "column": 6}
    assert pin["fix"]["edits"][0]["filename"] == "requirements.txt"


def test_sarif_output() -> None:
    outcome = asgi_lint(".", "--output-format", "sarif")
    [run] = json.loads(outcome.stdout)["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["ASG201", "ASG802"]
    assert outcome.code == 1


def test_unknown_output_format_is_a_usage_error() -> None:
    outcome = asgi_lint(".", "--output-format", "xml")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith('asgi-lint: error: "xml" is no output format: full, ')


@pytest.mark.parametrize("output_format", [name for name in OUTPUT_FORMATS if name != "junit"])
def test_output_file_holds_what_would_be_printed(tmp_path: Path, output_format: str) -> None:
    target = tmp_path / "report"
    printed = asgi_lint(".", "--output-format", output_format)
    written = asgi_lint(".", "--output-format", output_format, "--output-file", str(target))
    assert written == (1, "", "")
    assert target.read_bytes().decode() == printed.stdout


def test_output_file_has_no_colour(tmp_path: Path) -> None:
    target = tmp_path / "report"
    asgi_lint(".", "--output-file", str(target), env={"FORCE_COLOR": "1"})
    assert "\033" not in target.read_text(encoding="utf-8")


def test_output_file_that_cannot_be_written() -> None:
    line = error_of(".", "--output-file", "missing/report.txt")
    assert line == 'Cannot write "missing/report.txt": no such file or directory.'


def test_statistics_count_by_code() -> None:
    outcome = asgi_lint(".", "--statistics")
    assert outcome.code == 1
    rows = [line.split() for line in outcome.stdout.splitlines()]
    assert rows[0] == ["1", "ASG201", "error", "base-middleware-cancels-background-tasks"]
    assert rows[1] == ["1", "ASG802", "error", "starlette-cancels-background-tasks"]
    assert outcome.stdout.endswith("Found 2 errors in 2 files.\nFixable: 2 unsafe.\n")


def test_statistics_in_json() -> None:
    outcome = asgi_lint(".", "--statistics", "--output-format", "json", "--select", "ASG2")
    [entry] = json.loads(outcome.stdout)
    assert (entry["code"], entry["severity"], entry["count"]) == ("ASG201", "error", 1)


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colour_of_what_is_no_terminal(env: dict[str, str], colored: bool) -> None:
    for output_format in ("full", "concise"):
        outcome = asgi_lint(".", "--output-format", output_format, env=env)
        assert ("\033[" in outcome.stdout) is colored
    assert "\033" not in asgi_lint(".", "--output-format", "json", env=env).stdout


# --- exit codes -----------------------------------------------------------------------------------


def test_nothing_to_report_is_0(project: Path) -> None:
    lay_out(project, {"requirements.txt": FIXED})
    assert asgi_lint(".") == (0, "All checks passed: 2 files.\n", "")


def test_exit_zero_reports_all_the_same() -> None:
    outcome = asgi_lint(".", "--exit-zero")
    assert (outcome.code, outcome.stdout) == (0, asgi_lint(".").stdout)


def test_exit_zero_does_not_hide_a_failed_run() -> None:
    assert asgi_lint(".", "--exit-zero", "--select", "ASG999").code == 2


def test_notes_alone_are_0(project: Path) -> None:
    lay_out(project, {"requirements.txt": FLOOR})
    outcome = asgi_lint(".", "--output-format", "json")
    assert {d["severity"] for d in json.loads(outcome.stdout)} == {"note"}
    assert outcome.code == 0


@pytest.mark.parametrize(
    ("requirement", "worst", "failing"),
    [
        (FLOOR, "note", {"note"}),
        ("fastapi==0.1.0\n", "warning", {"note", "warning"}),
        (AFFECTED, "error", {"note", "warning", "error"}),
    ],
)
def test_fail_on_moves_the_line(
    project: Path, requirement: str, worst: str, failing: set[str]
) -> None:
    # Without the middleware the requirement alone is what there is to say.
    code = APPLICATION if worst != "warning" else "import fastapi\n"
    pin = AFFECTED if worst == "warning" else requirement
    lay_out(project, {"main.py": code, "requirements.txt": pin})
    found = {d["severity"] for d in diagnostics(".")}
    assert max(found, key=["note", "warning", "error"].index) == worst
    for least in ("note", "warning", "error"):
        assert asgi_lint(".", "--fail-on", least).code == (1 if least in failing else 0)


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--starlette-version", "0.20.4"], [TASK]),
        (["--starlette-version", "<0.21"], [TASK]),
        (["--starlette-version", "0.41.3"], []),
        (["--starlette-version", ">=0.21"], []),
        (["--fastapi-version", "0.85.0"], [TASK]),
        (["--fastapi-version", "==0.115.*"], []),
    ],
    ids=" ".join,
)
def test_assumed_version_goes_before_the_requirement(
    project: Path, arguments: list[str], expected: list[str]
) -> None:
    lay_out(project, {"requirements.txt": FIXED if expected else AFFECTED})
    assert [d for d in reported("main.py", *arguments) if "ASG201" in d] == expected


@pytest.mark.parametrize("option", ["--starlette-version", "--fastapi-version"])
@pytest.mark.parametrize("version", ["latest", "", "=>0.20", "0.20,"])
def test_assumed_version_that_is_none(option: str, version: str) -> None:
    assert f"{option}: expected a release" in error_of(".", option, version)


def test_assumed_version_that_was_never_released() -> None:
    assert error_of(".", "--starlette-version", "<0.0.1") == (
        "No release of starlette satisfies `<0.0.1`."
    )
