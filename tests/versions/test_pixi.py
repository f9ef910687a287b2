from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cut_places import cut
from packaging.specifiers import SpecifierSet

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.readers import is_lock
from asgi_lint.versions.requirements import Kind, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

TABLES = """\
[{above}workspace]
name = "café"  # ☕

[{above}dependencies]
python = "3.11.*"
fastapi = {{ version = "=0.85", channel = "é" }} # naïve
starlette = "0.20.4"

[{above}build-dependencies]
fastapi = "==0.1.0"

[{above}target.win-64.dependencies]
starlette = ">=0.13,<0.14|0.20.*"

[{above}pypi-dependencies]
fastapi = {{ path = "." }}
gradio = {{ version = ">=4", extras = ["oauth"] }}

[{above}feature."tests é".pypi-dependencies]
starlette = "*"

[{above}feature.docs.target.unix]
dependencies = {{ fastapi = "~=0.85" }}
"""


@pytest.mark.parametrize(("name", "above"), [("pixi.toml", ""), ("pyproject.toml", "tool.pixi.")])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_table(read: Read, name: str, above: str, line_end: str, mark: bytes) -> None:
    content = TABLES.format(above=above).replace("\n", line_end)
    reading = read(name, mark + content.encode())
    found = [
        (each.name, each.group, cut(each.specifier_place), str(each.specifier), each.style)
        for each in reading.requirements
    ]
    assert found == [
        ("python", "", "3.11.*", "==3.11.*", Style.PIXI),
        ("fastapi", "", "=0.85", "==0.85.*", Style.PIXI),
        ("starlette", "", "0.20.4", "==0.20.4", Style.PIXI),
        ("fastapi", "", "", "", Style.UNVERSIONED),
        ("gradio", "", ">=4", ">=4", Style.PIPFILE),
        ("starlette", "", ">=0.13,<0.14|0.20.*", "<0.14,>=0.13", Style.PIXI),
        ("starlette", "tests é", "*", "", Style.PIPFILE),
        ("fastapi", "docs", "~=0.85", "~=0.85", Style.PIXI),
    ]
    assert all(cut(each.place) == each.text for each in reading.requirements)
    assert [each.text for each in reading.comments] == ["# ☕", "# naïve"]
    assert reading.problems == ()
    fastapi, on_windows = reading.requirements[1], reading.requirements[5]
    assert fastapi.specifier_place.span == Span(Position(6, 24), Position(6, 29))
    assert str(on_windows.marker) == 'sys_platform == "win32"'
    assert on_windows.alternatives == (SpecifierSet("==0.20.*"),)


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            "[dependencies]\r\nfastapi = =0.85\r\n",
            ((2, 11), (2, 11)),
            "`pixi.toml` is not valid TOML: invalid value.",
        ),
        (
            "[dependencies]\n'é' = '*'\nfastapi = '^0.85'\n",
            ((3, 1), (3, 18)),
            "`^0.85` is not a version requirement.",
        ),
        (
            "[pypi-dependencies]\nfastapi = '=0.85'\n",
            ((2, 1), (2, 18)),
            "`=0.85` is not a version requirement.",
        ),
    ],
)
def test_broken_files_are_described(read: Read, content: str, place: object, message: str) -> None:
    (problem,) = read("pixi.toml", content).problems
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == message


LOCK_6 = """\
version: 6
environments:
  default:
    packages:
      linux-64:
      - conda: https://é.org/noarch/fastapi-0.85.0-pyhd8ed1ab_0.conda
      - pypi: https://é.org/starlette-0.20.4-py3-none-any.whl
  docs:
    packages:
      linux-64:
      - pypi: https://é.org/starlette-0.20.4-py3-none-any.whl
      - conda: https://é.org/noarch/starlette-0.21.0-0.tar.bz2
packages:
- conda: https://é.org/noarch/fastapi-0.85.0-pyhd8ed1ab_0.conda   # é
  depends: [starlette 0.20.4]
- conda: https://é.org/noarch/fastapi-cli-0.0.7-pyhd8ed1ab_0.conda
- pypi: https://é.org/starlette-0.20.4-py3-none-any.whl
  name: starlette
  version: 0.20.4
- conda: https://é.org/noarch/starlette-0.21.0-0.tar.bz2
- conda: ./starlette
"""
LOCK_5 = """\
version: 5
packages:
- kind: conda
  name: starlette
  version: 0.20.4
  url: https://é.org/starlette-0.20.4-0.conda
- kind: pypi
  name: FastAPI
  version: "0.85.0"
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (
            LOCK_6,
            [
                ("fastapi", "==0.85.0", "", (14, 39), "0.85.0"),
                ("starlette", "==0.20.4", "", (19, 12), "0.20.4"),
                ("starlette", "==0.21.0", "docs", (20, 41), "0.21.0"),
            ],
        ),
        (
            LOCK_5,
            [
                ("starlette", "==0.20.4", "", (5, 12), "0.20.4"),
                ("fastapi", "==0.85.0", "", (9, 12), '"0.85.0"'),
            ],
        ),
    ],
)
def test_locked_releases(read: Read, content: str, found: object, line_end: str) -> None:
    reading = read("pixi.lock", content.replace("\n", line_end))
    assert found == [
        (each.name, str(each.specifier), each.group, (*each.place.span.start,), cut(each.place))
        for each in reading.requirements
    ]
    assert {each.kind for each in reading.requirements} == {Kind.LOCKED}
    assert reading.problems == ()
    assert is_lock("/project/pixi.lock")


def test_a_broken_lock_is_described(read: Read) -> None:
    (problem,) = read("pixi.lock", "packages: [fastapi\n").problems
    assert problem.message.startswith("`pixi.lock` is not valid YAML: ")
