"""`asgi-lint rule`: print what a rule's page says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from asgi_lint.cli.ending import fail
from asgi_lint.cli.printing import uses_color, write
from asgi_lint.cli.words import RULE, Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.rules.rule import Rule

_WIDEST = 100
"""The terminal cells of a line that is still read well."""


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...", type=RULE)
@click.option("--all", "every", is_flag=True, help="Print the pages of all rules.")
@click.option(
    "--output-format",
    type=Choice(["text", "markdown", "json"]),
    help="Default: text on a terminal, else markdown.",
)
def rule(codes: tuple[str, ...], output_format: str | None, *, every: bool) -> None:
    """Print the page of a rule, by its code or name."""
    chosen = _chosen(codes, every=every)
    if output_format is None:
        is_terminal = sys.stdout is not None and sys.stdout.isatty()
        output_format = "text" if is_terminal else "markdown"
    match output_format:
        case "text":
            color = uses_color()
            write(_text(chosen, color=color), None, for_people=True, color=color)
        case "json":
            write(_json(chosen), None, for_people=False, color=False)
        case _:
            from asgi_lint.rules.registry import page

            click.echo("\n".join(map(page, chosen)), nl=False)


def _chosen(codes: Sequence[str], *, every: bool) -> list[Rule]:
    """The rules that are asked for; ends the run where there is none of that name."""
    from asgi_lint.rules.registry import rules
    from asgi_lint.suggestions import closest

    known = rules()
    if every:
        return [*known.values()]
    if not codes:
        fail("Name a rule, such as `asgi-lint rule ASG201`, or say --all.")
    by_name = {each.name: code for code, each in known.items()}
    chosen = []
    for code in codes:
        found = known.get(by_name.get(code.lower(), code.upper()))
        if found is None:
            near = closest(code, (*known, *by_name))
            hint = f"Did you mean {near}?" if near else "`asgi-lint rule --all` prints every rule."
            fail(f'There is no rule "{code}". {hint}')
        chosen.append(found)
    return chosen


def _text(chosen: Sequence[Rule], *, color: bool) -> str:
    from shutil import get_terminal_size

    from asgi_lint.reporters.color import painter
    from asgi_lint.reporters.page import render
    from asgi_lint.rules.registry import page

    width = min(get_terminal_size().columns, _WIDEST)
    return "\n".join(render(page(each), width, painter(color=color)) for each in chosen)


def _json(chosen: Sequence[Rule]) -> str:
    import json

    from asgi_lint.rules.registry import page

    listed = [
        {
            "code": each.code,
            "name": each.name,
            "summary": each.summary,
            "severity": each.severity.value,
            "enabled": each.enabled,
            "url": each.url,
            "explanation": page(each),
        }
        for each in chosen
    ]
    return f"{json.dumps(listed, indent=2, ensure_ascii=False)}\n"
