from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.versions.packages import stated_releases
from asgi_lint.versions.readers import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "starlette-exporter"


def stated(root: Path, **files: str) -> list[str]:
    """What the manifests, `__` for a slash and `_DOT_` for a dot, state about the package."""
    readings = {}
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        readings[path.as_posix()] = read_manifest(path.as_posix())
    found = stated_releases(readings, [PACKAGE, "slowapi"], root.as_posix())
    assert "slowapi" not in found
    return sorted(map(str, found.get(PACKAGE, ())))


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("starlette-exporter==0.4.1", "==0.4.1"),
        ("Starlette_Exporter>=0.3,<0.5", "<0.5,>=0.3"),
        ("starlette-exporter", ""),
        ("starlette-exporter===0.4.1", "==0.4.1"),
        ("starlette-exporter>=0.3\nstarlette-exporter<0.5", "<0.5,>=0.3"),
        ("starlette-exporter==0.4.1\nstarlette-exporter>=0.5", "==0.4.1"),
        ('starlette-exporter<0.2 ; python_version < "3.8"\nstarlette-exporter>=0.5', ">=0.5"),
    ],
)
def test_requirements(tmp_path: Path, requirement: str, expected: str) -> None:
    assert stated(tmp_path, requirements_DOT_txt=requirement) == [expected]


def test_nothing_is_known_of_a_package_that_nobody_names(tmp_path: Path) -> None:
    assert stated(tmp_path, requirements_DOT_txt="fastapi==0.85.0") == []


def test_a_repository_states_no_release(tmp_path: Path) -> None:
    text = "starlette-exporter @ git+https://example.org/starlette-exporter"
    assert stated(tmp_path, requirements_DOT_txt=text) == []


def test_each_folder_states_its_own(tmp_path: Path) -> None:
    found = stated(
        tmp_path,
        a__requirements_DOT_txt="starlette-exporter==0.4.1",
        b__requirements_DOT_txt="starlette-exporter==0.5.0",
        c__requirements_DOT_txt="fastapi",
    )
    assert found == ["==0.4.1", "==0.5.0"]


def test_alternatives_each_count(tmp_path: Path) -> None:
    text = '[tool.poetry.dependencies]\nstarlette-exporter = "^0.4 || ^0.16"\n'
    assert stated(tmp_path, pyproject_DOT_toml=text) == ["<0.17,>=0.16", "<0.5,>=0.4"]


def test_a_virtual_environment_is_asked_last(tmp_path: Path) -> None:
    folder = tmp_path / ".venv/lib/python3.12/site-packages/starlette_exporter-0.4.1.dist-info"
    folder.mkdir(parents=True)
    assert stated(tmp_path, requirements_DOT_txt="fastapi") == ["==0.4.1"]
    assert stated(tmp_path, requirements_DOT_txt="starlette-exporter>=0.5") == [">=0.5"]


def lock(release: str) -> str:
    return f'version = 1\n\n[[package]]\nname = "starlette-exporter"\nversion = "{release}"\n'


@pytest.fixture
def _locks_are_read_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asgi_lint.versions.readers.locks.SUBJECTS", (PACKAGE,))


@pytest.mark.usefixtures("_locks_are_read_for_it")
@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("starlette-exporter>=0.3", "==0.4.1"),
        ("fastapi", "==0.4.1"),
        ("starlette-exporter>=0.5", ">=0.5"),
    ],
)
def test_a_lock_decides_unless_the_requirement_contradicts_it(
    tmp_path: Path, requirement: str, expected: str
) -> None:
    found = stated(tmp_path, requirements_DOT_txt=requirement, uv_DOT_lock=lock("0.4.1"))
    assert found == [expected]


@pytest.mark.usefixtures("_locks_are_read_for_it")
def test_the_lock_above_decides_for_a_folder(tmp_path: Path) -> None:
    found = stated(
        tmp_path, a__requirements_DOT_txt="starlette-exporter", uv_DOT_lock=lock("0.4.1")
    )
    assert found == ["==0.4.1"]
