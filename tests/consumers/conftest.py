"""Packages from npm for the tests in this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from npm_packages import install, why_not

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if reason := why_not():
        pytest.skip(reason)
    return install(tmp_path_factory.mktemp("npm"))
