"""The documentation hangs together: every page can be found, every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli

from asgi_lint.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path for path in sorted(DOCS.rglob("*.md"))}
PROJECT: dict[str, Any] = tomli.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))[
    "project"
]
HOME: str = PROJECT["site_url"]

_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_TARGET = re.compile(r"\]\(<?([^)>\s]+)>?\)")


def in_navigation(entry: Any) -> Iterator[str]:
    match entry:
        case str():
            yield entry
        case list() | dict():
            for each in entry.values() if isinstance(entry, dict) else entry:
                yield from in_navigation(each)


def links(path: Path) -> list[str]:
    """What the page's prose links to within the documentation."""
    targets = _TARGET.findall(_CODE.sub("", path.read_text(encoding="utf-8")))
    return [target for target in targets if not target.startswith(("http:", "https:"))]


def test_every_page_is_in_the_navigation_once() -> None:
    assert sorted(in_navigation(PROJECT["nav"])) == sorted(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_of_the_site(name: str) -> None:
    targets = [target.partition("#")[0] for target in links(PAGES[name])]
    files = {each: (PAGES[name].parent / each).resolve() for each in targets if each}
    missing = [e for e, file in files.items() if not (file.exists() and DOCS in file.parents)]
    assert missing == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_begins_with_its_title(name: str) -> None:
    assert PAGES[name].read_text(encoding="utf-8").startswith("# ")


def test_every_picture_and_schema_is_used_by_a_page() -> None:
    linked = {
        (path.parent / target).resolve()
        for path in PAGES.values()
        for target in links(path)
        if not target.startswith("#")
    }
    kinds = {".json", ".svg"}
    assert {path for path in DOCS.rglob("*") if path.suffix in kinds} - linked == set()


def published() -> Iterator[str]:
    """Every address of the site that the code, the rules' pages and the documents give."""
    for path in (ROOT / "README.md", *PAGES.values(), *sorted((ROOT / "src").rglob("*.[mp][dy]"))):
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"https://asgi-lint\.[\w.]+/[\w./-]*", text)
        yield from (address.rstrip(".") for address in found)
    yield from (rule.url for rule in rules().values())


def sources_of(address: str) -> set[Path]:
    """What below docs/ may be published at an address: a page, an index or a file as it is."""
    assert address.startswith(HOME)
    path = address.removeprefix(HOME).rstrip("/")
    is_page = address.endswith("/")
    return {DOCS / f"{path}.md", DOCS / path / "index.md"} if is_page else {DOCS / path}


@pytest.mark.parametrize("address", sorted(set(published())))
def test_addresses_that_are_given_to_people_are_pages(address: str) -> None:
    assert [path for path in sources_of(address) if path.is_file()] != []


def test_paths_that_the_architecture_names_exist() -> None:
    text = PAGES["architecture.md"].read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+(?:\.py|\.toml|/))`", text)
    package = ROOT / "src/asgi_lint"
    gone = [name for name in named if not ((package / name).exists() or (ROOT / name).exists())]
    assert gone == []
    assert len(named) > 20
