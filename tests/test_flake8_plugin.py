"""The flake8 plug-in, run by flake8 itself: it shows what asgi-lint shows."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from command_line import AFFECTED, APPLICATION, FIXED, diagnostics, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHOWN = "%(path)s:%(row)d:%(col)d: %(code)s %(text)s"
MANIFESTS = "requirements.txt"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs the files of POSIX")
COUNTED = """
import json, sys
from flake8.main.application import Application
from asgi_lint import flake8_plugin

runs = []
run = flake8_plugin._run
flake8_plugin._run = lambda root, *rest: runs.append(root) or run(root, *rest)
Application().run(sys.argv[1:])
print(json.dumps(runs), file=sys.stderr)
"""


class Outcome(NamedTuple):
    code: int
    shown: list[str]
    stderr: str


def flake8(*arguments: str, stdin: str | None = None, program: str = "") -> Outcome:
    """What flake8 shows of ours; `program` runs instead of it, with its arguments."""
    how = ["-c", program] if program else ["-m", "flake8"]
    run = subprocess.run(
        [sys.executable, *how, "--isolated", "--select", "ASG", "--format", SHOWN, *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Outcome(run.returncode, sorted(run.stdout.splitlines()), run.stderr)


def shown_by_asgi_lint(*paths: str) -> list[str]:
    """The diagnostics of Python files as flake8 shows them, where the running Python reads them."""
    return sorted(
        "./{filename}:{location[row]}:{location[column]}: {code} {message}".format(**each)
        for each in diagnostics(*paths)
        if each["filename"].endswith(".py") and is_read_by_flake8(each["filename"])
    )


def is_read_by_flake8(filename: str) -> bool:
    """Whether flake8 asks a plug-in at all: a newer Python's syntax is an error to it."""
    try:
        ast.parse(Path(filename).read_bytes())
    except SyntaxError:
        return False
    return True


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one diagnostic, in which the test runs."""
    folder = tmp_path / "shop"
    lay_out(folder, {"main.py": APPLICATION, MANIFESTS: AFFECTED})
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_flake8_shows_what_asgi_lint_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    lay_out(tmp_path, {})
    for code in ("ASG202", "ASG303", "ASG307"):
        shutil.copytree(FIXTURES / code, tmp_path / code)
    monkeypatch.chdir(tmp_path)
    expected = shown_by_asgi_lint(".")
    assert len({line.split()[1] for line in expected}) > 2
    assert flake8("--jobs", jobs, ".").shown == expected


def test_the_project_is_checked_once(shop: Path) -> None:
    lay_out(shop, {f"part{number}.py": APPLICATION for number in range(8)})
    outcome = flake8("--jobs", "2", ".", program=COUNTED)
    assert json.loads(outcome.stderr) == [shop.as_posix()]
    assert len(outcome.shown) == 9


def test_single_file_is_judged_within_its_project(shop: Path) -> None:
    routes, layer = APPLICATION.replace("app.add_middleware(Timing)\n", ""), "\nimport main\n"
    layer += "main.app.add_middleware(main.Timing)\n"
    lay_out(shop, {"main.py": routes, "layers.py": layer})
    [line] = flake8("main.py").shown
    assert line.startswith("main.py:19:5: ASG201 ")


def test_own_configuration_decides(shop: Path) -> None:
    lay_out(shop, {"asgi-lint.toml": 'ignore = ["ASG201"]\n'})
    assert flake8(".") == Outcome(0, [], "")


def test_file_that_is_left_out_has_no_diagnostics(shop: Path) -> None:
    lay_out(shop, {"asgi-lint.toml": 'extend-exclude = ["main.py"]\n'})
    assert flake8("main.py").shown == []


@pytest.mark.parametrize(
    ("comment", "remaining"), [("# noqa: ASG201", 0), ("# asgi-lint: ignore[ASG201] known", 0)]
)
def test_comments_of_both_kinds_silence(shop: Path, comment: str, remaining: int) -> None:
    text = APPLICATION.replace("tasks.add_task(\n", f"tasks.add_task(  {comment}\n")
    lay_out(shop, {"main.py": text})
    assert len(flake8(".").shown) == remaining


@pytest.mark.parametrize("name", ["main.py", "new.py"])
def test_standard_input_stands_for_a_file(shop: Path, name: str) -> None:
    moved = f"#\n#\n{APPLICATION}"
    [line] = flake8("--stdin-display-name", name, "-", stdin=moved).shown
    assert line.startswith(f"{name}:22:5: ASG201 ")


def test_line_ends_of_windows_change_nothing(shop: Path) -> None:
    lay_out(shop, {"main.py": APPLICATION.replace("\n", "\r\n")})
    outcome = flake8(".", program=COUNTED)
    assert len(outcome.shown) == 1
    assert json.loads(outcome.stderr) == [shop.as_posix()]


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"asgi-lint.toml": "fail-on = 1\n"}, "asgi-lint.toml:1:1: fail-on: "),
        ({"asgi-lint.toml": 'starlette-version = "<0.1"\n'}, "No release of starlette satisfies"),
    ],
)
def test_wrong_configuration_is_one_line(
    shop: Path, files: Mapping[str, str], problem: str
) -> None:
    lay_out(shop, files)
    outcome = flake8(".")
    assert outcome.code == 1
    [line] = [each for each in outcome.shown if each.startswith("asgi-lint: ")]
    assert problem in line


@posix_only
def test_whatever_lies_beside_a_file_it_is_checked(shop: Path) -> None:
    [before] = flake8("main.py").shown
    os.mkfifo(shop / "pipe.py")
    os.mkfifo(shop / ".gitignore")
    (shop / "lost.py").symlink_to("gone.py")
    (shop / "folder.py").mkdir()
    (shop / "broken.py").write_text("import fastapi\nraise (\n")
    (shop / "bytes.py").write_bytes(b"import fastapi\n\xff\0")
    (shop / os.fsdecode(b"caf\xe9.py")).write_bytes(b"import fastapi\n")
    assert flake8("main.py") == Outcome(1, [before], "")
    beside = flake8("--jobs", "2", "main.py", "broken.py", "bytes.py", "folder.py")
    assert (beside.shown, beside.stderr) == (
        [before],
        "",
    )  # what it cannot parse flake8 tells itself


VANISHES = """
import os, shutil, sys
from flake8.main.application import Application
from asgi_lint import flake8_plugin

