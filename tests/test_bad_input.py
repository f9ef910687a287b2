from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, TASK, asgi_lint, lay_out, python, reported

if TYPE_CHECKING:
    from pathlib import Path

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")
not_as_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything"
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def concise(*paths: str) -> list[str]:
    """The lines about diagnostics; a run that fails otherwise, or warns, is an error."""
    outcome = asgi_lint(*paths, "--output-format", "concise")
    assert outcome.code in (0, 1), outcome.stderr
    assert outcome.stderr == ""
    return [line for line in outcome.stdout.splitlines() if ": ASG" in line]


# --- paths ----------------------------------------------------------------------------------------


def test_all_missing_paths_are_named() -> None:
    outcome = asgi_lint("gone.py", "main.py", "nor/this")
    line = 'asgi-lint: error: No such file or folder: "gone.py", "nor/this".\n'
    assert outcome == (2, "", line)


@posix_only
def test_path_with_odd_characters_stays_on_one_line() -> None:
    outcome = asgi_lint("gone\n\x1b[31m.py")
    [line] = outcome.stderr.splitlines()
    assert "\x1b" not in line


def test_folder_without_python_files(project: Path) -> None:
    (project / "docs").mkdir()
    assert asgi_lint("docs") == (0, "No files were checked.\n", "")


@posix_only
def test_dangling_link(project: Path) -> None:
    (project / "link.py").symlink_to("nowhere.py")
    [line] = concise("link.py")
    assert line.startswith("link.py:1:1: ASG002 [error] The symbolic link cannot be followed")
    assert reported(".")[:2] == ["link.py:1 ASG002", TASK]


@posix_only
def test_loops_of_links(project: Path) -> None:
    (project / "again").symlink_to(project, target_is_directory=True)
    (project / "ring.py").symlink_to("ring.py")
    assert [d for d in reported(".") if "ASG00" in d] == ["ring.py:1 ASG002"]
    assert [d for d in reported(".") if "ASG201" in d] == [TASK]


def test_folder_with_the_name_of_a_module(project: Path) -> None:
    lay_out(project, {"views.py/broken.py": "def starlette(:\n"})
    assert reported("views.py") == ["views.py/broken.py:1 ASG001"]
    assert "views.py/broken.py:1 ASG001" in reported(".")


@pytest.mark.parametrize("name", ["two words.py", "größe.py", "日本/ビュー.py", "a'b.py", "%s.py"])
def test_unusual_names(project: Path, name: str) -> None:
    lay_out(project, {name: APPLICATION})
    assert reported(name) == [f"{name}:20 ASG201"]
    assert f"--> {name}:20:5" in asgi_lint(name).stdout
    [run] = json.loads(asgi_lint(name, "--output-format", "sarif").stdout)["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["ASG201"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("output_format", ["full", "concise", "json", "sarif"])
def test_name_that_is_not_utf_8(project: Path, output_format: str) -> None:
    name = os.fsdecode(b"gr\xf6\xdfe.py")
    lay_out(project, {name: APPLICATION})
    outcome = asgi_lint(name, "--output-format", output_format)
    assert (outcome.code, outcome.stderr) == (1, "")
    assert "ASG201" in outcome.stdout
    assert '"gr\ufffd\ufffde.txt"' in asgi_lint(name.replace(".py", ".txt")).stderr


def test_excluded_file_is_checked_when_it_is_named(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'extend-exclude = ["main.py"]\n'})
    assert TASK not in reported(".")
    assert reported("main.py") == [TASK]
    assert asgi_lint("main.py", "--force-exclude") == (0, "No files were checked.\n", "")


@posix_only
@not_as_root
@pytest.mark.parametrize("name", ["secret", "secret.py"])
def test_what_may_not_be_read(project: Path, name: str) -> None:
    path = project / name
    path.touch() if name.endswith(".py") else path.mkdir()
    path.chmod(0)
    try:
        assert [d for d in reported(".") if "ASG002" in d] == [f"{name}:1 ASG002"]
        assert TASK in reported(".")
    finally:
        path.chmod(0o700)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux's /proc")  # noqa: PTH110
def test_file_whose_reading_fails(project: Path) -> None:
    (project / "memory.py").symlink_to("/proc/self/mem")
    assert [d for d in reported(".") if "ASG00" in d] == ["memory.py:1 ASG002"]


