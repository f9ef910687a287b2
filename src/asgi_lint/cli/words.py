"""The words that options and arguments take, and how a shell completes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


if TYPE_CHECKING:
    _Type = click.ParamType[str]
else:  # which is not generic before click 8.4
    _Type = click.ParamType


class _Word(_Type):
    """Any word; `complete` gives what may become of one that is not finished."""

    def __init__(self, name: str, complete: Callable[[str], Iterator[CompletionItem[str]]]) -> None:
        self.name = name
        self._complete = complete

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem[str]]:
        return list(self._complete(incomplete))


class Choice(click.Choice[str]):
    """One of some words; for another one the error has what was probably meant."""

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:
        """Click's sentence and ours."""
        from asgi_lint.suggestions import closest

        near = closest(str(value), self.choices)
        suggestion = f" Did you mean '{near}'?" if near else ""
        return f"{super().get_invalid_choice_message(value, ctx)}{suggestion}"


def _files(incomplete: str) -> Iterator[CompletionItem[str]]:
    yield CompletionItem(incomplete, type="file")


def _rules(incomplete: str) -> Iterator[CompletionItem[str]]:
    """Codes, and names where the word cannot be a code."""
    from asgi_lint.rules.registry import rules

    start = incomplete.lower()
    known = rules().values()
    codes = [(rule.code, rule) for rule in known if rule.code.lower().startswith(start)]
    names = [(rule.name, rule) for rule in known if rule.name.startswith(start)]
    for word, rule in codes or names:
        yield CompletionItem(word, help=rule.summary)


def _rule_list(incomplete: str) -> Iterator[CompletionItem[str]]:
    """The same for the last part of a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    for item in _rules(last):
        yield CompletionItem(f"{before}{comma}{item.value}", help=item.help)


def _formats(incomplete: str) -> Iterator[CompletionItem[str]]:
    from asgi_lint.settings.keys import OUTPUT_FORMATS

    for name in OUTPUT_FORMATS:
        if name.startswith(incomplete):
            yield CompletionItem(name)


FILE = _Word("file", _files)
RULE = _Word("code", _rules)
RULES = _Word("codes", _rule_list)
FORMAT = _Word("format", _formats)
