"""The rule that the documentation has its reader write works as it is written there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
_FILE = re.compile(r'^(`{3,4})\w+ title="src/([^"]+)"\n(.*?)^\1$', re.MULTILINE | re.DOTALL)


GENERATE = """
import sys
from pathlib import Path

sys.path.insert(0, "scripts")
import generate_docs

generate_docs.main([], Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package in which the rule's files stand where the page says, and are listed."""
    root = tmp_path_factory.mktemp("root")
    copy = root / "src"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src/asgi_lint", copy / "asgi_lint", ignore=ignored)
    written = _FILE.findall(TEXT)
    assert [Path(name).suffix for _, name, _ in written] == [".py", ".md"]
    for _, name, text in written:
        (copy / name).write_text(text, encoding="utf-8")
    run = python("-c", GENERATE, str(root), source=copy)
    assert run.returncode == 0, run.stderr
    return copy


def python(*arguments: str, source: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the repository, with that copy as the package."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_its_page_passes_the_tests_of_pages(source: Path) -> None:
    """Which run its example and compare the diagnostics with the comments."""
    run = python("-m", "pytest", "-p", "no:cacheprovider", "tests/rules", "-k", "ASG299",
                 source=source)  # fmt: skip
    assert run.returncode == 0, run.stdout
    assert re.search(r"^\S*\s*(\d+) passed", run.stdout, re.MULTILINE) is not None


def test_its_page_is_printed(source: Path) -> None:
    run = python("-m", "asgi_lint", "rule", "ASG299", source=source)
    assert run.stdout.startswith("# task-behind-base-middleware (ASG299)\n")
