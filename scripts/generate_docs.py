"""Writes the index of the rules, and what documentation the rules and settings themselves tell.

    python scripts/generate_docs.py [--check]

That is src/asgi_lint/rules/index.py, docs/rules/ with a page for each rule and their index,
docs/configuration.schema.json for editors, docs/terminal.svg, which shows what asgi-lint prints,
and what stands between markers such as `<!-- rules -->` and `<!-- /rules -->`: the rules in
README.md and in the navigation of zensical.toml, the settings in docs/configuration.md, the known
releases in docs/versions.md, the hazards and what the behaviour lab has seen of them in
docs/hazards.md. With --check nothing is written: what is stale is named, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).with_name("documentation")))

import hazard_pages
import rule_index
import rule_pages
from asgi_lint.settings.keys import KEYS
from asgi_lint.settings.schema import json_schema
from asgi_lint.versions.hazard import TITLES
from asgi_lint.versions.releases import PACKAGES, as_of, newest
from declared import declared
from markdown_table import table
from terminal_picture import terminal_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.settings.keys import Key

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tests/behaviour/results/hazards.json"
EXAMPLE = ROOT / "fixtures/example"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or compare the generated files below `root`; 1 if `--check` finds a stale one."""
    parser = argparse.ArgumentParser(description="Generate what the rules tell of themselves.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check: bool = parser.parse_args(arguments).check
    wanted = generated(root)
    present = {path for path in (root / "docs/rules").glob("*.md") if path not in wanted}
    stale = [path for path, text in wanted.items() if _text(path) != text]
    if check:
        for path in sorted([*stale, *present]):
            print(f"{path.relative_to(root)} is stale: run scripts/generate_docs.py")
        return 1 if stale or present else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
    for path in present:
        path.unlink()
    return 0


def generated(root: Path) -> dict[Path, str]:
    """Every generated file below `root` with the text that it should hold."""
    known = declared()
    texts = {
        root / f"docs/rules/{code}.md": rule_pages.site_page(rule) for code, rule in known.items()
    }
    texts[root / "src/asgi_lint/rules/index.py"] = rule_index.index_module(known.values())
    texts[root / "docs/rules/index.md"] = rule_pages.index()
    for name, marker, inserted in _insertions():
        path = root / name
        text = texts.get(path) or _text(path)
        if text is not None and f"<!-- {marker} -->" in text:
            texts[path] = _between_markers(text, marker, inserted)
    texts[root / "docs/terminal.svg"] = terminal_picture(("services",), EXAMPLE)
    schema = json.dumps(json_schema(known), indent=2, ensure_ascii=False)
    texts[root / "docs/configuration.schema.json"] = f"{schema}\n"
    return texts


def _insertions() -> Iterator[tuple[str, str, str]]:
    """A file, a marker in it, and what belongs there."""
    yield "README.md", "rules", rule_pages.overview()
    yield "zensical.toml", "rules", rule_pages.navigation()
    yield "docs/configuration.md", "settings", _settings(KEYS)
    yield "docs/versions.md", "releases", _known_releases()
    yield "docs/hazards.md", "summary", hazard_pages.summary(RESULTS)
    yield "docs/hazards.md", "hazards", hazard_pages.overview()
    yield "docs/hazards.md", "evidence", hazard_pages.sections(RESULTS)
    yield "docs/hazards.md", "advisories", hazard_pages.advisories()


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _between_markers(text: str, marker: str, inserted: str) -> str:
    """Put `inserted` between the lines with `<!-- marker -->` and `<!-- /marker -->`."""
    lines = rf"(^[# ]*<!-- {marker} -->\n)(?:.*\n)??(^[# ]*<!-- /{marker} -->$)"
    found = re.search(lines, text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SystemExit(f"<!-- {marker} --> is not closed by <!-- /{marker} -->")
    return f"{text[: found.end(1)]}{inserted}\n{text[found.start(2) :]}"


def _settings(keys: Sequence[Key]) -> str:
    """The table of keys, and below it the defaults that are too long for it."""
    keys_table = table(
        ("Key", "Value", "Default", "Meaning"),
        ((f"`{key.name}`", _value(key), _default(key), key.description) for key in keys),
    )
    lists = (
        f"\n\nThe default of `{key.name}`: {', '.join(f'`{entry}`' for entry in key.default)}."
        for key in keys
        if isinstance(key.default, tuple) and key.default
    )
    return keys_table + "".join(lists)


def _value(key: Key) -> str:
    return ", ".join(f"`{choice}`" for choice in key.choices) or key.kind.value


def _default(key: Key) -> str:
    if key.default in (None, ()):
        return ""
    if isinstance(key.default, tuple):
        return "see below"
    return f"`{json.dumps(key.default)}`"


def _known_releases() -> str:
    newest_of = " and ".join(f"{TITLES[package]} {newest(package)}" for package in PACKAGES)
    return f"The newest releases that asgi-lint knows, as of {as_of()}, are {newest_of}."


if __name__ == "__main__":
    sys.exit(main())
