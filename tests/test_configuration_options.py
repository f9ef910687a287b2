"""`--config`, `--isolated`, `--show-settings` and `--show-files`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, error_of, lay_out, reported

from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings, read_settings
from asgi_lint.settings.display import displayed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def test_named_configuration_is_read_instead(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'ignore = ["ASG201"]', "ci.toml": 'ignore = ["ASG802"]'})
    assert reported(".") == [PIN]
    assert reported(".", "--config", "ci.toml") == [TASK]


def test_globs_of_a_named_configuration_start_here(project: Path) -> None:
    lay_out(project, {"ci/lint.toml": 'extend-exclude = ["/main.py"]'})
    assert reported(".", "--config", "ci/lint.toml") == [PIN]


def test_inline_keys_go_over_files_and_below_options(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'ignore = ["ASG201"]'})
    assert reported(".", "--config", 'select = ["ASG2"]', "--config", 'fail-on="error"') == []
    inline = ("--config", 'output-format = "concise"')
    assert asgi_lint(".", *inline).stdout.startswith(PIN.replace(" ", ":1: "))
    outcome = asgi_lint(".", *inline, "--output-format", "json")
    assert outcome.stdout.startswith("[")


def test_inline_tables(project: Path) -> None:
    assert reported(".", "--config", 'per-file-ignores = {"*.txt" = ["ASG8"]}') == [TASK]
    assert reported(".", "--config", 'per-file-ignores."*.py" = ["ASG2"]') == [PIN]


def test_isolated_run_reads_no_configuration(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": "not TOML"})
    assert asgi_lint(".").code == 2
    assert reported(".", "--isolated") == [TASK, PIN]
    assert reported(".", "--isolated", "--config", 'ignore = ["ASG8"]') == [TASK]


def test_other_commands_take_them_too(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": "not TOML"})
    for command in ("graph", "versions"):
        assert asgi_lint(command).code == 2
        assert asgi_lint(command, "--isolated").code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--config", "none.toml"), "{here}/none.toml: it does not exist."),
        (("--config", "none"), '--config: "none" is neither a file nor "KEY = VALUE".'),
        (("--config", "fail-on = x"), "--config:1:11: it is not TOML: Invalid value."),
        (
            ("--config", 'fail-onn = "error"'),
            '--config:1:1: fail-onn: there is no such key; did you mean "fail-on"?',
        ),
        (
            ("--config", 'select = ["ASG2",\n"ASG9"]'),
            '--config:2:1: select: no rule has the code, prefix or name "ASG9"',
        ),
        (("--config", 'extend = "a"'), "--config:1:1: extend: it can be said in a file alone."),
        (
            ("--config", "a.toml", "--config", "b.toml"),
            'Of several configurations only one can be read: "a.toml" or "b.toml".',
        ),
        (
            ("--isolated", "--config", "a.toml"),
            'With --isolated no configuration is read, not even "a.toml".',
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    project: Path, options: tuple[str, ...], message: str
) -> None:
    lay_out(project, {"a.toml": "", "b.toml": ""})
    assert error_of(".", *options).startswith(message.format(here=project.as_posix()))


CONFIGURATION = """\
extend = "base.toml"
select = ["ASG2", "endless-stream"]
ignore = ["ASG207"]
extend-exclude = ["a b", 'back\\\\slash', "é"]
respect-gitignore = false
starlette-version = ">=0.20,<1"
fail-on = "note"
asgi-middleware = ["company.Guard"]
per-file-ignores = {"!tests/*" = ["ASG2"], "a.py" = ["base-middleware-cancels-background-tasks"]}
"""


def test_settings_are_shown_with_where_they_come_from(project: Path) -> None:
    text = CONFIGURATION.replace('"endless-stream"', '"ASG301"')
    lay_out(project, {"asgi-lint.toml": text, "base.toml": 'output-format = "concise"\n'})
    outcome = asgi_lint("check", "main.py", "--show-settings", "--config", 'fail-on = "error"')
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith(
        '# The settings at "main.py"\n# from "asgi-lint.toml", which extends "base.toml"\n'
    )
    tasks = [code for code in rules() if code.startswith("ASG2") and code != "ASG207"]
    for line in (
        f"select = {json.dumps(['ASG001', 'ASG002', *tasks, 'ASG301'])}",
        'fail-on = "error"',
        'output-format = "concise"',
        "every-response = false",
    ):
        assert f"\n{line}\n" in outcome.stdout


def test_shown_settings_say_the_same_when_they_are_read(project: Path, tmp_path: Path) -> None:
    text = CONFIGURATION.replace('"endless-stream"', '"ASG301"')
    lay_out(project, {"asgi-lint.toml": text, "base.toml": 'output-format = "concise"\n'})
    known = rules()
    settings = load_settings(project.as_posix(), known)
    again = tmp_path / "again.toml"
    again.write_text(displayed(settings, known), encoding="utf-8")
    assert displayed(read_settings(again.as_posix(), known), known) == displayed(settings, known)


def test_files_that_would_be_checked_are_listed(project: Path) -> None:
    files = {"old/a.py": "", "notes.md": "", "api/pyproject.toml": "[project]", "api/b.py": ""}
    lay_out(project, {**files, "asgi-lint.toml": 'extend-exclude = ["old"]'})
    outcome = asgi_lint("--show-files")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.splitlines() == [
        "api/b.py",
        "api/pyproject.toml",
        "main.py",
        "requirements.txt",
    ]
    assert asgi_lint("old/a.py", "--show-files").stdout == "old/a.py\n"
    assert asgi_lint("old/a.py", "--show-files", "--force-exclude").stdout == ""


def test_path_that_is_missing_is_an_error_there_too() -> None:
    assert error_of("none.py", "--show-files") == 'No such file or folder: "none.py".'
