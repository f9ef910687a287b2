from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from asgi_lint.diagnostics import FILE_START, Applicability, Place
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import pep508
from asgi_lint.versions.releases import known_releases
from asgi_lint.versions.requirements import Requirement, Style
from asgi_lint.versions.rewrite import first_release_without, rewrite, starlette_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

SAFE, UNSAFE, ADVICE = Applicability.SAFE, Applicability.UNSAFE, Applicability.ADVICE
TARGETS = {"starlette": Version("0.21.0"), "fastapi": Version("0.87.0")}


@pytest.mark.parametrize(
    ("package", "hazards", "release"),
    [
        ("starlette", ("background-tasks-cancelled",), "0.21.0"),
        ("fastapi", ("background-tasks-cancelled",), "0.87.0"),
        ("starlette", ("stream-ignores-disconnect",), "0.13.3"),
        ("fastapi", ("stream-ignores-disconnect",), "0.57.0"),
        (
            "starlette",
            ("stream-ignores-disconnect", "stream-fails-on-python-3.11"),
            "0.14.0",
        ),
        ("fastapi", ("stream-ignores-disconnect", "stream-fails-on-python-3.11"), "0.65.0"),
        ("starlette", ("is-disconnected-blind",), None),
        ("starlette", ("GHSA-82w8-qh3p-5jfq",), "1.3.1"),
        ("fastapi", ("GHSA-82w8-qh3p-5jfq",), "0.133.0"),
        ("fastapi", ("GHSA-8h2j-cgx8-6xv7",), "0.65.2"),
    ],
)
def test_the_first_release_without_hazards(
    package: str, hazards: tuple[str, ...], release: str | None
) -> None:
    found = first_release_without(package, hazards)
    assert (found and str(found)) == release


@pytest.mark.parametrize(
    ("before", "after", "applicability"),
    [
        ("starlette==0.20.4", "==0.21.0", UNSAFE),
        ("starlette===0.20.4", "===0.21.0", UNSAFE),
        ("starlette >= 0.13.4", ">= 0.21.0", SAFE),
        ("starlette>0.13", ">=0.21.0", SAFE),
        ("starlette>=0.13,<1", ">=0.21.0,<1", SAFE),
        ("starlette <1 , >=0.13", "<1 , >=0.21.0", SAFE),
        ("starlette<1", ">=0.21.0,<1", SAFE),
        ("starlette!=0.22.0", ">=0.21.0,!=0.22.0", SAFE),
        ("starlette<0.21", ">=0.21.0", UNSAFE),
        ("starlette>=0.13,<0.21", ">=0.21.0,<0.22", UNSAFE),
        ("starlette>=0.13,<=0.20.4", ">=0.21.0,<0.22.0", UNSAFE),
        ("starlette~=0.20", "~=0.21", SAFE),
        ("starlette~=0.20.1", "~=0.21.0", UNSAFE),
        ("starlette==0.20.*", "==0.21.*", UNSAFE),
        ("starlette==0.*", ">=0.21.0,==0.*", SAFE),
        ("fastapi[all]==0.85.0 ; python_version>'3'", "==0.87.0", UNSAFE),
        ("fastapi>=0.85", ">=0.87.0", SAFE),
    ],
)
def test_the_smallest_change_in_pip_style(
    read: Read, before: str, after: str, applicability: Applicability
) -> None:
    (requirement,) = read("requirements.txt", before).requirements
    fix = rewrite(requirement, TARGETS[requirement.name], "because")
    assert fix is not None
    assert fix.applicability is applicability
    (edit,) = fix.edits
    assert edit.content == after
    assert edit.place == requirement.specifier_place
    assert fix.message.startswith(f"Require `{requirement.name}{after}`, because")


@pytest.mark.parametrize(
    ("before", "after", "applicability"),
    [
        ("^0.85", "^0.87", UNSAFE),
        ("^0.85.0", "^0.87.0", UNSAFE),
        ("^0", ">=0.87.0,^0", SAFE),
        ("~0.85", "~0.87", UNSAFE),
        ("0.85.0", "0.87.0", UNSAFE),
        ("0.85.*", "0.87.*", UNSAFE),
        (">=0.80 <1", ">=0.87.0 <1", SAFE),
    ],
)
def test_the_smallest_change_in_poetry_style(
    read: Read, before: str, after: str, applicability: Applicability
) -> None:
    content = f'[tool.poetry.dependencies]\nfastapi = {{ version = "{before}" }}\n'
    (requirement,) = read("pyproject.toml", content).requirements
    fix = rewrite(requirement, TARGETS["fastapi"], "because")
    assert fix is not None
    assert fix.applicability is applicability
    assert [edit.content for edit in fix.edits] == [after]
    assert fix.message == f'Require `fastapi = "{after}"`, because'


