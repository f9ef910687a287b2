"""Which project a file belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.roots import ROOT_MARKERS, group_by_root, project_root, repository_top

if TYPE_CHECKING:
    from pathlib import Path


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize("marker", sorted(ROOT_MARKERS))
def test_the_closest_marked_folder_is_the_root(tmp_path: Path, marker: str) -> None:
    touch(tmp_path, "setup.cfg", f"service/{marker}", "service/app/deep/a.py")
    root = (tmp_path / "service").as_posix()
    assert project_root((tmp_path / "service/app/deep/a.py").as_posix()) == root
    assert project_root((tmp_path / "service/app").as_posix()) == root
    assert project_root(root) == root


def test_a_module_called_setup_does_not_make_its_package_a_root(tmp_path: Path) -> None:
    touch(tmp_path, "pyproject.toml", "app/__init__.py", "app/setup.py", "app/main.py")
    assert project_root((tmp_path / "app/main.py").as_posix()) == tmp_path.as_posix()


def test_without_a_marker_the_root_is_the_folder_itself(tmp_path: Path) -> None:
    touch(tmp_path, "a/b.py")
    root = (tmp_path / "a").as_posix()
    assert project_root(root) == root
    assert project_root(f"{root}/b.py") == root


def test_files_are_grouped_by_their_roots(tmp_path: Path) -> None:
    touch(tmp_path, "pyproject.toml", "a.py", "b/c.py", "s/requirements.txt", "s/d.py", "s/e/f.py")
    top = tmp_path.as_posix()
    grouped = group_by_root([f"{top}/{name}" for name in ("s/e/f.py", "b/c.py", "a.py", "s/d.py")])
    assert grouped == {
        top: [f"{top}/b/c.py", f"{top}/a.py"],
        f"{top}/s": [f"{top}/s/e/f.py", f"{top}/s/d.py"],
    }


def test_files_without_a_marked_folder_belong_to_the_given_folder(tmp_path: Path) -> None:
    touch(tmp_path, "p/a.py", "p/q/b.py", "r/c.py", "pp/d.py")
    top = tmp_path.as_posix()
    grouped = group_by_root(
        [f"{top}/p/a.py", f"{top}/p/q/b.py", f"{top}/r/c.py", f"{top}/pp/d.py"],
        given=[f"{top}/p/q", f"{top}/p", f"{top}/r/c.py"],
    )
    assert grouped == {
        f"{top}/p": [f"{top}/p/a.py", f"{top}/p/q/b.py"],
        f"{top}/pp": [f"{top}/pp/d.py"],
        f"{top}/r": [f"{top}/r/c.py"],
    }


def test_the_top_of_a_repository(tmp_path: Path) -> None:
    touch(tmp_path, "repository/.git", "repository/src/a.py")
    top = (tmp_path / "repository").as_posix()
    assert repository_top(f"{top}/src") == top
    assert repository_top(top) == top
