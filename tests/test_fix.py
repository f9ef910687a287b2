"""`asgi-lint check --fix`: what is changed, what is told, and how the run ends."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from command_line import APPLICATION, asgi_lint, error_of, lay_out
from renaming import (
    CODE,
    MAIN,
    NAME,
    OTHER,
    SAFE_RENAMING,
    UNSAFE_RENAMING,
    fixed,
    install,
    last_lines,
    renaming,
)

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.diagnostics import Edit
    from asgi_lint.model.project import Project

FLOOR = "fastapi>=0.85.0\nuvicorn\n"

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a safe fix and an unsafe one, in a project where no other rule runs."""
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": MAIN})
    monkeypatch.chdir(folder)
    install(monkeypatch, SAFE_RENAMING, UNSAFE_RENAMING)
    return folder


# --- what is fixed and what is told ---------------------------------------------------------------


def test_safe_fixes_are_applied_and_the_rest_is_reported(project: Path) -> None:
    report = f"""\
main.py:4:1: {OTHER} [error] `risky` is called.
Fixed 1 diagnostic (1 remaining).
Found 1 error in 1 file.
1 more can be fixed with `--unsafe-fixes`.
"""
    assert asgi_lint("--fix", "--output-format", "concise") == (1, report, "")
    assert (project / "main.py").read_text() == MAIN.replace("old", "new")


def test_unsafe_fixes_are_applied_when_asked_for(project: Path) -> None:
    outcome = asgi_lint("--fix", "--unsafe-fixes")
    assert (project / "main.py").read_text() == "import fastapi\n\nnew(1)\nsure(2)\n"
    summary = "Fixed 2 diagnostics (0 remaining).\nAll checks passed: 1 file.\n"
    assert outcome == (0, summary, "")


def test_nothing_is_fixed_without_being_asked_for(project: Path) -> None:
    outcome = asgi_lint("--unsafe-fixes")
    assert outcome.code == 1
    assert last_lines(outcome, 1) == ["Fixable: 1 safe, 1 unsafe."]
    assert (project / "main.py").read_text() == MAIN


def test_second_run_changes_nothing(project: Path) -> None:
    asgi_lint("--fix")
    before = (project / "main.py").stat()
    outcome = asgi_lint("--fix")
    assert "Fixed" not in outcome.stdout
    assert (project / "main.py").stat().st_mtime_ns == before.st_mtime_ns


def test_list_of_what_was_fixed(project: Path) -> None:
    lay_out(project, {"api/b.py": "import fastapi\nold(old(risky()))\n"})
    outcome = asgi_lint("--fix", "--unsafe-fixes", "--show-fixes")
    assert last_lines(outcome, 8) == [
        "api/b.py:",
        f"  2 x {CODE} ({NAME})",
        f"  1 x {OTHER} (await-in-stream-finally-unshielded)",
        "main.py:",
        f"  1 x {CODE} ({NAME})",
        f"  1 x {OTHER} (await-in-stream-finally-unshielded)",
        "Fixed 5 diagnostics (0 remaining).",
        "All checks passed: 2 files.",
    ]


@pytest.mark.parametrize("output_format", ["json", "sarif"])
def test_formats_for_programs_have_what_remains(output_format: str) -> None:
    outcome = asgi_lint("--fix", "--output-format", output_format)
    report = json.loads(outcome.stdout)
    codes = (
        [each["code"] for each in report]
        if output_format == "json"
        else [each["ruleId"] for each in report["runs"][0]["results"]]
    )
    assert codes == [OTHER]
    assert outcome.stderr == "Fixed 1 diagnostic (1 remaining).\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fix", "--unsafe-fixes"], 0),
        (["--fix", "--unsafe-fixes", "--exit-non-zero-on-fix"], 1),
        (["--fix"], 1),
        (["--fix", "--exit-zero", "--exit-non-zero-on-fix"], 0),
    ],
)
def test_exit_code(arguments: list[str], code: int) -> None:
    assert asgi_lint(*arguments).code == code


def test_run_that_fixes_nothing_is_not_non_zero(project: Path) -> None:
    lay_out(project, {"main.py": "import fastapi\n"})
    assert asgi_lint("--fix", "--exit-non-zero-on-fix").code == 0


def test_statistics_of_what_remains() -> None:
    outcome = asgi_lint("--fix", "--statistics")
    assert outcome.stdout.splitlines()[0].split()[:2] == ["1", OTHER]
    assert "Fixed 1 diagnostic (1 remaining)." in outcome.stdout


# --- rounds ---------------------------------------------------------------------------------------


def test_fix_of_what_a_fix_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, renaming({"a": "b", "b": "c", "c": "d"}))
    assert fixed(b"import fastapi\na(b(c()))\n") == b"import fastapi\nd(d(d()))\n"


