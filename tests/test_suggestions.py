"""What is misspelt on the command line is told with what was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from command_line import APPLICATION, asgi_lint, error_of, lay_out

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"src/shop/main.py": APPLICATION, "requirements.txt": "fastapi\n"})
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("scr", "src"),
        ("srcs/", "src"),
        ("./SRC/shop", "src/shop"),
        ("src/shop/mian.py", "src/shop/main.py"),
        ("src/shop/main.pyy", "src/shop/main.py"),
        ("src/shop/main", "src/shop/main.py"),
        ("scr/shopp/main.py", "src/shop/main.py"),
        ("src/../requirement.txt", "src/../requirements.txt"),
    ],
)
@pytest.mark.parametrize("command", ["check", "graph", "versions"])
def test_path(command: str, written: str, meant: str) -> None:
    expected = f'No such file or folder: "{written}". Did you mean "{meant}"?'
    assert error_of(command, written) == expected


def test_absolute_path(project: Path) -> None:
    written = f"{project}/src/shop/main.pyy"
    assert error_of(written).endswith(f'Did you mean "{project.as_posix()}/src/shop/main.py"?')


@pytest.mark.parametrize(
    "written", ["wholly-different", "src/shop/no.py", "src/shop/main.py/inside", "src/x/y"]
)
def test_path_that_is_near_nothing(written: str) -> None:
    assert error_of("check", written) == f'No such file or folder: "{written}".'


def test_several_paths() -> None:
    line = error_of("scr", "src", "unlike", "requirment.txt")
    assert line.startswith('No such file or folder: "scr", "unlike", "requirment.txt".')
    assert line.endswith('Did you mean "src", "requirements.txt"?')


@pytest.mark.parametrize(
    ("written", "meant"), [("chek", "check"), ("Graph", "graph"), ("version", "versions")]
)
def test_command(written: str, meant: str) -> None:
    line = error_of(written)
    assert line == (
        f'There is no command, file or folder "{written}". Did you mean `asgi-lint {meant}`?'
    )


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["--selct", "ASG2"], "--select"),
        (["graph", "--formt", "json"], "--format"),
        (["graph", "--format", "jsn"], "json"),
        (["--fail-on", "errors"], "error"),
        (["rule", "ASG201", "--output-format", "markdwon"], "markdown"),
        (["--output-format", "srif"], "sarif"),
        (["--select", "ASG2O1"], "ASG201"),
        (["rule", "asg2o1"], "ASG201"),
    ],
    ids=" ".join,
)
def test_option_and_its_value(arguments: list[str], meant: str) -> None:
    outcome = asgi_lint(*arguments)
    assert (outcome.code, outcome.stdout) == (2, "")
    assert meant in re.split("[Dd]id you mean", outcome.stderr)[1]


def test_command_or_path(project: Path) -> None:
    lay_out(project, {"checks/x.py": ""})
    assert error_of("chcks").endswith('Did you mean `asgi-lint check` or "checks"?')


def test_file_that_is_called_nearly_like_a_command(project: Path) -> None:
    lay_out(project, {"chek": "raise (\n"})
    assert "ASG001" in asgi_lint("chek").stdout
