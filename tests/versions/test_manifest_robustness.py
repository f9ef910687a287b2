"""Whatever stands in a manifest, reading and judging it ends with values, not with an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from asgi_lint.versions.effective import Versions
from asgi_lint.versions.judgement import judge

characters = st.text(
    st.sampled_from("0123456789.*^~<>=!,|@;#()[]{}\"'\\ -$é\r\n\t\0abvrc"), max_size=25
)
broken = st.one_of(characters, st.text(max_size=10))


def judged(name: str, content: str) -> int:
    """How many requirements and problems came out of a manifest of this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
        versions = Versions(folder, [path.as_posix()])
        for requirement in versions.requirements:
            judge(versions, requirement, Version("0.21.0"), ("background-tasks-cancelled",), "x")
        versions.exposure(path.as_posix(), "background-tasks-cancelled")
        return len(versions.requirements) + len(versions.problems)


@settings(deadline=None)
@given(broken, st.sampled_from(["starlette", "fastapi"]))
def test_requirements_files(text: str, package: str) -> None:
    assert judged("requirements.txt", f"starlette>=0.13\n{package}{text}") >= 1


@settings(deadline=None)
@given(broken)
def test_pyproject_files(text: str) -> None:
    assert judged("pyproject.toml", f"[project]\ndependencies = ['starlette'{text}") >= 1


@settings(deadline=None)
@given(broken.filter(lambda text: not set(text) & set("'\r\n\0\t")))
def test_poetry_requirements(text: str) -> None:
    content = f"[tool.poetry.dependencies]\nstarlette = '{text}'\nfastapi = {{version = '{text}'}}"
    assert judged("pyproject.toml", content) >= 1


@settings(deadline=None)
@given(broken.filter(lambda text: not set(text) & set("'\r\n\0\t")))
def test_pep_621_requirements(text: str) -> None:
    content = f"[project]\ndependencies = ['starlette{text}', 'fastapi>=0.85']"
    assert judged("pyproject.toml", content) >= 1
