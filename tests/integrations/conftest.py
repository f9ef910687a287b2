"""What the tests in this folder share: they install asgi-lint as those who use it do."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def may_install() -> None:
    """Skips unless the tests may take packages from the index, as `.ci/run` lets them."""
    if not os.environ.get("ASGI_LINT_PRE_COMMIT_TESTS"):
        pytest.skip("installs packages: set ASGI_LINT_PRE_COMMIT_TESTS=1")
