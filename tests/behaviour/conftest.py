"""Whether the tests that run real releases are wanted: they install packages and take minutes."""

from __future__ import annotations

import os

import pytest

WANTED = "ASGI_LINT_LAB_TESTS"


@pytest.fixture(scope="session")
def lab() -> None:
    """For tests that run programs on real releases; skips them unless they are asked for."""
    if os.environ.get(WANTED) != "1":
        pytest.skip(f"runs real releases, for which {WANTED}=1 asks")
