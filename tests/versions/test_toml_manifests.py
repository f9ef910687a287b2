from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.readers import read_manifest
from asgi_lint.versions.requirements import Kind, ProblemKind, Requirement, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.diagnostics import Place
    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]


PYPROJECT = """\
[build-system]
requires = ["fastapi==0.1.0"]

[project]
name = "café"  # ☕
dependencies = [ "anyio", "fastapi[all]>=0.85", # naïve
  'starlette==0.20.4 ; python_version>"3.8"',
]
optional-dependencies."full é" = ["é_is_fine_in_a_key; x", "fastapi"]

[dependency-groups]
test = [{include-group = "lint"}, "starlette ~= 0.20"]
lint = []

[tool.uv]
dev-dependencies = ["fastapi<1"]
constraint-dependencies = ["starlette<0.50"]

[tool.pdm.dev-dependencies]
pdm-test = ["fastapi==0.90.0"]
"""


def cut(place: Place) -> str:
    """The text at a place that lies in one line."""
    text = Path(place.filename).read_bytes().decode("utf-8-sig")
    line = text.split("\n")[place.span.start.row - 1]
    assert place.span.start.row == place.span.end.row
    return line[place.span.start.column - 1 : place.span.end.column - 1]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_array_of_a_pyproject(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("pyproject.toml", mark + PYPROJECT.replace("\n", line_end).encode())
    found = [
        (each.name, str(each.specifier), each.group, each.kind, cut(each.specifier_place))
        for each in reading.requirements
    ]
    assert found == [
        ("anyio", "", "", Kind.REQUIRED, ""),
        ("fastapi", ">=0.85", "", Kind.REQUIRED, ">=0.85"),
        ("starlette", "==0.20.4", "", Kind.REQUIRED, "==0.20.4"),
        ("fastapi", "", "full é", Kind.REQUIRED, ""),
        ("starlette", "~=0.20", "test", Kind.REQUIRED, "~= 0.20"),
        ("fastapi", "==0.90.0", "pdm-test", Kind.REQUIRED, "==0.90.0"),
        ("fastapi", "<1", "dev", Kind.REQUIRED, "<1"),
        ("starlette", "<0.50", "", Kind.CONSTRAINT, "<0.50"),
    ]
    assert all(cut(each.place) == each.text for each in reading.requirements)
    assert [each.text for each in reading.comments] == ["# ☕", "# naïve"]


def test_columns_count_characters(read: Read) -> None:
    (problem,) = read("pyproject.toml", PYPROJECT).problems
    assert problem.place.span == Span(Position(9, 36), Position(9, 57))
    fastapi = read("pyproject.toml", PYPROJECT).requirements[3]
    assert fastapi.place.span == Span(Position(9, 61), Position(9, 68))
    assert fastapi.specifier_place.span == Span(Position(9, 68), Position(9, 68))


@pytest.mark.parametrize(
    "literal", ['"fastapi\\u003e=0.85"', '"""fastapi>=0.85"""', "'''\nfastapi>=0.85'''"]
)
def test_a_string_that_is_spelled_differently_keeps_its_place(read: Read, literal: str) -> None:
    content = f"[project]\ndependencies = [{literal}]\n"
    (requirement,) = read("pyproject.toml", content).requirements
    assert requirement.specifier == SpecifierSet(">=0.85")
    assert requirement.place.span.start == Position(2, 17)
    assert not requirement.is_rewritable


POETRY = """\
[tool.poetry.dependencies]
python = "^3.8"
"starlette" = "^0.20"
fastapi = { version = ">=0.85 <0.90", extras = ["all"], python = "^3.8" } # é

[tool.poetry.dependencies.gradio]
version = "~4"
optional = true

[tool.poetry.group.dev.dependencies]
fastapi = [ { version = "*", python = "<3.8" }, "~0.85 || 0.87.*", { git = "x" } ]

[tool.poetry.dev-dependencies]
starlette = "0.20.4"
"""


def test_every_shape_of_poetry(read: Read) -> None:
    reading = read("pyproject.toml", POETRY)
    found = [(each.name, each.group, cut(each.specifier_place)) for each in reading.requirements]
    assert found == [
        ("starlette", "", "^0.20"),
        ("fastapi", "", ">=0.85 <0.90"),
        ("gradio", "optional", "~4"),
        ("starlette", "dev", "0.20.4"),
        ("fastapi", "dev", "*"),
        ("fastapi", "dev", "~0.85 || 0.87.*"),
        ("fastapi", "dev", ""),
    ]
    assert reading.problems == ()
    starlette, fastapi, _, _, old, either, unversioned = reading.requirements
    assert cut(starlette.place) == '"starlette" = "^0.20"'
    assert cut(fastapi.place).startswith("fastapi = { version")
    assert fastapi.extras == {"all"}
    assert str(old.marker) == 'python_full_version < "3.8"'
    assert old.is_bare
    assert either.alternatives == (SpecifierSet("==0.87.*"),)
    assert unversioned.style is Style.UNVERSIONED


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.85", ">=0.85,<0.86"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("0.85.*", "==0.85.*"),
        ("0.85.0", "==0.85.0"),
        ("=0.85.0", "==0.85.0"),
        (">=0.85, <0.90,!=0.86", ">=0.85,<0.90,!=0.86"),
        ("~=0.85", "~=0.85"),
    ],
)
def test_poetry_in_the_words_of_pep_440(read: Read, text: str, meaning: str) -> None:
    content = f'[tool.poetry.dependencies]\nfastapi = "{text}"\n'
    (requirement,) = read("pyproject.toml", content).requirements
    assert requirement.specifier == SpecifierSet(meaning)
    assert cut(requirement.specifier_place) == text


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            "[project]\ndependencies = [\n  'fastapi'\n",
            ((4, 1), (4, 1)),
            "`pyproject.toml` is not valid TOML: unclosed array.",
        ),
        (
            '[project]\ndependencies = "fastapi"\n',
            ((2, 1), (2, 25)),
            "`project.dependencies` must be an array of requirements.",
        ),
        (
            "[project]\ndependencies = ['fastapi', 3]\n",
            ((2, 28), (2, 29)),
            "`project.dependencies` holds something that is not a requirement.",
        ),
        (
            "[dependency-groups]\na = ['fastapi', {include-group = 'b'}]\n",
            ((2, 17), (2, 38)),
            "`dependency-groups.a` includes the group `b`, which does not exist.",
        ),
        (
            "[tool.poetry.dependencies]\nfastapi = 'new'\n",
            ((2, 1), (2, 16)),
            "`new` is not a version requirement.",
        ),
        (
            "[tool.poetry.dependencies]\nfastapi = 3\n",
            ((2, 1), (2, 12)),
            "`fastapi` is not a version requirement.",
        ),
        (
            "[tool.poetry.dependencies]\nfastapi = {version = '1', markers = 'x y'}\n",
            ((2, 1), (2, 43)),
            "`(x y)` is not an environment marker.",
        ),
    ],
)
def test_broken_manifests_are_described(
    read: Read, content: str, place: object, message: str
) -> None:
    (problem,) = read("pyproject.toml", content).problems
    assert problem.kind is ProblemKind.UNPARSABLE
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == message


def test_a_manifest_that_is_gone(tmp_path: Path) -> None:
    (problem,) = read_manifest((tmp_path / "pyproject.toml").as_posix()).problems
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.message == "`pyproject.toml` cannot be read: no such file or directory."


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("uv.lock", "package"),
        ("poetry.lock", "package"),
        ("pdm.lock", "package"),
        ("pylock.toml", "packages"),
        ("pylock.api.toml", "packages"),
    ],
)
def test_lock_files(read: Read, name: str, key: str) -> None:
    content = (
        f'[[{key}]]\nname = "anyio"\nversion = "4.0"\n[[{key}.wheels]]\nurl = "é"\n\n'
        f'[[{key}]]\nname = "Starlette"\nversion = "0.20.4" # é\n\n'
        f'[[{key}]]\nname = "fastapi"\nsource = {{ path = "." }}\n'
    )
    (locked,) = read(name, content).requirements
    assert isinstance(locked, Requirement)
    assert (locked.name, locked.kind) == ("starlette", Kind.LOCKED)
    assert locked.specifier == SpecifierSet("==0.20.4")
    assert cut(locked.place) == 'version = "0.20.4"'
    assert locked.place.span.start.row == 9
    assert not locked.is_rewritable