# --- Python files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(range(256)) * 8, "ASG001 [error] Row 1 holds a NUL byte"),
        (b"import fastapi\ndef f(:\n    pass\n", "ASG001 [error] This is not valid Python"),
        (b"# coding: klingon\nimport fastapi\n", 'declares an unknown encoding, "klingon"'),
        (b"# coding: rot13\nimport fastapi\n", 'declared encoding "rot13" is not one for text'),
        (b"name = '\xe9'\n", "Row 1 holds bytes that are not utf-8"),
        (b"\xff\xfei\x00m\x00", "The file is in UTF-16"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "but declares the encoding"),
        (b"import fastapi\nif x:\n\tf()\n        g()\n", "ASG001 [error] This is not valid Python"),
        (b"import fastapi\nif x:\n", "ASG001 [error] This is not valid Python"),
        (b"print 'fastapi'\n", "ASG001 [error] This is not valid Python"),
    ],
)
def test_file_that_cannot_be_analysed(project: Path, content: bytes, message: str) -> None:
    lay_out(project, {"a.py": content})
    lines = concise(".")
    [about] = [line for line in lines if line.startswith("a.py:")]
    assert message in about
    assert any(line.startswith("main.py:20:5: ASG201") for line in lines)


def test_syntax_error_is_shown_at_its_place(project: Path) -> None:
    lay_out(project, {"a.py": "import fastapi\nx = 1\ndef f(:\n"})
    outcome = asgi_lint("a.py")
    assert "--> a.py:3:7" in outcome.stdout
    assert "3 | def f(:" in outcome.stdout


LATIN = APPLICATION.replace("new@example.org", "ré@example.org")


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (f"# coding: latin-1\n{LATIN}".encode("latin-1"), 21),
        (f"#!/usr/bin/env python\n# -*- coding: cp1252 -*-\n{LATIN}".encode("cp1252"), 22),
        (b"\xef\xbb\xbf" + LATIN.encode(), 20),
        (APPLICATION.replace("\n", "\r\n").encode(), 20),
        (APPLICATION.replace("\n", "\r").encode(), 20),
        (APPLICATION.replace("\n", "\r\n", 9).encode(), 20),
        (APPLICATION.rstrip().encode(), 20),
        (f"{APPLICATION}\f\n".encode(), 20),
    ],
    ids=["latin-1", "second-row", "mark", "CRLF", "CR", "mixed", "no-newline", "form-feed"],
)
def test_encodings_and_line_ends(project: Path, content: bytes, row: int) -> None:
    lay_out(project, {"a.py": content})
    assert reported("a.py") == [f"a.py:{row} ASG201"]
    shown = asgi_lint("a.py").stdout.splitlines()
    assert [line for line in shown if line.startswith(f"{row} | ") and "tasks.add_task(" in line]


@pytest.mark.parametrize("content", ["", "\n", "# nothing\n", "\f", "\ufeff"])
def test_files_without_code(project: Path, content: str) -> None:
    lay_out(project, {"a.py": content})
    assert reported("a.py") == []


def test_file_of_five_megabytes(project: Path) -> None:
    rows = 5_000_000 // 250
    table = "".join(f'    "{row:0245}",\n' for row in range(rows))
    assert len(table) >= 5_000_000
    lay_out(project, {"table.py": f"{APPLICATION}\nTABLE = (\n{table})\n"})
    assert reported("table.py") == ["table.py:20 ASG201"]


COUNTS_C_CALLS = sys.version_info[:2] in {(3, 12), (3, 13)}
"""There CPython holds nested C calls to a limit that nobody can raise."""


@pytest.mark.parametrize("relevant", [True, False], ids=["mentions-it", "mentions-nothing"])
@pytest.mark.parametrize(
    "expression", [f"{'(' * 1_500}1{')' * 1_500}", " and ".join(["a"] * 20_000)], ids=["(", "and"]
)
def test_deep_nesting_is_analysed_or_told(project: Path, expression: str, relevant: bool) -> None:
    lay_out(project, {"deep.py": f"{APPLICATION if relevant else ''}\nx = {expression}\n"})
    found = reported("deep.py")
    if relevant and COUNTS_C_CALLS and found != ["deep.py:20 ASG201"]:
        assert found == ["deep.py:1 ASG001"]
        assert "nested too deeply" in asgi_lint("deep.py").stdout
    else:
        assert found == (["deep.py:20 ASG201"] if relevant else [])


