"""The built site: every page where diagnostics link to, in whole, and from no other host."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import tomli

from asgi_lint.rules.registry import rules

ROOT = Path(__file__).parents[2]
HOME = "https://asgi-lint.readthedocs.io/"


class Page(HTMLParser):
    """The text outside of code, and what the page loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.prose: list[str] = []
        self.loaded: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self._silent += tag in {"code", "pre", "script", "style"}
        if tag in {"script", "img", "iframe"} or named.get("rel") in {"stylesheet", "preconnect"}:
            self.loaded.append(named.get("src") or named.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"code", "pre", "script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.prose.append(data)


def pages(site: Path) -> dict[str, Page]:
    return {
        path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


def test_every_rule_is_where_its_diagnostics_link_to(site: Path) -> None:
    for code, rule in rules().items():
        built = site / rule.url.removeprefix(HOME) / "index.html"
        assert f"({code})" in re.findall(r"<h1[^>]*>(.*?)<", built.read_text("utf-8"))[0]


def test_the_site_is_made_for_the_address_that_is_linked(site: Path) -> None:
    assert f'<link rel="canonical" href="{HOME}">' in (site / "index.html").read_text("utf-8")
    configuration = tomli.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert configuration["project"]["site_url"] == HOME


def test_no_markdown_is_left_over(site: Path) -> None:
    """What reads well as a file can be taken for something else, such as a list that is none."""
    left_over = re.compile(r"```|\]\(|\*\*|^\s*(?:- |\d+\. )\w|^\|", re.MULTILINE)
    found = {
        name: [text for text in page.prose if left_over.search(text)]
        for name, page in pages(site).items()
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    foreign = {
        address
        for page in pages(site).values()
        for address in page.loaded
        if address.startswith(("http:", "https:", "//"))
    }
    assert foreign == set()


def test_every_rule_can_be_searched_for(site: Path) -> None:
    index = json.loads((site / "search.json").read_text(encoding="utf-8"))
    found = {item["location"].partition("#")[0] for item in index["items"]}
    assert {f"rules/{code}/" for code in rules()} <= found
