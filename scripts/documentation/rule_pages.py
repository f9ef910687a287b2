"""What the documentation shows of the rules: their pages, their index and the way to them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from asgi_lint.rules.registry import page
from asgi_lint.versions.hazards import HAZARDS
from declared import declared
from hazard_pages import anchor
from markdown_table import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.rules.rule import Rule

_FAMILIES = {
    "0": "Files and comments",
    "1": "Middleware",
    "2": "Background tasks",
    "3": "Streams and disconnects",
    "4": "Request bodies",
    "5": "Dependencies",
    "6": "Lifespan",
    "7": "WebSockets",
    "8": "Requirements",
    "9": "Migration",
}

_CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
_FIXED = re.compile(r'\A(```\w+ title="[^"]*)" fixed$', re.MULTILINE)

_INDEX = """\
# Rules

"Fix" names what a rule may offer: [safe, unsafe or advice](../fixing.md). The releases are those of
Starlette unless FastAPI is named; the [table of hazards](../hazards.md) has the runs behind them. A
rule that is off by default is switched on with `extend-select`. `asgi-lint rule CODE` prints a page
in the terminal. A code is never used again: where a rule goes, its code goes.

{families}
"""


def families() -> Iterator[tuple[str, str, list[Rule]]]:
    """Each family that has rules: its prefix, such as `ASG2`, its title, and the rules."""
    for digit, of_family in groupby(declared().values(), key=lambda rule: rule.code[3]):
        yield f"ASG{digit}", _FAMILIES[digit], list(of_family)


def index() -> str:
    """The page of all rules, a table for each family."""
    sections = (f"## {title}\n\n{_family_table(of_family)}" for _, title, of_family in families())
    return _INDEX.format(families="\n\n".join(sections))


def overview() -> str:
    """One row for each family, whose rules are linked from the top of the repository."""
    return table(
        ("Family", "Rules"),
        (
            (f"**{title}**", "<br>".join(_linked_summary(rule) for rule in of_family))
            for _, title, of_family in families()
        ),
    )


def navigation() -> str:
    """The rules in the site's navigation, by family: what stands in zensical.toml."""
    lines = []
    for prefix, title, of_family in families():
        lines.append(f'  {{ "{title} ({prefix})" = [')
        lines += [
            f'    {{ "{rule.code} {rule.name}" = "rules/{rule.code}.md" }},' for rule in of_family
        ]
        lines.append("  ] },")
    return "\n".join(lines)


def site_page(rule: Rule) -> str:
    """The page of a rule as the site shows it.

    What the rule itself knows stands below the title, other rules are linked, and a block that is
    marked `fixed` says so in its title, since Markdown has no place for the word.
    """
    title, _, rest = page(rule).partition("\n")
    parts = _CODE.split(rest)
    parts[::2] = [_with_links(prose, rule) for prose in parts[::2]]
    parts[1::2] = [_FIXED.sub(r'\1 (fixed)"', code) for code in parts[1::2]]
    return f"{title}\n\n{_facts(rule)}\n{''.join(parts)}"


def _facts(rule: Rule) -> str:
    default = "on by default" if rule.enabled else "off by default"
    severity = rule.severity.value.capitalize()
    return f"{severity}, {default} · fix: {fix(rule)} · {_affected(rule)}"


def _affected(rule: Rule) -> str:
    if rule.hazard is None:
        return "any release"
    hazard = HAZARDS[rule.hazard]
    return f"{hazard.releases} ([as measured](../hazards.md#{anchor(hazard)}))"


def _with_links(prose: str, rule: Rule) -> str:
    """Codes of other rules that stand in plain text, linked."""

    def link(found: re.Match[str]) -> str:
        code = found[0]
        return f"[{code}]({code}.md)" if code in declared() and code != rule.code else code

    return re.sub(r"(?<![\w\[/])ASG\d{3}(?![\w\]])", link, prose)


def _family_table(of_family: list[Rule]) -> str:
    return table(
        ("Code", "What it reports", "Severity", "Fix", "Releases"),
        (
            (
                f"[{rule.code}]({rule.code}.md)",
                f"**{rule.name}**<br>{rule.summary.removesuffix('.')}",
                rule.severity.value + ("" if rule.enabled else ", off by default"),
                fix(rule),
                releases(rule),
            )
            for rule in of_family
        ),
    )


def _linked_summary(rule: Rule) -> str:
    return f"[{rule.code}](docs/rules/{rule.code}.md) {rule.summary.removesuffix('.')}"


def fix(rule: Rule) -> str:
    """The applicabilities that the page names under "Fix safety", the surest first."""
    section = page(rule).partition("\n## Fix safety\n")[2].partition("\n## ")[0].lower()
    named = [w for w in ("safe", "unsafe", "advice") if re.search(rf"\b{w}\b", section)]
    return ", ".join(named) or "none"


def releases(rule: Rule) -> str:
    """The affected releases of the hazard that the rule depends on."""
    if rule.hazard is None or not HAZARDS[rule.hazard].affected:
        return "any"
    return HAZARDS[rule.hazard].releases.removeprefix("Starlette ")
