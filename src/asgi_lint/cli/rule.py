"""`asgi-lint rule`: print what a rule's page says."""

from __future__ import annotations

import click

from asgi_lint.cli.ending import fail


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--all", "every", is_flag=True, help="Print the pages of all rules.")
def rule(codes: tuple[str, ...], *, every: bool) -> None:
    """Print the page of a rule, by its code or name."""
    from asgi_lint.rules.registry import page, rules

    known = rules()
    if every:
        codes = tuple(known)
    elif not codes:
        fail("Name a rule, such as `asgi-lint rule ASG201`, or say --all.")
    by_name = {each.name: code for code, each in known.items()}
    pages = []
    for code in codes:
        found = known.get(by_name.get(code.lower(), code.upper()))
        if found is None:
            fail(f'There is no rule "{code}".{_suggestion(code, [*known, *by_name])}')
        pages.append(page(found))
    click.echo("\n".join(pages), nl=False)


def _suggestion(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word.upper(), known, n=1) or get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else " `asgi-lint rule --all` prints every rule."