parse_options = flake8_plugin.Plugin.parse_options

def parsed(options):
    parse_options(options)
    gone = sys.argv.pop()
    shutil.rmtree(gone) if os.path.isdir(gone) else os.unlink(gone)

flake8_plugin.Plugin.parse_options = parsed
application = Application()
application.run(sys.argv[1:-1])
application.exit_code()
"""


@pytest.mark.parametrize("gone", ["other.py", "requirements.txt", "package"])
def test_what_vanishes_meanwhile_changes_nothing_else(shop: Path, gone: str) -> None:
    lay_out(shop, {"other.py": APPLICATION, "package/other.py": APPLICATION})
    [before] = flake8("main.py").shown
    outcome = flake8("main.py", "other.py", "package", gone, program=VANISHES)
    assert [line for line in outcome.shown if line.startswith("main.py:")] == [before]
    assert outcome.stderr == ""


def test_mistake_of_ours_is_told_with_its_report(shop: Path) -> None:
    program = """
import sys
from flake8.main.cli import main
from asgi_lint import pipeline
from asgi_lint.rules.registry import rules
from dataclasses import replace

def fails(*_):
    raise ZeroDivisionError("a mistake")

broken = {**rules(), "ASG303": replace(rules()["ASG303"], check=fails)}
pipeline.rules = lambda: broken
sys.exit(main(sys.argv[1:]))
"""
    outcome = flake8(".", program=program)
    assert outcome.code == 1
    assert f"asgi-lint: internal error in ASG303 on {shop.as_posix()}:" in outcome.shown
    assert "ZeroDivisionError: a mistake" in outcome.shown


def test_fixed_release_has_nothing_to_show(shop: Path) -> None:
    lay_out(shop, {MANIFESTS: FIXED})
    assert flake8(".") == Outcome(0, [], "")
