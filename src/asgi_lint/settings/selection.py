"""Which rules run: what selectors such as `ASG2` mean, and which of several decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from asgi_lint.suppression import CANNOT_BE_SILENCED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class KnownRule(Protocol):
    """What settings must know of a rule; `asgi_lint.rules.rule.Rule` is one."""

    @property
    def name(self) -> str:
        """The rule's kebab-case name."""

    @property
    def options(self) -> Mapping[str, bool | str]:
        """The rule's own settings with their defaults."""

    @property
    def enabled(self) -> bool:
        """Whether the rule runs by default."""


ALWAYS_SELECTED = CANNOT_BE_SILENCED
"""The rules that no selection switches off."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One entry of a list of codes, as written, and the codes that it stands for.

    `specificity` is 0 for ALL, then grows with the length of the prefix up to the whole code.
    """

    written: str
    codes: frozenset[str]
    specificity: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What one source of settings says; `select` is None where it does not say."""

    select: tuple[Selector, ...] | None = None
    extend_select: tuple[Selector, ...] = ()
    ignore: tuple[Selector, ...] = ()


def parse_selector(written: str, rules: Mapping[str, KnownRule]) -> Selector | None:
    """The meaning of `ASG201`, `ASG2`, `ALL` or a rule's name; None if it has none.

    `rules` maps each code to its rule. Case does not matter.
    """
    entry = written.strip()
    for code, rule in rules.items():
        if rule.name == entry.lower():
            return Selector(written, frozenset({code}), _WHOLE_CODE)
    prefix = entry.upper()
    if prefix == "ALL":
        return Selector(written, frozenset(rules), 0)
    if not _PREFIX.fullmatch(prefix):
        return None
    codes = frozenset(code for code in rules if code.startswith(prefix))
    return Selector(written, codes, len(prefix) - 2) if codes else None


_PREFIX = re.compile(r"ASG[0-9]{0,3}")
_WHOLE_CODE = len("ASG201") - 2


def default_selection(rules: Mapping[str, KnownRule]) -> Selection:
    """The rules that are on by default, as the selection that all others build on."""
    enabled = frozenset(code for code, rule in rules.items() if rule.enabled)
    return Selection(select=(Selector("default", enabled, 0),))


def allows(code: str, on: Iterable[Selector] | None, off: Iterable[Selector]) -> bool:
    """Whether `on` (None for every rule) outdoes `off` for a code, as the more specific one."""
    for_it = -1 if on is not None else 0
    for_it = max((s.specificity for s in on or () if code in s.codes), default=for_it)
    return for_it > max((s.specificity for s in off if code in s.codes), default=-1)


def selected_codes(selections: Iterable[Selection]) -> frozenset[str]:
    """The codes that run, given the selections from the weakest source to the strongest.

    A source with `select` begins anew, and what weaker sources ignore stays ignored unless a
    selector of this source is at least as specific. One without adds to and takes from what the
    weaker sources have selected. Within a source the more specific selector decides; between equals
    `ignore` does.
    """
    selected: frozenset[str] = frozenset()
    ignored_before: tuple[Selector, ...] = ()
    for selection in selections:
        begins_anew = selection.select is not None
        on = (*(selection.select or ()), *selection.extend_select)
        weak_off = ignored_before if begins_anew else ()
        selected = frozenset() if begins_anew else selected
        switched_on, switched_off = _decide(weak_off, on, selection.ignore)
        selected = (selected | switched_on) - switched_off
        ignored_before += selection.ignore
    return selected | ALWAYS_SELECTED


def _decide(
    weak_off: Iterable[Selector], on: Iterable[Selector], off: Iterable[Selector]
) -> tuple[set[str], set[str]]:
    """The codes switched on and off; between equally specific selectors the later group wins."""
    verdicts: dict[str, tuple[int, int]] = {}
    for rank, selectors in enumerate((weak_off, on, off)):
        for selector in selectors:
            for code in selector.codes:
                strongest = verdicts.get(code, (-1, -1))
                verdicts[code] = max(strongest, (selector.specificity, rank))
    switched_on = {code for code, (_, rank) in verdicts.items() if rank == 1}
    return switched_on, verdicts.keys() - switched_on