def test_fixes_that_touch_each_other_need_several_rounds() -> None:
    text = b"import fastapi\n" + b"old(old(old(old())))\n" * 30
    assert fixed(text) == text.replace(b"old", b"new")


def test_edit_that_several_fixes_share_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_import(project: Project, filename: str) -> tuple[Edit, ...]:
        from asgi_lint.fixes.imports import import_edit

        edit = import_edit(project.files[filename].facts, "anyio")
        return (edit,) if edit is not None else ()

    install(monkeypatch, renaming({"time.sleep": "anyio.sleep"}, more=with_import))
    text = b"import time\n\nimport fastapi\n\ntime.sleep(1)\ntime.sleep(2)\n"
    expected = b"\nimport fastapi\nimport anyio\n\nanyio.sleep(1)\nanyio.sleep(2)\n"
    assert fixed(text) == expected


def test_fixes_without_end_are_stopped_and_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(
        monkeypatch,
        renaming({"old": "older", "older": "old"}),
        renaming({"risky": "x"}, code=OTHER),
    )
    outcome = asgi_lint("--fix")
    assert outcome.stderr.startswith(
        f"asgi-lint: warning: After 10 rounds there still are fixes of {CODE}."
    )
    assert (project / "main.py").read_text() == MAIN.replace("risky", "x")
    install(monkeypatch, renaming({"old": "older", "older": "old"}))
    assert "Fixed" not in asgi_lint("--fix").stdout


def test_fix_that_changes_nothing_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, renaming({"old": "old"}))
    outcome = asgi_lint("--fix", "--output-format", "concise")
    assert outcome.stderr == ""
    assert last_lines(outcome, 1) == ["Found 1 error in 1 file."]


def test_requirements_are_fixed_before_the_code_that_they_put_right(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(project)
    lay_out(project, {"main.py": APPLICATION, "requirements.txt": FLOOR})
    outcome = asgi_lint("--fix")
    assert outcome == (0, outcome.stdout, "")
    assert (project / "requirements.txt").read_text() != FLOOR
    assert (project / "main.py").read_text() == APPLICATION


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "arguments", "expected"),
    [
        ("fix = true", [], "new(1)\nrisky(2)"),
        ("fix = true\nunsafe-fixes = true", [], "new(1)\nsure(2)"),
        ("fix = true", ["--no-fix"], "old(1)\nrisky(2)"),
        ("unsafe-fixes = true", ["--fix", "--no-unsafe-fixes"], "new(1)\nrisky(2)"),
        ("unsafe-fixes = true", [], "old(1)\nrisky(2)"),
        (f'fixable = ["{OTHER}"]', ["--fix", "--unsafe-fixes"], "old(1)\nsure(2)"),
        (f'unfixable = ["{OTHER}"]', ["--fix", "--unsafe-fixes"], "new(1)\nrisky(2)"),
        (f'unfixable = ["ASG3"]\nfixable = ["{CODE}"]', ["--fix"], "new(1)\nrisky(2)"),
        ('unfixable = ["ALL"]', ["--fix"], "old(1)\nrisky(2)"),
        (f'unfixable = ["{CODE}"]', ["--fix", "--fixable", "ALL"], "old(1)\nrisky(2)"),
        ("", ["--fix", "--unfixable", "ASG9,ASG8"], "old(1)\nrisky(2)"),
        ("", ["--fix", "--unfixable", NAME], "old(1)\nrisky(2)"),
        ("", ["--fix", "--unsafe-fixes", "--fixable", OTHER], "old(1)\nsure(2)"),
    ],
)
def test_what_may_be_fixed(project: Path, table: str, arguments: list[str], expected: str) -> None:
    lay_out(project, {"asgi-lint.toml": f"{table}\n"})
    asgi_lint("check", *arguments)
    assert (project / "main.py").read_text() == f"import fastapi\n\n{expected}\n"


def test_fix_that_may_not_be_applied_is_advice(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": f'unfixable = ["{CODE}"]\n'})
    found = json.loads(asgi_lint("--output-format", "json").stdout)
    assert [each["fix"]["applicability"] for each in found] == ["advice", "unsafe"]
    assert found[0]["fix"] == {"applicability": "advice", "message": "Call `new`", "edits": []}


def test_each_project_has_its_own_settings(project: Path) -> None:
    lay_out(project / "service", {"main.py": MAIN, "asgi-lint.toml": "fix = true\n"})
    asgi_lint(".")
    assert (project / "main.py").read_text() == MAIN
    assert "new(1)" in (project / "service/main.py").read_text()


def test_rule_that_does_not_exist() -> None:
    assert "--fixable" in error_of("--fix", "--fixable", "ASG999")