# --- manifests ------------------------------------------------------------------------------------


def test_pyproject_that_is_not_toml(project: Path) -> None:
    lay_out(project, {"pyproject.toml": '[project]\nname = "shop\n'})
    [line] = [line for line in concise(".") if "pyproject" in line]
    assert line.startswith("pyproject.toml:2:13: ASG001 [error] `pyproject.toml` is not valid TOML")
    assert any(line.startswith("main.py:20:5: ASG201") for line in concise("."))


def test_pyproject_with_our_table_that_is_not_toml(project: Path) -> None:
    lay_out(project, {"pyproject.toml": '[tool.asgi-lint]\nselect = ["ASG2\n'})
    outcome = asgi_lint(".")
    assert (outcome.code, outcome.stdout) == (2, "")
    [line] = outcome.stderr.splitlines()
    assert line.startswith(f"asgi-lint: error: {(project / 'pyproject.toml').as_posix()}:2:")


def test_requirements_that_make_no_sense(project: Path) -> None:
    nonsense = "fastapi===\n!!! what\n-r missing.txt\n--no-such-option\nstarlette @ \n"
    lay_out(project, {"requirements.txt": nonsense})
    lines = concise(".")
    assert [line for line in lines if line.startswith("requirements.txt:3:")]
    assert any(line.startswith("main.py:20:5: ASG201 [warning]") for line in lines)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", bytes(range(256))),
        ("requirements.txt", b"# \xff\nfastapi==0.85.0\n"),
        ("pyproject.toml", b"\xff\xff\xff"),
        ("uv.lock", b"\x00\x00"),
        ("poetry.lock", b"[[package]]\nname = 1\n"),
        ("pylock.toml", b"packages = 3\n"),
    ],
)
def test_manifest_of_nonsense_leaves_the_code_checked(
    project: Path, name: str, content: bytes
) -> None:
    (project / "requirements.txt").unlink()
    lay_out(project, {name: content})
    assert any(line.startswith("main.py:20:5: ASG201 [warning]") for line in concise("."))


# --- the terminal ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1:strict", "utf-16"])
def test_standard_output_of_another_encoding(project: Path, encoding: str) -> None:
    lay_out(project, {"見る.py": APPLICATION.replace("new@example.org", "見る\\ud800")})
    run = subprocess.run(
        [sys.executable, "-m", "asgi_lint", "見る.py"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, b"")
    name = encoding.partition(":")[0].replace("ascii", "utf-8")
    assert "[ASG201]" in run.stdout.decode(name)


@posix_only
@pytest.mark.parametrize(
    ("env", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(env: dict[str, str], colored: bool) -> None:
    reading, terminal = os.openpty()
    subprocess.run(
        [sys.executable, "-m", "asgi_lint", "main.py", "--output-format", "concise"],
        stdout=terminal,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "", "FORCE_COLOR": "", **env},
        check=False,
    )
    os.close(terminal)
    output = os.read(reading, 4096)
    os.close(reading)
    assert b"ASG201" in output
    assert (b"\033[" in output) is colored


@posix_only
@pytest.mark.parametrize("output_format", ["full", "json"])
def test_closed_pipe_is_no_traceback(output_format: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "asgi_lint", ".", "--output-format", output_format],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert run.stderr == b""


@posix_only
@pytest.mark.parametrize(
    ("closed", "arguments", "code", "error"),
    [
        ("<&-", "-", 2, "asgi-lint: error: Standard input is closed"),
        (">&-", ".", 1, ""),
        (">/dev/full", ".", 2, "asgi-lint: error: Cannot write the report"),
    ],
)
def test_closed_or_full_streams(closed: str, arguments: str, code: int, error: str) -> None:
    if "/dev/full" in closed and sys.platform != "linux":
        pytest.skip("needs /dev/full")
    command = f'exec "$0" -m asgi_lint {arguments} {closed}'
    run = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable], capture_output=True, text=True, check=False
    )
    assert run.returncode == code
    assert run.stderr.startswith(error)
    assert len(run.stderr.splitlines()) == (1 if error else 0)


def test_odd_command_lines_of_a_real_process() -> None:
    for arguments in (["--select"], ["rule", "ASG999"], ["gone.py"], ["--fail-on", "never"]):
        outcome = python("-m", "asgi_lint", *arguments)
        assert (outcome.code, outcome.stdout) == (2, "")
        assert "Traceback" not in outcome.stderr
