from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.versions.dependents import DEPENDENTS, required_by
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.exposure import Outcome, phrase_of
from asgi_lint.versions.release_data import release_data
from asgi_lint.versions.releases import PACKAGES, known_releases
from asgi_lint.versions.resolution import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.versions.resolution import EffectiveRange


def starlette(root: Path, **files: str) -> EffectiveRange | None:
    names = []
    for name, content in files.items():
        path = root / f"{name.replace('__', '/')}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        names.append(path.as_posix())
    return Versions(root.as_posix(), names).effective((root / "a/main.py").as_posix(), "starlette")


@pytest.mark.parametrize(
    ("requirement", "phrase"),
    [
        ("gradio==6.31.0", "Starlette 1.10.0, the newest that gradio 6.31.0 allows"),
        ("gradio>=5,<6", "Starlette 0.52.1, the newest that gradio 5.50.0 allows"),
        ("sse-starlette>=3", "Starlette 1.10.0, the newest that sse-starlette 3.7.0 allows"),
        ("mcp", "Starlette 1.10.0, the newest that mcp 2.3.0 allows"),
        ("responder<2", "Starlette 0.12.13, the newest that responder 1.3.2 allows"),
        ("fastapi-users==9.3.2", "Starlette 0.17.1, the newest that fastapi-users 9.3.2 allows"),
        (
            "gradio==6.31.0\nprometheus-fastapi-instrumentator~=7.0",
            "Starlette 1.10.0, the newest that gradio 6.31.0 allows",
        ),
        (
            "sse-starlette\nprometheus-fastapi-instrumentator~=7.0",
            "Starlette 0.52.1, the newest that prometheus-fastapi-instrumentator 7.1.0 allows",
        ),
    ],
)
def test_what_is_brought(tmp_path: Path, requirement: str, phrase: str) -> None:
    found = starlette(tmp_path, requirements=requirement)
    assert found is not None
    assert found.origin is Origin.IMPLIED
    assert phrase_of(found) == phrase
    assert found.requirements[0].name in requirement


@pytest.mark.parametrize(
    "requirement",
    [
        "gradio==4.20.0",  # not known what it requires
        "gradio==77.0",
        "sse-starlette==2.4.1",  # requires neither
        "gradio @ https://example.org/gradio.zip",
        "gradio==6.31.0; sys_platform == 'win32'",
        "flask",
    ],
)
def test_nothing_is_known(tmp_path: Path, requirement: str) -> None:
    assert starlette(tmp_path, requirements=requirement) is None


def test_a_constraint_alone_brings_nothing(tmp_path: Path) -> None:
    assert starlette(tmp_path, constraints="gradio==6.31.0") is None
    found = starlette(tmp_path, constraints="gradio==5.50.0", requirements="gradio")
    assert found is not None
    assert found.brought_by == "gradio 5.50.0"


def test_a_direct_requirement_is_stronger_wherever_it_stands(tmp_path: Path) -> None:
    found = starlette(tmp_path, a__requirements="gradio==5.50.0", requirements="starlette==0.20.4")
    assert found is not None
    assert (str(found.picked), found.brought_by) == ("0.20.4", "")


def test_a_hazard_names_what_brings_it(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("gradio>=5,<6\n")
    versions = Versions(tmp_path.as_posix(), [(tmp_path / "requirements.txt").as_posix()])
    exposure = versions.exposure(
        (tmp_path / "main.py").as_posix(), "file-response-ignores-disconnect"
    )
    assert exposure.outcome is Outcome.AFFECTED
    assert exposure.phrase == "Starlette 0.52.1, the newest that gradio 5.50.0 allows"
    assert exposure.source is not None
    assert exposure.source.filename.endswith("requirements.txt")


@pytest.mark.parametrize("dependent", DEPENDENTS)
def test_of_every_dependent_it_is_known_what_its_newest_release_requires(dependent: str) -> None:
    required = required_by(dependent, known_releases(dependent)[-1])
    assert {each.name for each in required} <= set(PACKAGES)
    assert required
    assert release_data(dependent).package == dependent
