from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from command_line import (
    AFFECTED,
    APPLICATION,
    FIXED,
    PIN,
    TASK,
    asgi_lint,
    commented,
    diagnostics,
    lay_out,
    reported,
)
from fixture_projects import fixture_projects

if TYPE_CHECKING:
    from pathlib import Path


STREAM = """\
from fastapi.responses import FileResponse
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def report():
    return FileResponse("report.csv")
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


# --- settings from a file -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["asgi-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ('select = ["ASG201"]', [TASK]),
        ('ignore = ["starlette-cancels-background-tasks"]', [TASK]),
        ('ignore = ["ASG2"]', [PIN]),
        ('exclude = ["main.py"]', [PIN]),
        ('extend-exclude = ["requirements.txt"]', [TASK]),
        ('starlette-version = "0.41.3"', []),
        ('fastapi-version = ">=0.115"', []),
        ('per-file-ignores = { "main.py" = ["ASG2"] }', [PIN]),
        ('per-file-ignores = { "!*.py" = ["ASG8"] }', [TASK]),
    ],
)
def test_settings_reach_the_run(project: Path, name: str, table: str, expected: list[str]) -> None:
    header = "[tool.asgi-lint]\n" if name == "pyproject.toml" else ""
    lay_out(project, {name: f"{header}{table}\n"})
    assert [d for d in reported(".") if d in (TASK, PIN)] == expected


def test_fail_on_and_output_format_from_a_file(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'fail-on = "error"\noutput-format = "concise"\n'})
    outcome = asgi_lint(".")
    assert outcome.code == 1
    assert outcome.stdout.startswith("main.py:20:5: ASG201")
    lay_out(project, {"main.py": "import fastapi\n"})
    assert {d["severity"] for d in diagnostics(".")} == {"warning"}
    assert asgi_lint(".").code == 0


def test_options_of_a_rule_from_a_file(project: Path) -> None:
    lay_out(project, {"main.py": STREAM, "requirements.txt": "starlette==1.0.0\n"})
    assert "main.py:9 ASG311" not in reported(".")
    table = "[tool.asgi-lint.rules.file-response-ignores-disconnect]\nevery-response = true\n"
    lay_out(project, {"pyproject.toml": table, "requirements.txt": "starlette==0.16.0\n"})
    assert "main.py:9 ASG311" in reported(".")
    lay_out(project, {"pyproject.toml": table.replace("true", "false")})
    assert "main.py:9 ASG311" not in reported(".")


def test_command_line_goes_before_the_file(project: Path) -> None:
    lay_out(
        project,
        {
            "asgi-lint.toml": 'select = ["ASG8"]\nstarlette-version = "0.41.3"\nfail-on = "error"\n'
            'output-format = "sarif"\nexclude = ["main.py"]\n'
        },
    )
    arguments = ("--select", "ASG201", "--starlette-version", "0.20.4", "--exclude", "other")
    assert reported(".", *arguments) == [TASK]
    assert asgi_lint(".", "--fail-on", "warning", "--output-format", "full").stdout[:1] != "{"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("selct = []", 'selct: there is no such key; did you mean "select"?'),
        (
            'ignore = ["background-task-as-cleanup"]',
            'did you mean "background-task-as-stream-cleanup"?',
        ),
        ('fail-on = "erorr"', 'error, not "erorr"; did you mean "error"?'),
    ],
)
def test_wrong_configuration_stops_the_run(project: Path, table: str, problem: str) -> None:
    lay_out(project, {"pyproject.toml": f"[tool.asgi-lint]\n{table}\n"})
    filename = (project / "pyproject.toml").as_posix()
    outcome = asgi_lint(".")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith(f"asgi-lint: error: {filename}:")
    assert outcome.stderr.endswith(f"{problem}\n")


def test_wrong_configuration_of_a_project_further_down_stops_the_run(project: Path) -> None:
    lay_out(project, {"service/asgi-lint.toml": "selct = []\n", "service/app.py": ""})
    outcome = asgi_lint(".")
    assert (outcome.code, outcome.stdout) == (2, "")
    [line] = outcome.stderr.splitlines()
    assert (project / "service/asgi-lint.toml").as_posix() in line
    assert "selct" in line


def test_version_that_was_never_released_stops_the_run(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'fastapi-version = "<0.0.1"\n'})
    outcome = asgi_lint(".")
    assert outcome == (2, "", "asgi-lint: error: No release of fastapi satisfies `<0.0.1`.\n")


# --- what is reported and what is analysed --------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "ASG201/cross-file/fastapi-0.85.0",
        "ASG201/services-of-a-monorepo",
        "ASG303/behind-the-middleware",
        "ASG002/included",
        "ASG802/setup-py",
    ],
)
def test_a_single_file_has_the_diagnostics_of_the_full_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    [found] = [project for project in fixture_projects() if project.name == name]
    found.lay_out(tmp_path / "fixture")
    monkeypatch.chdir(tmp_path / "fixture")
    full = diagnostics(".")
    names = {path.relative_to(tmp_path / "fixture") for path in (tmp_path / "fixture").rglob("*.*")}
    files = sorted(path.as_posix() for path in names if path.suffix in (".py", ".txt", ".toml"))
    assert {d["filename"] for d in full} <= set(files)
    for file in files:
        assert diagnostics(file) == [d for d in full if d["filename"] == file]


def test_order_of_the_paths_does_not_matter(project: Path) -> None:
    lay_out(
        project,
        {
            "b/requirements.txt": AFFECTED,
            "b/app.py": APPLICATION,
            "b/asgi-lint.toml": 'fail-on = "note"\noutput-format = "concise"\n',
            "broken.py": "def f(:\n",
            "link.py": commented("# asgi-lint: ignore["),
        },
    )
    (project / "a_link.py").symlink_to("nowhere")
    paths = ("b", "main.py", ".", "requirements.txt")
    outcomes = {asgi_lint(*order) for order in itertools.permutations(paths)}
    assert len(outcomes) == 1
    found = reported(*paths)
    assert found == sorted(found)
    assert found[:2] == ["a_link.py:1 ASG002", "b/app.py:20 ASG201"]


def test_manifest_is_reported_when_it_or_a_folder_above_it_is_named() -> None:
    assert reported("main.py") == [TASK]
    assert reported("requirements.txt") == [PIN]
    assert reported("main.py", "requirements.txt") == reported(".") == [TASK, PIN]


def test_manifest_that_another_includes_is_reported_below_a_named_folder(project: Path) -> None:
    lay_out(project, {"requirements.txt": "-r deps/base.txt\n", "deps/base.txt": AFFECTED})
    assert reported(".") == ["deps/base.txt:1 ASG802", TASK]
    assert reported("main.py", "requirements.txt") == [TASK]


# --- several projects -----------------------------------------------------------------------------


@pytest.fixture
def monorepo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "monorepo"
    lay_out(
        folder,
        {
            "requirements.txt": AFFECTED,
            "new/requirements.txt": FIXED,
            "new/app.py": APPLICATION,
            "old/requirements.txt": AFFECTED,
            "old/app.py": APPLICATION,
            "bare/pyproject.toml": '[project]\nname = "bare"\nversion = "1"\n',
            "bare/app.py": APPLICATION,
        },
    )
    monkeypatch.chdir(folder)
    return folder


def test_each_service_has_its_own_verdict(monorepo: Path) -> None:
    found = [d for d in reported(".") if "ASG201" in d]
    assert found == ["bare/app.py:20 ASG201", "old/app.py:20 ASG201"]


def test_service_without_a_requirement_has_the_one_above_it(monorepo: Path) -> None:
    assert reported("bare") == ["bare/app.py:20 ASG201"]
    lay_out(monorepo, {"requirements.txt": FIXED})
    assert reported("bare") == []


def test_service_has_its_own_settings(monorepo: Path) -> None:
    lay_out(
        monorepo,
        {
            "old/asgi-lint.toml": 'exclude = ["generated"]\nfail-on = "error"\n',
            "old/app.py": "import fastapi\n",
            "old/generated/app.py": APPLICATION,
        },
    )
    assert reported("old") == ["old/requirements.txt:1 ASG802"]
    assert [d for d in reported(".") if d.startswith("old/")] == reported("old")
    assert reported("old/generated") == ["old/generated/app.py:20 ASG201"]
    assert asgi_lint("old").code == 0
    assert asgi_lint("old", "new").code == asgi_lint("new", "old").code == 0
    assert asgi_lint("old", "bare").code == 1