@pytest.mark.parametrize(
    ("name", "before", "after", "applicability"),
    [
        ("Pipfile", "==0.85.0", "==0.87.0", UNSAFE),
        ("Pipfile", "0.85.0", "0.87.0", UNSAFE),
        ("Pipfile", "~=0.85", "~=0.87", SAFE),
        ("Pipfile", ">=0.80, <1", ">=0.87.0, <1", SAFE),
        ("Pipfile", "==0.85.*", "==0.87.*", UNSAFE),
        ("pixi.toml", "==0.85.0", "==0.87.0", UNSAFE),
        ("pixi.toml", "=0.85", "=0.87", UNSAFE),
        ("pixi.toml", "0.85.*", "0.87.*", UNSAFE),
        ("pixi.toml", ">=0.85,<0.86", ">=0.87.0,<0.88", UNSAFE),
        ("environment.yml", "=0.85", "=0.87", UNSAFE),
        ("environment.yml", "=0.85.0", "=0.87.0", UNSAFE),
        ("environment.yml", "==0.85.0", "==0.87.0", UNSAFE),
        ("environment.yml", " 0.85.*", "0.87.*", UNSAFE),
        ("environment.yml", " 0.85*", "0.87*", UNSAFE),
        ("environment.yml", " >=0.80", ">=0.87.0", SAFE),
    ],
)
def test_the_smallest_change_in_the_style_of_other_manifests(
    read: Read, name: str, before: str, after: str, applicability: Applicability
) -> None:
    content = {
        "Pipfile": f'[packages]\nfastapi = "{before}"\n',
        "pixi.toml": f'[dependencies]\nfastapi = "{before}"\n',
        "environment.yml": f"dependencies:\n  - fastapi{before}\n",
    }[name]
    (requirement,) = read(name, content).requirements
    fix = rewrite(requirement, TARGETS["fastapi"], "because")
    assert fix is not None
    assert [edit.content for edit in fix.edits] == [after]
    assert fix.applicability is applicability


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("environment.yml", "dependencies: [fastapi=0.85|=0.86]", "Require `fastapi>=0.87.0`"),
        ("environment.yml", "dependencies: [fastapi=0.85.0=py_0]", "Require `fastapi=0.87.0`"),
        ("Pipfile", '[packages]\nfastapi = "!=0.87.0"', 'Require `fastapi = ">=0.87.0"`'),
    ],
)
def test_advice_is_in_the_style_of_its_manifest(
    read: Read, name: str, content: str, message: str
) -> None:
    (requirement,) = read(name, content).requirements
    fix = rewrite(requirement, TARGETS["fastapi"], "because")
    assert fix is not None
    assert fix.edits == ()
    assert fix.message.startswith(message)


def test_the_starlette_that_goes_with_a_fastapi() -> None:
    hazards = ("background-tasks-cancelled",)
    assert starlette_with(Version("0.87.0"), hazards) == Version("0.21.0")
    assert starlette_with(Version("0.133.0"), hazards) == Version("0.40.0")
    assert starlette_with(Version("0.85.0"), hazards) is None


def test_a_lifted_upper_bound_is_said(read: Read) -> None:
    (requirement,) = read("requirements.txt", "starlette>=0.13,<0.21").requirements
    fix = rewrite(requirement, TARGETS["starlette"], "because")
    assert fix is not None
    assert fix.message.endswith("this lifts the upper bound")


@pytest.mark.parametrize(
    "line",
    ["fastapi", "fastapi @ https://example.org/fastapi.zip", "fastapi==${FASTAPI}"],
)
def test_nothing_to_raise(read: Read, line: str) -> None:
    (requirement,) = read("requirements.txt", line).requirements
    assert rewrite(requirement, TARGETS["fastapi"], "because") is None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", "fastapi==0.85.0 --hash=sha256:0"),
        ("requirements.txt", "fastapi>=0.85,!=0.87.0"),
        ("pyproject.toml", '[project]\ndependencies = ["fastapi\\u003d=0.85.0"]'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nfastapi = "0.85.0 || 0.86.0"'),
    ],
)
def test_advice_where_an_edit_would_be_wrong(read: Read, name: str, content: str) -> None:
    (requirement,) = read(name, content).requirements
    fix = rewrite(requirement, TARGETS["fastapi"], "because")
    assert fix is not None
    assert fix.applicability is ADVICE
    assert fix.edits == ()


clauses = st.builds(
    "{}0.{}{}".format,
    st.sampled_from([">=", ">", "<", "<=", "==", "!=", "~="]),
    st.integers(0, 50),
    st.sampled_from(["", ".0", ".1", ".4"]),
)


@given(parts=st.lists(clauses.filter(lambda each: each != "~=0"), min_size=1, max_size=3))
def test_an_edit_leaves_everything_older_and_keeps_its_promise(parts: list[str]) -> None:
    text = f"starlette{','.join(parts)}"
    requirement = pep508.requirement(text, ManifestText("/requirements.txt", text), 0)
    target = TARGETS["starlette"]
    fix = rewrite(requirement, target, "because")
    assert fix is not None
    for edit in fix.edits:
        raised = SpecifierSet(edit.content)
        allowed = [release for release in known_releases("starlette") if release in raised]
        assert target in allowed
        assert min(allowed) >= target
        if fix.applicability is SAFE:
            assert all(map(requirement.allows, allowed))
        before = [release for release in known_releases("starlette") if requirement.allows(release)]
        if target in before:
            assert allowed[-1] == before[-1]


def test_a_locked_release_is_not_rewritten() -> None:
    place = Place("/uv.lock", FILE_START)
    locked = Requirement(
        "starlette", SpecifierSet("==0.20.4"), place, place, "starlette", style=Style.LOCK
    )
    assert rewrite(locked, TARGETS["starlette"], "because") is None
