"""A browser for the tests in this folder, and a window of it for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from graph_window import GraphWindow
from installed_browser import installed_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chromium import Browser


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with installed_browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[GraphWindow]:
    """Shows pages; afterwards none of them may have failed or asked for anything but itself."""
    window = GraphWindow(tmp_path / "graph.html", browser.new_tab())
    yield window
    browser.close(window.tab)
    assert window.tab.errors == []
    assert set(window.tab.requests) == {window.page.as_uri()}
