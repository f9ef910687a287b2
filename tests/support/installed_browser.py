"""The Chromium that is installed, for the tests that look at pages."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromium import Browser

_WANTED = "ASGI_LINT_BROWSER_TESTS"


@contextmanager
def installed_browser(profile: Path) -> Iterator[Browser]:
    """A running browser with an empty profile; where there is none, the test is skipped."""
    if sys.platform == "win32":
        pytest.skip("the browser is driven over pipes that Windows does not pass on")
    from chromium import find_browser, running

    executable = find_browser()
    if executable is None and os.environ.get(_WANTED) == "1":
        pytest.fail(f"{_WANTED}=1 asks for the browser tests, but there is no Chromium")
    if executable is None:
        pytest.skip("no Chromium is installed (Debian's package: chromium)")
    with running(executable, profile) as found:
        yield found
