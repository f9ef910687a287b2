"""The site in a browser: wide and narrow, with nothing from elsewhere, and the search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from chromium import Tab

PAGES = (
    "",
    "tutorial/",
    "configuration/",
    "rules/",
    "rules/ASG201/",
    "hazards/",
    "comparison/",
    "pure-asgi/",
    "output-formats/",
)
"""Those with the widest tables, the longest lines of code and the picture."""

_SEARCH = "document.activeElement.shadowRoot"


def open_at(tab: Tab, address: str) -> None:
    tab.send("Page.navigate", url=address)
    tab.wait_for(f"location.href === {address!r} && document.readyState === 'complete'")
    tab.settle()


@pytest.mark.parametrize("width", [360, 820, 1400])
def test_no_page_is_wider_than_the_window(width: int, tab: Tab, address: str) -> None:
    tab.resize(width, 900)
    wider = []
    for page in PAGES:
        open_at(tab, address + page)
        if tab.run("document.documentElement.scrollWidth > innerWidth"):
            wider.append(page)
    assert wider == []


def test_a_page_asks_for_nothing_but_the_site(tab: Tab, address: str) -> None:
    tab.requests.clear()
    tab.errors.clear()
    open_at(tab, address)
    assert tab.requests
    assert [request for request in tab.requests if not request.startswith((address, "data:"))] == []
    assert tab.errors == []


@pytest.mark.parametrize(("preferred", "is_dark"), [("dark", True), ("light", False)])
def test_the_page_is_as_light_as_the_reader_prefers(
    preferred: str, is_dark: bool, tab: Tab, address: str
) -> None:
    tab.prefer(prefers_color_scheme=preferred)
    open_at(tab, address)
    color = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"
    assert (sum(tab.run(color)[:3]) < 3 * 128) is is_dark


def test_the_search_finds_a_rule(tab: Tab, address: str) -> None:
    tab.resize(1400, 900)
    open_at(tab, f"{address}rules/")
    tab.click(".md-search__button")
    tab.wait_for(f"{_SEARCH}?.activeElement?.tagName === 'INPUT'")
    tab.write("is-disconnected-behind")
    tab.wait_for(f"!!{_SEARCH}.querySelector('a[href*=\"rules/ASG301/\"]')")
