"""Every fixture project with fixes, and every page that shows one, through the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import asgi_lint, diagnostics
from expectations import strip_expectations
from fixture_projects import fixture_projects
from pages import has_fix, read_page, write_project

from asgi_lint.fixes.freed_imports import without_freed_imports
from asgi_lint.rules.registry import page, rules

if TYPE_CHECKING:
    from fixture_projects import FixtureProject

    from asgi_lint.rules.rule import Rule

FIXABLE = {
    f"{project.code}/{project.case}": project
    for project in fixture_projects()
    if "\nFixable: " in project.snapshot.read_text(encoding="utf-8")
}
"""Of each case one variant: that makes the test a third as long."""

EVERYTHING = ("--unsafe-fixes", "--select", "ALL")


def files_in(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def compiles(source: bytes) -> bool:
    """Whether the running Python takes it; a few fixtures are written for newer ones."""
    try:
        compile(source, "main.py", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@pytest.mark.parametrize("project", FIXABLE.values(), ids=FIXABLE)
def test_fixes_are_the_difference_and_leave_nothing_to_fix(
    project: FixtureProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed, patched = tmp_path / "fixed", tmp_path / "patched"
    for folder in (fixed, patched):
        project.lay_out(folder)
    monkeypatch.chdir(fixed)
    before = files_in(fixed)
    difference = asgi_lint("--diff", *EVERYTHING, "--output-file", "../diff")
    assert (difference.code, files_in(fixed)) == (1, before)
    assert asgi_lint("--fix", *EVERYTHING).code in (0, 1)
    patch = (tmp_path / "diff").read_bytes()
    subprocess.run(["patch", "-p0", "--quiet"], cwd=patched, input=patch, check=True)
    after = files_in(fixed)
    assert after != before
    assert files_in(patched) == after
    left = json.loads(asgi_lint(".", *EVERYTHING, "--output-format", "json").stdout)
    assert [each for each in left if each["fix"] and each["fix"]["edits"]] == []
    code = [name for name in after if name.endswith(".py") and compiles(before[name])]
    assert [name for name in code if not compiles(after[name])] == []


WITH_FIX = [rule for rule in rules().values() if read_page(page(rule)).section("Example").fixed]


@pytest.mark.parametrize("rule", WITH_FIX, ids=lambda rule: rule.code)
def test_page_shows_what_is_written(
    rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = read_page(page(rule)).section("Example")
    write_project(example.files, tmp_path)
    monkeypatch.chdir(tmp_path)
    asgi_lint("--fix", "--unsafe-fixes", "--fixable", rule.code)
    written = {name: Path(name).read_text(encoding="utf-8") for name in example.fixed}
    # The page shows the edits of the rule; what it imports and does not use any more goes too.
    shown = {
        name: without_freed_imports(name, example.files[name], text)
        for name, text in example.fixed.items()
    }
    assert {name: strip_expectations(text) for name, text in written.items()} == {
        name: strip_expectations(text) for name, text in shown.items()
    }
    left = diagnostics(".")
    assert [each for each in left if has_fix(each, rule.code) and each["fix"]["edits"]] == []
