"""The pre-commit hooks start for what asgi-lint reads, and for nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_lint.versions.readers import READERS, is_manifest

FILE = Path(__file__).parents[1] / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(FILE.read_text())}

PARTS = sorted(
    {part for pattern, _ in READERS for part in re.split(r"([./*]|lock|-)", pattern) if part}
    | {"x", "/", ".", "-", " ", "ü", ".py", ".pyi", ".txt", ".in", ".yml", ".yaml", ".toml"}
)
"""What the names of manifests are made of, and what stands around it."""

paths = st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)
relative_paths = paths.filter(lambda path: not re.search("//|^/|/$|(^|/)[.]{1,2}(/|$)", path))


def starts(hook: dict[str, Any], path: str) -> bool:
    """Whether pre-commit starts the hook for a file: it searches, from the repository's top."""
    return re.search(hook["files"], path) is not None


def is_read(path: str) -> bool:
    return path.endswith(".py") or is_manifest(path)


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in READERS])
@pytest.mark.parametrize("filler", ["", "x", "a b.ü-"])
def test_every_manifest_that_is_read_starts_the_hook(pattern: str, filler: str) -> None:
    name = pattern.replace("*", filler)
    assert starts(HOOKS["asgi-lint"], name)
    assert starts(HOOKS["asgi-lint"], f"services/mail/{name}")


@given(relative_paths)
@example("app/main.py")
@example("setup.py")
@example("app/main.pyi")
@example("constraints.in")
@example("requirements/dev/x.txt")
@example("pylock-x.toml")
def test_hook_starts_for_what_is_read_and_nothing_else(path: str) -> None:
    assert starts(HOOKS["asgi-lint"], path) is is_read(path)


@pytest.mark.parametrize(
    "path", ["README.md", "app/main.pyc", "notes.txt", "package.json", "x.toml"]
)
def test_other_files_do_not(path: str) -> None:
    assert not starts(HOOKS["asgi-lint"], path)


def test_all_hooks_start_for_the_same() -> None:
    assert {hook["files"] for hook in HOOKS.values()} == {HOOKS["asgi-lint"]["files"]}
    assert [key for hook in HOOKS.values() for key in hook if key.startswith("types")] == []


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_hooks_are_given_all_files_at_once(hook: dict[str, Any]) -> None:
    assert hook["require_serial"] is True
    assert hook["entry"].split()[:2] == ["asgi-lint", "check"]


def test_pre_commit_takes_the_manifest() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(FILE)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
