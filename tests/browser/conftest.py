"""A browser for the tests in this folder, and a window of it for each test."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from graph_window import GraphWindow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromium import Browser

_WANTED = "ASGI_LINT_BROWSER_TESTS"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if sys.platform == "win32":
        pytest.skip("the browser is driven over pipes that Windows does not pass on")
    from chromium import find_browser, running

    executable = find_browser()
    if executable is None and os.environ.get(_WANTED) == "1":
        pytest.fail(f"{_WANTED}=1 asks for the browser tests, but there is no Chromium")
    if executable is None:
        pytest.skip("no Chromium is installed (Debian's package: chromium)")
    with running(executable, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[GraphWindow]:
    """Shows pages; afterwards none of them may have failed or asked for anything but itself."""
    window = GraphWindow(tmp_path / "graph.html", browser.new_tab())
    yield window
    browser.close(window.tab)
    assert window.tab.errors == []
    assert set(window.tab.requests) == {window.page.as_uri()}
