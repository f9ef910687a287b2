"""What the unified diff says is what `patch` and `git apply` make of it, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_lint.reporters.unified import shown_diff, unified_diff

PROGRAMS = {
    "patch": ["patch", "-p0", "--quiet"],
    "git": ["git", "apply", "-p0", "--whitespace=nowarn"],
}
LINE = st.sampled_from(
    [
        b"x = 1",
        b"",
        b"\ty",
        b"-- z",
        b"++ a",
        b"@@ b",
        b"\\ c",
        b"\xe9",
        "日本 \U0001f512".encode(),
        b"\x0c",
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
CONTENT = st.lists(st.tuples(LINE, ENDS).map(b"".join), min_size=1, max_size=12)


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    name: str = request.param
    return name


def applied(program: str, folder: Path, diff: bytes) -> None:
    environ = {**os.environ, "GIT_CEILING_DIRECTORIES": folder.parent.as_posix()}
    run = subprocess.run(
        PROGRAMS[program], cwd=folder, input=diff, env=environ, capture_output=True, check=False
    )
    assert run.returncode == 0, (run.stdout + run.stderr).decode()


@st.composite
def changes(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two contents that share lines; each may lack the end of its last line."""
    before = draw(CONTENT)
    after = list(before)
    for at in draw(st.lists(st.integers(0, len(before)), max_size=3)):
        after[at : at + draw(st.integers(0, 2))] = draw(CONTENT)[:2]
    ends = draw(st.tuples(st.booleans(), st.booleans()))
    contents = [
        b"".join(lines).rstrip(b"\r\n") if is_cut else b"".join(lines)
        for lines, is_cut in zip((before, after), ends, strict=True)
    ]
    return contents[0], contents[1]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes())
def test_diff_applied_gives_the_new_content(program: str, change: tuple[bytes, bytes]) -> None:
    before, after = change
    diff = unified_diff("main.py", before, after)
    if before == after:
        assert diff == b""
    elif before and after:
        with tempfile.TemporaryDirectory() as temporary:
            file = Path(temporary) / "main.py"
            file.write_bytes(before)
            applied(program, Path(temporary), diff)
            assert file.read_bytes() == after


@pytest.mark.parametrize(
    "name", ["api/main.py", "two words.py", "größe.py", 'quo"te.py', "back\\slash.py", "tab\t.py"]
)
def test_name_of_the_file(program: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x = 1\n")
    applied(program, tmp_path, unified_diff(name, b"x = 1\n", b"x = 2\n"))
    assert file.read_bytes() == b"x = 2\n"


def test_several_files_in_one_diff(program: str, tmp_path: Path) -> None:
    names = ["b.py", "a.py"]
    for name in names:
        (tmp_path / name).write_bytes(b"-- x\nend")
    diff = b"".join(unified_diff(name, b"-- x\nend", b"++ y\nend") for name in names)
    applied(program, tmp_path, diff)
    assert {(tmp_path / name).read_bytes() for name in names} == {b"++ y\nend"}


def test_form() -> None:
    before, after = b"a\r\nb\nc", b"a\r\nB\nc\n"
    assert unified_diff("x.py", before, after) == (
        b"--- x.py\n+++ x.py\n@@ -1,3 +1,3 @@\n a\r\n-b\n-c\n\\ No newline at end of file\n+B\n+c\n"
    )


def test_terminal_gets_nothing_that_steers_it() -> None:
    diff = unified_diff("x.py", b"-- \x1b[31m\n\t\xe9\n", b"new\n")
    assert shown_diff(diff, color=False).splitlines() == [
        "--- x.py",
        "+++ x.py",
        "@@ -1,2 +1 @@",
        "--- ␛[31m",
        "-\t\N{REPLACEMENT CHARACTER}",
        "+new",
    ]
    colored = shown_diff(diff, color=True).splitlines()
    assert [line.startswith("\x1b[") for line in colored] == [True] * 6
    assert colored[0][:4] != colored[3][:4]
