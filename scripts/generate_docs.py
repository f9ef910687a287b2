"""Writes the index of the rules, and what documentation the rules and settings themselves tell.

    python scripts/generate_docs.py [--check]

That is src/asgi_lint/rules/index.py, docs/rules/ with a page for each rule and their table,
docs/configuration.schema.json for editors, and what stands between markers such as `<!-- rules -->`
and `<!-- /rules -->`: the same table in README.md, the settings in docs/configuration.md, the known
releases in docs/versions.md, what the behaviour lab has seen in docs/behaviour-lab.md. With --check
nothing is written: what is stale is named, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Severity
from asgi_lint.rules.registry import found_rules, page
from asgi_lint.rules.rule import Late
from asgi_lint.settings.keys import KEYS
from asgi_lint.settings.schema import json_schema
from asgi_lint.versions.hazard import TITLES
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.releases import PACKAGES, as_of, newest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asgi_lint.rules.rule import Rule
    from asgi_lint.settings.keys import Key

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tests/behaviour/results/hazards.json"

_INDEX = """\
# Rules

{table}

The releases are those of Starlette. A code is never used again: where a rule goes, its code goes.
"""


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
    known = found_rules()
    texts = {root / f"docs/rules/{rule.code}.md": page(rule) for rule in known}
    texts[root / "src/asgi_lint/rules/index.py"] = _index_module(known)
    table = _rules_table(known, lambda rule: f"{rule.code}.md")
    texts[root / "docs/rules/index.md"] = _INDEX.format(table=table)
    for name, marker, inserted in (
        ("README.md", "rules", _rules_table(known, lambda rule: f"docs/rules/{rule.code}.md")),
        ("docs/configuration.md", "settings", _settings(KEYS)),
        ("docs/versions.md", "releases", _known_releases()),
        ("docs/behaviour-lab.md", "evidence", _evidence(json.loads(_text(RESULTS) or "{}"))),
    ):
        text = _text(root / name)
        if text is not None and f"<!-- {marker} -->" in text:
            texts[root / name] = _between_markers(text, marker, inserted)
    schema = json.dumps(
        json_schema({rule.code: rule for rule in known}), indent=2, ensure_ascii=False
    )
    texts[root / "docs/configuration.schema.json"] = f"{schema}\n"
    return texts


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _between_markers(text: str, marker: str, inserted: str) -> str:
    """Put `inserted` between `<!-- marker -->` and `<!-- /marker -->`."""
    opening, closing = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    before, _, rest = text.partition(opening)
    _, found, after = rest.partition(closing)
    if not found:
        raise SystemExit(f"{opening} is not closed by {closing}")
    return f"{before}{opening}\n{inserted}\n{closing}{after}"


_INDEX_HEAD = """\
# ruff: noqa: E501
\"\"\"The rules that there are. Written by scripts/generate_docs.py.\"\"\"

from __future__ import annotations

from asgi_lint.diagnostics import Severity
from asgi_lint.rules.rule import Late, Rule

# fmt: off
RULES = (
"""


def _index_module(known: Iterable[Rule]) -> str:
    """The rules as a module that imports none of theirs."""
    lines = [
        line
        for rule in known
        for line in ("    Rule(", *(f"        {each}," for each in _arguments(rule)), "    ),")
    ]
    return "\n".join([f"{_INDEX_HEAD}{lines[0]}", *lines[1:], ")", ""])


def _arguments(rule: Rule) -> Iterator[str]:
    for each in fields(rule):
        value = getattr(rule, each.name)
        if value != each.default and value != {}:
            yield f"{each.name}={_literal(value)}"


def _literal(value: object) -> str:
    """A value as source."""
    match value:
        case Severity():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            items = (f"{_literal(key)}: {_literal(each)}" for key, each in value.items())
            return f"{{{', '.join(items)}}}"
        case Late(module=module, name=name):
            return f"Late({_literal(module)}, {_literal(name)})"
        case _:
            return repr(value)


def _rules_table(known: Iterable[Rule], link: Callable[[Rule], str]) -> str:
    return _table(
        ("Code", "Name", "What it reports", "Severity", "Fix", "Releases"),
        (
            (
                f"[{rule.code}]({link(rule)})",
                rule.name,
                rule.summary.removesuffix("."),
                rule.severity.value,
                _fix(rule),
                _releases(rule),
            )
            for rule in known
        ),
    )


def _fix(rule: Rule) -> str:
    """The applicabilities that the page names under "Fix safety", the surest first."""
    section = page(rule).partition("\n## Fix safety\n")[2].partition("\n## ")[0].lower()
    named = [w for w in ("safe", "unsafe", "advice") if re.search(rf"\b{w}\b", section)]
    return ", ".join(named) or "none"


def _releases(rule: Rule) -> str:
    """The affected releases of the hazard that the rule depends on."""
    if rule.hazard is None or not HAZARDS[rule.hazard].affected:
        return "any"
    return HAZARDS[rule.hazard].releases.removeprefix("Starlette ")


def _settings(keys: Sequence[Key]) -> str:
    """The table of keys, and below it the defaults that are too long for it."""
    table = _table(
        ("Key", "Value", "Default", "Meaning"),
        ((f"`{key.name}`", _value(key), _default(key), key.description) for key in keys),
    )
    lists = (
        f"\n\nThe default of `{key.name}`: {', '.join(f'`{entry}`' for entry in key.default)}."
        for key in keys
        if isinstance(key.default, tuple) and key.default
    )
    return table + "".join(lists)


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


def _evidence(measured: dict[str, Any]) -> str:
    """By hazard, what the runs of the lab saw, and on how many releases."""
    runs = measured.get("runs", [])
    releases = {name: each["release"] for name, each in measured.get("environments", {}).items()}
    days = sorted({run["date"] for run in runs})
    rows = []
    for identifier, of_hazard in groupby(runs, key=lambda run: run["hazard"]):
        seen = [(run["word"], releases[run["environment"]]) for run in of_hazard]
        groups = [[*group] for _, group in groupby(seen, key=lambda each: each[0])]
        words = "<br>".join(
            _seen([release for _, release in group], group[0][0]) for group in groups
        )
        hazard = HAZARDS[identifier]
        rows.append((f"`{identifier}`", hazard.summary, hazard.releases, words))
    table = _table(("Hazard", "What happens", "Affected", "Seen in runs"), rows)
    return f"{len(runs)} runs, made from {days[0]} to {days[-1]}:\n\n{table}" if runs else table


def _seen(releases: Sequence[str], word: str) -> str:
    if len(releases) == 1:
        return f"{releases[0]}: {word}"
    return f"{releases[0]} to {releases[-1]} ({len(releases)} releases): {word}"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(_row(cells) for cells in (header, ("---",) * len(header), *rows))


def _row(cells: Iterable[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


if __name__ == "__main__":
    sys.exit(main())
