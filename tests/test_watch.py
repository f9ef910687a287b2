"""`--watch` checks again whenever what a run says could have changed, until Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, FIXED, error_of, lay_out, python

if os.name != "posix":
    pytest.skip("needs a terminal of POSIX", allow_module_level=True)

from terminal import Terminal

from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings
from asgi_lint.watching import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgi_lint.watching import Snapshot

CLEAR = "\x1b[2J"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"app/main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def watching() -> Iterator[Terminal]:
    with closing(Terminal("check", "--watch", "--output-format", "concise")) as terminal:
        terminal.wait_for("watching")
        yield terminal


def test_session(project: Path, watching: Terminal) -> None:
    assert "Found 2 errors in 2 files." in watching.shown
    assert "watching 2 files, Ctrl-C ends it" in watching.shown

    lay_out(project, {"requirements.txt": FIXED})
    watching.wait_for("All checks passed: 2 files.")

    lay_out(project, {"app/broken.py": "import fastapi\nraise (\n"})
    watching.wait_for("app/broken.py:2:7: ASG001")
    watching.wait_for("watching 3 files")

    lay_out(project, {"asgi-lint.toml": 'extend-exclude = ["broken.py"\n'})
    watching.wait_for("asgi-lint.toml:")
    lay_out(project, {"asgi-lint.toml": 'extend-exclude = ["broken.py"]\n'})
    watching.wait_for("All checks passed: 2 files.", times=2)

    watching.wait_for("watching", times=5)
    assert watching.shown.count(CLEAR) == 5
    watching.process.send_signal(signal.SIGINT)
    assert watching.finish() == 130
    assert watching.shown.endswith("asgi-lint: interrupted\n")


def test_whatever_becomes_of_the_files_it_goes_on(project: Path, watching: Terminal) -> None:
    main = project / "app/main.py"
    main.unlink()
    watching.wait_for("watching 1 file,")

    os.mkfifo(main)
    (project / "app/loop.py").symlink_to("loop.py")
    watching.wait_for("app/loop.py:1:1: ASG002")
    main.unlink()
    (project / "app/loop.py").unlink()

    (project / os.fsdecode(b"caf\xe9.py")).write_bytes(b"import fastapi\nraise (\n")
    watching.wait_for(".py:2:7: ASG001")

    (project / "pyproject.toml").write_bytes(b"[tool.asgi-lint]\nselect = '\xff\0")
    watching.wait_for("asgi-lint: error:")
    (project / "pyproject.toml").unlink()
    (project / "pyproject.toml").mkdir()
    watching.wait_for("it cannot be read: is a directory.")
    (project / "pyproject.toml").rmdir()
    watching.wait_for(".py:2:7: ASG001", times=2)

    shutil.rmtree(project / "app")
    (project / "app").write_bytes(b"\0\xff")
    (project / "requirements.txt").write_bytes(b"\xff\xfe\0")
    watching.wait_for("requirements.txt:")
    (project / "app").unlink()
    lay_out(project, {"app/main.py": APPLICATION, "requirements.txt": AFFECTED})
    watching.wait_for("app/main.py:20:5: ASG201", times=2)

    assert "internal error" not in watching.shown
    assert "Traceback" not in watching.shown
    watching.process.send_signal(signal.SIGINT)
    assert watching.finish() == 130


def test_path_that_vanishes_is_told_and_watched_for(project: Path) -> None:
    with closing(Terminal("check", "--watch", "--output-format", "concise", "app")) as terminal:
        terminal.wait_for("watching 2 files")
        shutil.rmtree(project / "app")
        terminal.wait_for('error: No such file or folder: "app".')
        terminal.wait_for("watching", times=2)
        lay_out(project, {"app/main.py": APPLICATION})
        terminal.wait_for("app/main.py:20:5: ASG201", times=2)


def test_folder_that_is_lost_ends_it(project: Path, watching: Terminal) -> None:
    shutil.rmtree(project)
    assert watching.finish() == 2
    assert "asgi-lint: error: The current folder cannot be used" in watching.shown
    assert "Traceback" not in watching.shown


FAILS_ONCE_SEEN = """
import os
from asgi_lint import fixing, pipeline
from asgi_lint.__main__ import main

