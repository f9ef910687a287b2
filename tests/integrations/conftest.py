"""What the tests in this folder share: they install asgi-lint as those who use it do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD_NEEDS = ("hatchling>=1.27",)
"""What pip installs to build asgi-lint, as pyproject.toml says."""


@pytest.fixture(scope="session")
def may_install() -> None:
    """Skips unless the tests may take packages from the index, as `.ci/run` lets them."""
    if not os.environ.get("ASGI_LINT_PRE_COMMIT_TESTS"):
        pytest.skip("installs packages: set ASGI_LINT_PRE_COMMIT_TESTS=1")


@pytest.fixture(scope="session")
def wheels(may_install: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables with which pip takes asgi-lint and all it needs from a folder of wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(ROOT), *BUILD_NEEDS], check=True, timeout=300)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_NO_COMPILE": "1"}
