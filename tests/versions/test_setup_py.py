from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cut_places import assert_cut_out, cut
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import setup_py

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

SETUP = '''\
# café
import setuptools
from setuptools import setup

NAÏVE = "fastapi[all]>=0.85"  # é
BASE = ["anyio", NAÏVE]
BASE += ("starlette == 0.20.4",)
DEV: list = BASE + ["fastapi<0.90"] + open("more.txt").read().split()
EXTRAS = {"dev": DEV, ":python_version < '3.8'": ["starlette==0.12.0"], "é": r"fastapi==0.1.0"}

if __name__ == "__main__":
    setup(
        name="fastapi-users",
        install_requires=BASE,
        setup_requires=["fastapi==0.2.0"],
        tests_require="""
            fastapi  # any
            # starlette
            starlette~=0.20
        """,
        extras_require={**EXTRAS, "all": EXTRAS["é"]},
    )
'''


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_literals_and_names_of_literals(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("setup.py", mark + SETUP.replace("\n", line_end).encode())
    found = [
        (each.name, each.group, each.place.span.start.row, each.specifier_text)
        for each in reading.requirements
    ]
    assert found == [
        ("fastapi", "", 5, ">=0.85"),
        ("anyio", "", 6, ""),
        ("starlette", "", 7, "== 0.20.4"),
        ("fastapi", "dev", 8, "<0.90"),
        ("starlette", "", 9, "==0.12.0"),
        ("fastapi", "é", 9, "==0.1.0"),
        ("fastapi", "test", 17, ""),
        ("starlette", "test", 19, "~=0.20"),
    ]
    assert_cut_out(reading)
    assert reading.problems == ()
    assert str(reading.requirements[4].marker) == 'python_version < "3.8"'
    assert [each.text for each in reading.comments] == ["# café", "# é"]


def test_columns_count_characters(read: Read) -> None:
    content = "é = 'ü'; setuptools.setup(install_requires=['é ', 'fastapi>=0.85'])\n"
    (fastapi,) = read("setup.py", content).requirements
    assert fastapi.place.span == Span(Position(1, 52), Position(1, 65))
    assert fastapi.specifier_place.span == Span(Position(1, 59), Position(1, 65))


@pytest.mark.parametrize("written", ["'fast' 'api==0.85.0'", r"'fastapi\x3d=0.85.0'"])
def test_a_text_that_is_spelled_differently_keeps_its_place(read: Read, written: str) -> None:
    (fastapi,) = read(
        "setup.py", f"setup(x='é', install_requires=[{written}]) # fastapi"
    ).requirements
    assert str(fastapi.specifier) == "==0.85.0"
    assert cut(fastapi.place) == written
    assert not fastapi.is_rewritable


@pytest.mark.parametrize(
    "given",
    [
        "read('fastapi.txt')",
        "['fastapi==' + VERSION]",
        "[f'fastapi=={VERSION}']",
        "['fastapi==%s' % VERSION]",
        "[each for each in ['fastapi==0.85.0']]",
        "['fastapi==0.85.0' if OLD else 'fastapi==0.90.0']",
        "unknown",
        "b'fastapi==0.85.0'",
        "{'fastapi': 1}",
        "'fastapi' + '==0.85.0'",
    ],
)
def test_what_is_computed_is_no_requirement(read: Read, given: str) -> None:
    reading = read("setup.py", f"from setuptools import setup\nsetup(install_requires={given})\n")
    assert reading.requirements == ()
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("setup(**{'install_requires': ['fastapi<1']})", ["fastapi<1"]),
        ("all = dict(install_requires=['fastapi<1'])\nsetup(**all)", ["fastapi<1"]),
        ("a = b = ('fastapi<1',)\nsetup(install_requires=[*a])", ["fastapi<1"]),
        ("a = ['fastapi<1']\na = ['starlette<1']\nsetup(install_requires=a)", ["starlette<1"]),
        ("a = ['fastapi<1']\na += a\nsetup(install_requires=a)", ["fastapi<1"]),
        ("def main():\n    return setup(install_requires=['fastapi<1'])", ["fastapi<1"]),
        (
            "a = {'install_requires': ['fastapi<1']}\nb = {'name': 'shop'}\nsetup(**{**a, **b})",
            ["fastapi<1"],
        ),
        (
            "a = {'install_requires': ['fastapi<1']}\nb = {'name': 'shop'}\nsetup(**a, **b)",
            ["fastapi<1"],
        ),
        ("run(install_requires=['fastapi<1'])", []),
        ("setup('fastapi<1')", []),
    ],
)
def test_shapes_of_programs(read: Read, program: str, found: list[str]) -> None:
    reading = read("setup.py", f"# setup of fastapi\n{program}\n")
    assert [each.text for each in reading.requirements] == found


def test_a_requirement_that_is_none(read: Read) -> None:
    (problem,) = read("setup.py", "setup(install_requires=['fastapi=>1'])").problems
    assert problem.place.span == Span(Position(1, 26), Position(1, 36))
    assert problem.message.startswith("`fastapi=>1` is not a requirement: ")


def test_a_condition_that_is_none(read: Read) -> None:
    (problem,) = read("setup.py", "setup(extras_require={'a:b c': ['fastapi']})").problems
    assert problem.message == "`b c` is not an environment marker."


def test_a_syntax_error_is_left_to_those_who_read_programs(read: Read) -> None:
    assert read("setup.py", "setup(install_requires=['fastapi'\n").requirements == ()


@pytest.mark.parametrize("opening", ["(", "[", "-", "x + "])
def test_deep_nesting_does_not_end_the_process(read: Read, opening: str) -> None:
    content = f"setup(install_requires=['fastapi'], x={opening * 3000}1)\n"
    assert read("setup.py", content).problems == ()


def test_libcst_is_imported_for_the_subjects_alone() -> None:
    program = """
import sys
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import setup_py
setup_py.read(ManifestText("/p/setup.py", "setup(install_requires=['django'])"))
assert "libcst" not in sys.modules
setup_py.read(ManifestText("/p/setup.py", "setup(install_requires=['fastapi'])"))
assert "libcst" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=20), st.text(st.sampled_from("'\"\\,[]()\n fé=<>1."), max_size=20))
def test_any_text_is_read(requirement: str, program: str) -> None:
    text = f"setup(install_requires=['starlette', {('fastapi' + requirement)!r}])\n{program}"
    reading = setup_py.read(ManifestText("/project/setup.py", text))
    assert_cut_out(reading, text)
    assert len(reading.requirements) + len(reading.problems) in {0, 2, 3, 4}
