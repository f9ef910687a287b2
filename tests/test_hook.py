"""The pre-commit hook is given what asgi-lint reads, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from asgi_lint.versions.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Mapping


[HOOK] = yaml.safe_load((Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text())


def runs_for(path: str, hook: Mapping[str, str] = HOOK) -> bool:
    return re.search(hook["files"], path) is not None


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in READERS])
def test_every_manifest_that_is_read_starts_the_hook(pattern: str) -> None:
    name = pattern.replace("*", "x")
    assert runs_for(name)
    assert runs_for(f"services/mail/{name}")


@pytest.mark.parametrize("path", ["app/main.py", "setup.py", "a b/ü.py"])
def test_python_files_start_the_hook(path: str) -> None:
    assert runs_for(path)


@pytest.mark.parametrize(
    "path", ["README.md", "app/main.pyc", "notes.txt", "package.json", "x.toml"]
)
def test_other_files_do_not(path: str) -> None:
    assert not runs_for(path)


def test_hook_is_given_all_files_at_once() -> None:
    assert HOOK["require_serial"] is True
    assert HOOK["entry"].split()[:2] == ["asgi-lint", "check"]
