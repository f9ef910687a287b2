"""What a process imports: start-up time is a feature, and imports are what it is made of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, lay_out, python

from asgi_lint.cli import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
from asgi_lint.cli import main
try:
    main(sys.argv[1:], prog_name="asgi-lint")
finally:
    print(*sorted(sys.modules), sep="\\n", file=sys.stderr)
"""
RELEASE_DATA = {"asgi_lint.versions", "asgi_lint.versions.release_data"}
HEAVY = {"asyncio", "jsonschema", "libcst", "multiprocessing", "tree_sitter", "unittest"}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without a word about the frameworks."""
    folder = tmp_path / "project"
    pyproject = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django"]\n'
    lay_out(folder, {"shop.py": "price = 1\n", "pyproject.toml": pyproject})
    monkeypatch.chdir(folder)
    return folder


def imported(*arguments: str) -> set[str]:
    outcome = python("-c", PROGRAM, *arguments)
    modules = set(outcome.stderr.splitlines())
    assert "asgi_lint.cli" in modules, outcome.stderr
    return modules


def third_party(modules: set[str]) -> set[str]:
    """The top-level packages that are not Python's own; mypyc names its run-time by a hash."""
    names = {name.partition(".")[0] for name in modules}
    own = {*sys.stdlib_module_names, "asgi_lint", "__main__"}
    return {name for name in names - own if "mypyc" not in name and not name.startswith("_")}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]])
def test_what_needs_no_rules_imports_none(arguments: list[str]) -> None:
    modules = imported(*arguments)
    assert third_party(modules) == {"click"}
    own = {name for name in modules if name.startswith("asgi_lint.")}
    command_line = {name for name in own if f"{name}.".startswith("asgi_lint.cli.")}
    allowed = {"asgi_lint.diagnostics"} if "--version" not in arguments else RELEASE_DATA
    assert own - command_line <= allowed
    commands = {name for name in command_line if name.rpartition(".")[2] in COMMANDS}
    assert len(commands) == {"--version": 0, "--help": len(COMMANDS)}.get(arguments[0], 1)


def test_page_of_a_rule_needs_no_parser() -> None:
    assert not imported("rule", "ASG201") & HEAVY


def test_run_without_a_relevant_file_needs_no_parser() -> None:
    modules = imported(".")
    assert not modules & HEAVY
    assert third_party(modules) <= {
        "click",
        "msgspec",
        "packaging",
        "pathspec",
        "tomli",
        "typing_extensions",
    }


def test_second_opinion_on_the_syntax_brings_the_parser(project: Path) -> None:
    lay_out(project, {"shop.py": "price = (\n"})
    assert not imported(".") & HEAVY
    assert imported("shop.py") & HEAVY == {"libcst"}


def test_toml_that_states_a_framework_brings_its_parser_and_no_other(project: Path) -> None:
    text = (project / "pyproject.toml").read_text(encoding="utf-8").replace("django", "fastapi")
    lay_out(project, {"pyproject.toml": text})
    assert imported(".") & HEAVY == {"tree_sitter"}


def test_relevant_file_brings_its_parser_and_no_other(project: Path) -> None:
    lay_out(project, {"shop.py": APPLICATION, "requirements.txt": AFFECTED})
    assert imported(".") & HEAVY == {"libcst"}


def test_second_run_imports_nothing_that_analyses(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASGI_LINT_CACHE")
    lay_out(project, {"shop.py": APPLICATION, "requirements.txt": AFFECTED})
    assert imported(".") & {"libcst", "msgspec", "packaging"}
    modules = imported(".")
    assert third_party(modules) == {"click"}
    assert not modules & {*HEAVY, "pickle", "asgi_lint.model.project"}
    rules = {name for name in modules if name.startswith("asgi_lint.rules.")}
    assert rules == {
        "asgi_lint.rules.files",
        "asgi_lint.rules.files.unused_suppression",
        "asgi_lint.rules.index",
        "asgi_lint.rules.registry",
        "asgi_lint.rules.rule",
    }
    assert len([name for name in modules if name.startswith("asgi_lint.")]) < 90
    assert len(modules) < 250


def test_output_formats_bring_their_own_module_alone(project: Path) -> None:
    lay_out(project, {"shop.py": APPLICATION, "requirements.txt": AFFECTED})
    reporters = "asgi_lint.reporters."
    assert f"{reporters}sarif.log" not in imported(".", "--output-format", "json")
    assert f"{reporters}full" not in imported(".", "--output-format", "concise")
