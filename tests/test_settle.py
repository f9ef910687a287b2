"""Suppression comments from the file to the output."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, commented, lay_out, reported

from asgi_lint.pipeline import run
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.settings import Settings

UTF_16 = "fastapi==0.85.0  # asgi-lint: ignore[ASG802]\r\n".encode("utf-16")
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = [\n  "fastapi==0.85.0",'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "comment",
    [
        "# asgi-lint: ignore[ASG201] it may be lost",
        "# asgi-lint: ignore[base-middleware-cancels-background-tasks]",
        "# asgi-lint: ignore[ASG2]",
        "# asgi-lint: ignore[ASG301, asg201]",
        "# asgi-lint: ignore",
        "# asgi-lint: ignore[ASG201] until=2999-01-01",
        "# type: ignore # asgi-lint: ignore[ASG201]",
        "# noqa: ASG201",
        "# noqa: E501, ASG201",
        "# noqa",
    ],
)
@pytest.mark.parametrize("row", [20, 22, 23])
def test_comment_on_any_line_of_the_span_silences(project: Path, comment: str, row: int) -> None:
    lay_out(project, {"main.py": commented(comment, row=row)})
    assert reported("main.py", "--ignore", "ASG004") == []
    assert asgi_lint("main.py").stderr == ""


def test_comment_in_requirements_in_utf_16_silences(project: Path) -> None:
    lay_out(project, {"requirements.txt": UTF_16})
    assert reported(".") == [TASK]


@pytest.mark.parametrize(
    ("comment", "row"),
    [
        ("# asgi-lint: ignore[ASG202]", 20),
        ("# asgi-lint: ignore[ASG201] until=2020-01-01", 20),
        ("# asgi-lint: ignore[ASG201]", 19),
        ("# asgi-lint: ignore[ASG201]", 24),
        ("# noqa: E501", 20),
        ("# asgi-lint: ignore-file[ASG8]", 20),
    ],
)
def test_comment_that_means_something_else_does_not(project: Path, comment: str, row: int) -> None:
    lay_out(project, {"main.py": commented(comment, row=row)})
    assert reported("main.py", "--ignore", "ASG004") == [TASK]


@pytest.mark.parametrize("codes", ["", "[ASG201]", "[ASG2] generated"])
def test_comment_for_the_whole_file(project: Path, codes: str) -> None:
    lay_out(project, {"main.py": f"{APPLICATION}\n# asgi-lint: ignore-file{codes}\n"})
    assert reported(".") == [PIN]


@pytest.mark.parametrize(
    ("today", "silenced"),
    [(dt.date(2027, 2, 28), True), (dt.date(2027, 3, 1), True), (dt.date(2027, 3, 2), False)],
)
def test_comment_expires_after_its_day(project: Path, today: dt.date, silenced: bool) -> None:
    comment = "# asgi-lint: ignore[ASG201] until=2027-03-01 with the upgrade"
    lay_out(project, {"main.py": commented(comment)})

    def settings_for(path: str) -> Settings:
        return load_settings(path, rules())

    found = run(["main.py"], settings_for, today=today).diagnostics
    assert [d.code for d in found] == ([] if silenced else ["ASG201", "ASG004"])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements.txt", "fastapi==0.85.0  # asgi-lint: ignore[ASG802] no middleware"),
        ("requirements.txt", "fastapi==0.85.0  # noqa: ASG802"),
        ("requirements.txt", "fastapi==0.85.0\n# asgi-lint: ignore-file[ASG8]"),
        ("setup.cfg", "[options]\ninstall_requires =\n  fastapi==0.85.0\n# asgi-lint: ignore-file"),
        ("Pipfile", '[packages]\nfastapi = "==0.85.0"  # asgi-lint: ignore[ASG802]'),
        ("environment.yml", "dependencies:\n  - fastapi=0.85.0  # asgi-lint: ignore[ASG802]"),
        (
            "setup.py",
            'import setuptools as s\ns.setup(install_requires=["fastapi==0.85.0"])  # noqa: ASG802',
        ),
        (
            "pyproject.toml",
            f"{PYPROJECT}  # asgi-lint: ignore[starlette-cancels-background-tasks]\n]",
        ),
    ],
)
def test_comment_in_a_manifest(project: Path, name: str, line: str) -> None:
    (project / "requirements.txt").unlink()
    lay_out(project, {name: f"{line}\n"})
    assert reported(".") == [TASK]


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# asgi-lint: ignore[ASG201", 'The list of codes is not closed: "]" is missing.'),
        ("# asgi-lint: disable=ASG201", 'write "ignore" or "ignore-file", not "disable".'),
        ("# asgi-lint: ignore[ASG201] until=soon", '"until=soon" does not name a day'),
    ],
)
def test_malformed_comment_is_told(project: Path, comment: str, problem: str) -> None:
    lay_out(project, {"main.py": commented(comment)})
    outcome = asgi_lint("main.py", "--output-format", "concise")
    assert outcome.code == 1
    assert outcome.stdout.startswith("main.py:20:5: ASG201")
    [line] = outcome.stderr.splitlines()
    assert line.startswith("asgi-lint: warning: main.py:20:22: ")
    assert problem in line


def test_malformed_comment_of_a_file_that_was_not_given_is_not_told(project: Path) -> None:
    lay_out(project, {"main.py": commented("# asgi-lint: ignore["), "other.py": ""})
    assert asgi_lint("other.py").stderr == ""