settle = pipeline.settle

def fails(*args, **options):
    if os.path.exists("broken"):
        raise ZeroDivisionError("a mistake")
    return settle(*args, **options)

pipeline.settle = fails
main()
"""


def test_mistake_of_ours_is_told_and_does_not_end_it(project: Path) -> None:
    arguments = ("check", "--watch", "--output-format", "concise")
    with closing(Terminal(*arguments, program=("-c", FAILS_ONCE_SEEN))) as terminal:
        terminal.wait_for("watching")
        lay_out(project, {"broken": "", "requirements.txt": FIXED})
        terminal.wait_for("ZeroDivisionError: a mistake")
        assert "please report it" in terminal.shown
        terminal.wait_for("watching", times=2)
        (project / "broken").unlink()
        lay_out(project, {"requirements.txt": AFFECTED})
        terminal.wait_for("app/main.py:20:5: ASG201", times=2)


def test_run_that_fails_at_once_is_not_repeated() -> None:
    assert error_of("--watch", "gone.py") == 'No such file or folder: "gone.py".'
    assert "no rule" in error_of("--watch", "--select", "ASG999")


@pytest.mark.parametrize(
    "options", [["--diff"], ["--add-ignore"], ["--write-baseline", "x"], ["--show-files"]]
)
def test_what_is_done_once_cannot_be_watched(options: list[str]) -> None:
    assert error_of("--watch", *options) == f"--watch and {options[0]} do not go together."


def test_standard_input_cannot_be_watched() -> None:
    assert error_of("--watch", "-") == "--watch needs files: standard input is none."


ENDS_AFTER_ONE = """
import sys, time
from asgi_lint.cli import main

time.sleep = lambda seconds: sys.exit(7)
main(["check", "--watch"])
"""


def test_what_is_no_terminal_is_not_cleared() -> None:
    outcome = python("-c", ENDS_AFTER_ONE)
    assert outcome.code == 7
    assert "\x1b" not in outcome.stdout
    assert "watching 2 files" in outcome.stderr


def seen(path: str = ".", known: Snapshot | None = None) -> Snapshot:
    return snapshot([path], lambda at: load_settings(at, rules()), known or {})


@pytest.mark.parametrize("path", [".", "app", "app/main.py"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app/main.py", "import fastapi\n"),
        ("app/new.py", "import fastapi\n"),
        ("requirements.txt", FIXED),
        ("uv.lock", "version = 1\n"),
        (".gitignore", "app\n"),
        ("../asgi-lint.toml", ""),
        ("asgi-lint.toml", "select = ['ALL']\n"),
    ],
)
def test_change_that_counts(project: Path, path: str, name: str, text: str) -> None:
    before = seen(path)
    (project / name).write_text(text)
    assert seen(path) != before


@pytest.mark.parametrize("name", ["README.md", ".git/index.py", "build/lib.py", "data.json"])
def test_change_that_does_not_count(project: Path, name: str) -> None:
    lay_out(project, {".gitignore": "build\n"})
    before = seen()
    lay_out(project, {name: "import fastapi\n"})
    assert seen() == before


def test_link_that_leads_nowhere_counts(project: Path) -> None:
    before = seen()
    (project / "app/lost.py").symlink_to("gone.py")
    between = seen()
    assert between != before
    (project / "app/gone.py").write_text("import fastapi\n")
    assert seen() != between


def test_file_that_is_known_is_watched_though_nothing_names_it_any_more(project: Path) -> None:
    lay_out(project, {"base/shared.toml": "", "asgi-lint.toml": 'extend = "base/shared.toml"\n'})
    before = seen()
    lay_out(project, {"asgi-lint.toml": ""})
    between = seen(known=before)
    lay_out(project, {"base/shared.toml": "ignore = []\n"})
    assert seen(known=before) != between


def test_deleted_file_counts(project: Path) -> None:
    before = seen()
    (project / "requirements.txt").unlink()
    assert seen(known=before) != before
