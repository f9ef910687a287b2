"""Which of several selectors decides whether a rule runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.settings.selection import (
    Selection,
    Selector,
    default_selection,
    parse_selector,
    selected_codes,
)


@dataclass(frozen=True)
class Rule:
    name: str
    enabled: bool = True
    options: dict[str, bool | str] = field(default_factory=dict)


RULES = {
    "ASG001": Rule("unreadable-file"),
    "ASG002": Rule("invalid-syntax"),
    "ASG201": Rule("tasks-cancelled"),
    "ASG204": Rule("task-never-runs"),
    "ASG211": Rule("task-shares-session", enabled=False),
    "ASG301": Rule("endless-stream"),
}
ALWAYS = {"ASG001", "ASG002"}


def selectors(*written: str) -> tuple[Selector, ...]:
    parsed = tuple(parse_selector(entry, RULES) for entry in written)
    return tuple(selector for selector in parsed if selector is not None)


def selection(select: str | None = None, extend_select: str = "", ignore: str = "") -> Selection:
    return Selection(
        None if select is None else selectors(*select.split()),
        selectors(*extend_select.split()),
        selectors(*ignore.split()),
    )


def selected(*selections: Selection) -> set[str]:
    return set(selected_codes([default_selection(RULES), *selections])) - ALWAYS


@pytest.mark.parametrize(
    ("written", "codes", "specificity"),
    [
        ("ALL", set(RULES), 0),
        ("ASG", set(RULES), 1),
        ("asg2", {"ASG201", "ASG204", "ASG211"}, 2),
        ("ASG20", {"ASG201", "ASG204"}, 3),
        (" ASG201 ", {"ASG201"}, 4),
        ("Endless-Stream", {"ASG301"}, 4),
    ],
)
def test_what_a_selector_stands_for(written: str, codes: set[str], specificity: int) -> None:
    assert parse_selector(written, RULES) == Selector(written, frozenset(codes), specificity)


@pytest.mark.parametrize(
    "written", ["", "A", "ASG9", "ASG2011", "ASG202", "F401", "stream", "ASG²"]
)
def test_what_is_no_selector(written: str) -> None:
    assert parse_selector(written, RULES) is None


@pytest.mark.parametrize(
    ("selections", "expected"),
    [
        ([], "ASG201 ASG204 ASG301"),
        ([selection(select="ASG2")], "ASG201 ASG204 ASG211"),
        ([selection(select="")], ""),
        ([selection(extend_select="ASG211")], "ASG201 ASG204 ASG211 ASG301"),
        ([selection(ignore="ASG2")], "ASG301"),
        ([selection(select="ALL", ignore="ASG2")], "ASG301"),
        ([selection(select="ASG201", ignore="ASG2")], "ASG201"),
        ([selection(select="ASG2", ignore="ASG201")], "ASG204 ASG211"),
        ([selection(select="ASG2", ignore="ASG2")], ""),
        ([selection(select="ASG2", ignore="ASG20", extend_select="ASG204")], "ASG204 ASG211"),
        ([selection(ignore="ASG2", extend_select="tasks-cancelled")], "ASG201 ASG301"),
    ],
)
def test_one_source(selections: list[Selection], expected: str) -> None:
    assert selected(*selections) == set(expected.split())


@pytest.mark.parametrize(
    ("file", "command_line", "expected"),
    [
        (selection(select="ASG3"), selection(select="ASG2"), "ASG201 ASG204 ASG211"),
        (selection(extend_select="ASG211"), selection(select="ASG201"), "ASG201"),
        (selection(select="ASG201"), selection(ignore="ASG2"), ""),
        (selection(select="ASG3"), selection(extend_select="ASG201"), "ASG201 ASG301"),
        (selection(ignore="ASG201"), selection(select="ASG2"), "ASG204 ASG211"),
        (selection(ignore="ASG201"), selection(select="ASG201"), "ASG201"),
        (selection(ignore="ASG2"), selection(select="ASG2"), "ASG201 ASG204 ASG211"),
        (selection(ignore="ASG201"), selection(extend_select="ASG201"), "ASG201 ASG204 ASG301"),
        (selection(ignore="ASG201"), selection(ignore="ASG3"), "ASG204"),
    ],
)
def test_the_command_line_over_a_file(
    file: Selection, command_line: Selection, expected: str
) -> None:
    assert selected(file, command_line) == set(expected.split())


WRITTEN = st.sampled_from(["ALL", "ASG", "ASG2", "ASG20", "ASG201", "ASG3", "ASG0", "ASG002"])
LISTS = st.lists(WRITTEN, max_size=3).map(lambda written: selectors(*written))
SELECTIONS = st.builds(Selection, st.none() | LISTS, LISTS, LISTS)


@given(st.lists(SELECTIONS, max_size=3))
def test_what_was_not_checked_is_always_reported(selections: list[Selection]) -> None:
    assert selected_codes(selections) >= ALWAYS


@given(LISTS, LISTS, LISTS)
def test_one_source_decides_by_the_most_specific_selector(
    select: tuple[Selector, ...], extend: tuple[Selector, ...], ignore: tuple[Selector, ...]
) -> None:
    def strength(code: str, *lists: tuple[Selector, ...]) -> int:
        return max((s.specificity for some in lists for s in some if code in s.codes), default=-1)

    expected = {c for c in RULES if strength(c, select, extend) > strength(c, ignore)}
    assert selected(Selection(select, extend, ignore)) == expected - ALWAYS


@given(SELECTIONS, LISTS, LISTS)
def test_the_order_within_a_list_does_not_matter(
    file: Selection, some: tuple[Selector, ...], ignore: tuple[Selector, ...]
) -> None:
    forwards = selected(file, Selection(some, (), ignore))
    assert forwards == selected(file, Selection(some[::-1], (), ignore[::-1]))


@given(SELECTIONS, LISTS)
def test_what_the_strongest_source_ignores_is_off(
    file: Selection, ignore: tuple[Selector, ...]
) -> None:
    off = {code for selector in ignore for code in selector.codes}
    assert not selected(file, Selection(ignore=ignore)) & off
