"""`--diff`, and `--fix` as a filter from standard input to standard output."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from command_line import asgi_lint, lay_out, python
from renaming import (
    CODE,
    MAIN,
    NAME,
    OTHER,
    SAFE_RENAMING,
    UNSAFE_RENAMING,
    install,
)

if TYPE_CHECKING:
    from pathlib import Path


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


# --- a difference instead -------------------------------------------------------------------------

DIFF = """\
--- main.py
+++ main.py
@@ -1,4 +1,4 @@
 import fastapi
\x20
-old(1)
+new(1)
 risky(2)
"""


def test_difference_is_shown_and_nothing_is_written(project: Path) -> None:
    outcome = asgi_lint("--diff")
    assert outcome == (1, DIFF, "Would fix 1 diagnostic (1 more with `--unsafe-fixes`).\n")
    assert (project / "main.py").read_text() == MAIN
    assert "+sure(2)\n" in asgi_lint("--diff", "--unsafe-fixes", "--fix").stdout
    assert (project / "main.py").read_text() == MAIN


def test_no_difference(project: Path) -> None:
    lay_out(project, {"main.py": "import fastapi\n\nrisky(2)\n"})
    assert asgi_lint("--diff") == (
        0, "", "Would fix nothing (1 more with `--unsafe-fixes`).\n"
    )  # fmt: skip


def test_difference_in_a_file(project: Path) -> None:
    outcome = asgi_lint("--diff", "--output-file", "fixes.patch", env={"FORCE_COLOR": "1"})
    assert (outcome.code, outcome.stdout) == (1, "")
    assert (project / "fixes.patch").read_text() == DIFF


def test_difference_in_colour() -> None:
    outcome = asgi_lint("--diff", env={"FORCE_COLOR": "1"})
    assert "\x1b[32m+new(1)\x1b[0m\n" in outcome.stdout


@posix_only
def test_difference_of_what_cannot_be_written(project: Path) -> None:
    (project / "main.py").chmod(0o444)
    assert asgi_lint("--diff")[:2] == (1, DIFF)


def test_difference_lists_its_fixes() -> None:
    lines = asgi_lint("--diff", "--show-fixes").stderr.splitlines()
    assert lines[:2] == ["main.py:", f"  1 x {CODE} ({NAME})"]


@posix_only
def test_difference_of_a_link_is_that_of_its_file(project: Path) -> None:
    (project / "main.py").rename(project / "real.txt")
    (project / "main.py").symlink_to("real.txt")
    assert asgi_lint("--diff").stdout == DIFF.replace("main.py", "real.txt")


# --- standard input -------------------------------------------------------------------------------


def test_standard_input_comes_out_fixed(project: Path) -> None:
    typed = "import fastapi\nold(3); risky()\n"
    outcome = asgi_lint(
        "-", "--fix", "--stdin-filename", "main.py", "--output-format", "concise", stdin=typed
    )
    assert outcome.code == 1
    assert outcome.stdout == typed.replace("old", "new")
    assert outcome.stderr.splitlines() == [
        f"main.py:2:9: {OTHER} [error] `risky` is called.",
        "Fixed 1 diagnostic (1 remaining).",
        "Found 1 error in 1 file.",
        "1 more can be fixed with `--unsafe-fixes`.",
    ]
    assert (project / "main.py").read_text() == MAIN


@pytest.mark.parametrize(
    "typed",
    [
        b"x = 1\r\n",
        b"# coding: latin-1\r'\xe9'",
        b"\xff",
        b"def f(:\n",
        b"\xef\xbb\xbfx",
        b"",
        b"\0",
    ],
)
def test_standard_input_without_a_fix_comes_out_as_it_was(typed: bytes) -> None:
    run = python("-c", PIPED, repr(typed))
    assert run.stdout == repr(typed)


PIPED = """
import subprocess, sys
typed = eval(sys.argv[1])
command = [sys.executable, "-m", "asgi_lint", "check", "-", "--fix"]
run = subprocess.run(command, input=typed, stdout=subprocess.PIPE)
print(repr(run.stdout), end="")
"""


def test_report_beside_fixed_standard_input_is_for_programs_too() -> None:
    outcome = asgi_lint("-", "--fix", "--output-format", "json", stdin=MAIN)
    assert outcome.stdout == MAIN.replace("old", "new")
    assert [each["code"] for each in json.loads(outcome.stderr)] == [OTHER]


def test_standard_input_as_a_difference(project: Path) -> None:
    typed = MAIN.replace("1", "one")
    outcome = asgi_lint("-", "--diff", "--stdin-filename", "main.py", stdin=typed)
    assert outcome.stdout == DIFF.replace("1)", "one)")
    assert (project / "main.py").read_text() == MAIN


def test_configuration_does_not_make_a_filter_of_a_check(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": "fix = true\n"})
    outcome = asgi_lint("-", "--output-format", "json", stdin=MAIN)
    assert len(json.loads(outcome.stdout)) == 2
