"""What the globs of a configuration match."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

import asgi_lint
from asgi_lint.globs import Glob, GlobMatcher
from asgi_lint.patterns import parse_pattern

FOLDER = "/home/me/app [1]"


def matches(pattern: str, path: str) -> bool:
    """Whether the glob means the path, which is a folder if a slash stands at its end."""
    matcher = GlobMatcher([Glob(pattern, FOLDER)])
    return matcher.matches(path.removesuffix("/"), is_folder=path.endswith("/"))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("venv", "/elsewhere/deep/venv"),
        ("venv", "/elsewhere/deep/venv/"),
        ("venv/", "/elsewhere/deep/venv/"),
        ("my venv", "/elsewhere/my venv/"),
        ("*_pb2.py", "/elsewhere/deep/user_pb2.py"),
        ("*.gen/", "/elsewhere/x.gen/"),
        ("test_?.py", "/t/test_a.py"),
        ("[a-c]*.py", "/t/b.py"),
        ("[!a-c]*.py", "/t/d.py"),
        ("[]x].py", "/t/].py"),
        ("[[]x.py", "/t/[x.py"),
        (r"\*.py", "/t/*.py"),
        (r"\{a}.py", "/t/{a}.py"),
        ("src/gen", f"{FOLDER}/src/gen"),
        ("src/gen", f"{FOLDER}/src/gen/"),
        ("src/gen/", f"{FOLDER}/src/gen/"),
        ("./src/gen", f"{FOLDER}/src/gen"),
        ("/gen", f"{FOLDER}/gen"),
        ("./gen", f"{FOLDER}/gen"),
        ("src/*.py", f"{FOLDER}/src/x.py"),
        ("src/*/gen", f"{FOLDER}/src/a/gen/"),
        ("**/gen/*.py", f"{FOLDER}/gen/x.py"),
        ("**/gen/*.py", f"{FOLDER}/a/b/gen/x.py"),
        ("src/**/gen.py", f"{FOLDER}/src/gen.py"),
        ("src/**/gen.py", f"{FOLDER}/src/a/b/gen.py"),
        ("src/**", f"{FOLDER}/src/a/"),
    ],
)
def test_a_glob_that_matches(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("venv", "/t/venv2"),
        ("venv", "/t/venv/a.py"),
        ("venv/", "/t/venv"),
        ("*.py", "/t/a.pyc"),
        ("[!a-c]*.py", "/t/b.py"),
        ("a.c", "/t/abc"),
        ("src/gen", "/home/me/other/src/gen"),
        ("src/gen", f"{FOLDER}/deep/src/gen"),
        ("src/gen", f"{FOLDER}/src/gen/x.py"),
        ("src/gen/", f"{FOLDER}/src/gen"),
        ("/gen", f"{FOLDER}/src/gen"),
        ("src/*.py", f"{FOLDER}/src/deep/down.py"),
        ("src/a[!b]c", f"{FOLDER}/src/a/c"),
        ("src/**", f"{FOLDER}/src/"),
        ("**/gen", f"{FOLDER}/regen"),
        ("a/b", "/home/me/app 1/a/b"),
    ],
)
def test_a_glob_that_does_not_match(pattern: str, path: str) -> None:
    assert not matches(pattern, path)


def test_several_globs_match_what_one_of_them_matches() -> None:
    matcher = GlobMatcher([Glob("a", "/t"), Glob("b*", "/t"), Glob("c/d", "/t"), Glob("e/*", "/u")])
    assert all(map(matcher.matches, ["/x/a", "/x/bb", "/t/c/d", "/u/e/f"]))
    assert not any(map(matcher.matches, ["/x/aa", "/t/c", "/x/c/d", "/t/e/f"]))


def test_no_globs_match_nothing() -> None:
    assert not GlobMatcher([]).matches("/t/a.py")


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("tests", "/t/tests/deep/x.py", True),
        ("tests/", "/t/tests/deep/x.py", True),
        ("tests/*", "/t/tests/deep/x.py", True),
        ("tests/**", "/t/tests/deep/x.py", True),
        ("deep", "/t/tests/deep/x.py", True),
        ("x.py", "/t/tests/deep/x.py", True),
        ("x.py/", "/t/tests/deep/x.py", False),
        ("tests/*.py", "/t/tests/deep/x.py", False),
        ("t", "/t/tests/deep/x.py", False),
        ("u", "/u/x.py", False),
        ("x.py", "/u/x.py", True),
    ],
)
def test_what_lies_in_a_folder_that_a_glob_means(pattern: str, path: str, *, covered: bool) -> None:
    assert GlobMatcher([Glob(pattern, "/t")]).covers(path, "/t") is covered


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("a[b", "[ is not closed"),
        ("a{b,c}", "{ has no meaning in it: write one glob for each alternative"),
        ("a\\", "nothing follows its \\ or !"),
        ("[z-a]", "bad character range z-a"),
        ("../a", ". and .. have no meaning in it"),
        ("a/./b", ". and .. have no meaning in it"),
        (".", ". and .. have no meaning in it"),
        ("!a", "! has no meaning in it"),
        ("# a", "it matches nothing"),
        ("", "it matches nothing"),
        ("/", "it matches nothing"),
        ("a*" * 2049, "it is longer than 4096 characters"),
        ("a*" * 2048, None),
        ("a[b]c", None),
        ("./a", None),
    ],
)
def test_the_fault_of_a_glob(pattern: str, fault: str | None) -> None:
    assert Glob(pattern, "/t").fault == fault


@given(st.text(alphabet=r"ab/*?[]!^-{},\.&~| "), st.text(alphabet="ab/."))
def test_a_glob_without_fault_can_be_matched(pattern: str, path: str) -> None:
    glob = Glob(pattern, "/t")
    if glob.fault is None:
        assert GlobMatcher([glob]).matches("/t/" + path) in {True, False}


@given(st.text(alphabet="ab./é"))
def test_a_path_without_special_characters_matches_itself(name: str) -> None:
    name = "/".join(part for part in name.split("/") if part.strip(".")) or "a"
    assert GlobMatcher([Glob(name, "/t")]).matches(f"/t/{name}")


@given(
    st.lists(st.sampled_from(["a", "b", "?", "*", "**", "/", "/**/", "*a*"]), min_size=1),
    st.text(alphabet="ab/"),
)
def test_many_stars_match_what_pathspec_has_them_match(pattern: list[str], path: str) -> None:
    line = "".join([*pattern, "a"])  # at the end it does not take `**` as git does
    found, expected = parse_pattern(line), GitIgnoreSpecPattern(line)
    assert found is not None
    assert bool(found.match_file(path)) is bool(expected.match_file(path))


def test_many_stars_are_matched_in_bounded_time(tmp_path: Path) -> None:
    patterns = ["*a" * 200 + "b", "**/*a*" * 200 + "b", "**/a/" * 200 + "b", "*a*b/" * 200 + "*b"]
    (tmp_path / "asgi-lint.toml").write_text(
        f"exclude = {patterns}\n[per-file-ignores]\n" + "".join(f"'{p}' = []\n" for p in patterns)
    )
    (tmp_path / ".gitignore").write_text("\n".join(patterns))
    folder = tmp_path / "/".join(["a"] * 200)
    folder.mkdir(parents=True)
    (folder / f"{'a' * 200}.py").write_text("import fastapi\n(")
    done = subprocess.run(
        [sys.executable, "-m", "asgi_lint", "check", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "ASG001" in done.stdout
    assert (done.stderr, done.returncode) == ("", 1)


def test_plain_names_are_matched_without_pathspec() -> None:
    program = (
        "import sys; from asgi_lint.globs import GlobMatcher; from asgi_lint.settings import "
        "Settings; print(GlobMatcher(Settings().exclude).matches('/t/venv'), "
        "'pathspec' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(asgi_lint.__file__).parents[1],
    )
    assert done.stdout == "True False\n"
