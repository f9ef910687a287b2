from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cut_places import assert_cut_out

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.requirements import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

PYPROJECT = """\
[project]
name = "café"

[tool.hatch.envs.default]
dependencies = ["é @ {root:uri}", "fastapi>=0.85"]
extra-dependencies = ["starlette==0.20.4"]
[tool.hatch.envs."docs é"]
dependencies = [ # naïve
  "fastapi==0.86.0" ]
[tool.hatch.envs.types]
template = "default"

[tool.uv]
constraint-dependencies = ["starlette<0.50"]
override-dependencies = ["starlette>=0.21 ; python_version>'3.8'"]
build-constraint-dependencies = ["fastapi==0.1.0"]

[tool.pdm.dev-dependencies]
test = ["-e file:///${PROJECT_ROOT}/fastapi#egg=fastapi", "starlette~=0.20"]
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_arrays_of_hatch_uv_and_pdm(read: Read, line_end: str, mark: bytes) -> None:
    content = PYPROJECT.replace('"é @ {root:uri}", ', "")
    reading = read("pyproject.toml", mark + content.replace("\n", line_end).encode())
    found = [
        (each.text, each.group, each.kind, (*each.specifier_place.span.start,))
        for each in reading.requirements
    ]
    assert found == [
        ("starlette~=0.20", "test", Kind.REQUIRED, (19, 69)),
        ("starlette<0.50", "", Kind.CONSTRAINT, (14, 38)),
        ("starlette>=0.21 ; python_version>'3.8'", "", Kind.OVERRIDE, (15, 36)),
        ("fastapi>=0.85", "default", Kind.REQUIRED, (5, 25)),
        ("starlette==0.20.4", "default", Kind.REQUIRED, (6, 33)),
        ("fastapi==0.86.0", "docs é", Kind.REQUIRED, (9, 11)),
    ]
    assert_cut_out(reading)
    assert reading.problems == ()


def test_a_place_in_hatchs_own_notation(read: Read) -> None:
    content = PYPROJECT.replace("é @ {root:uri}", "users @ {root:uri}")
    assert read("pyproject.toml", content).problems == ()


def test_an_array_that_is_none(read: Read) -> None:
    content = "[tool.hatch.envs.default]\ndependencies = 'fastapi'\n"
    (problem,) = read("pyproject.toml", content).problems
    assert problem.place.span == Span(Position(2, 1), Position(2, 25))
    assert problem.message == (
        "`tool.hatch.envs.default.dependencies` must be an array of requirements."
    )


def test_a_syntax_error_after_windows_line_ends(read: Read) -> None:
    (problem,) = read("pyproject.toml", "[project]\r\nname = 'é'\r\nx = [1\r\n").problems
    assert problem.place.span == Span(Position(4, 1), Position(4, 1))
