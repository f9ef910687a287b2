"""Edits and texts of every kind: places count characters, whatever these are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.diagnostics import Applicability, Edit, Fix, Place, Position, Span
from asgi_lint.fixes.edits import EditError, edited, side_by_side

if TYPE_CHECKING:
    from random import Random

PIECES = ["x", "é", "日", "\U0001f512", "\t", "\x0c", "\u2028", " ", "#", "\n", "\r\n", "\r"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


class Stretch(NamedTuple):
    """A stretch of a text, by offsets, and what it becomes."""

    start: int
    end: int
    content: str


def position(text: str, offset: int) -> Position:
    """Counted anew, in a way of its own: the lines before, and what the last one of them has."""
    lines = re.split(r"\r\n|\r|\n", text[:offset])
    return Position(len(lines), len(lines[-1]) + 1)


def span(text: str, start: int, end: int) -> Span:
    return Span(position(text, start), position(text, end))


def edit(text: str, stretch: Stretch, filename: str = "/main.py") -> Edit:
    return Edit(Place(filename, span(text, stretch.start, stretch.end)), stretch.content)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[str, list[Stretch]]:
    """A text and stretches of it that do not overlap, none of which is empty where another ends."""
    text = draw(TEXTS)
    # Between the two characters of a line end there is no place.
    places = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n"]
    chosen = sorted(draw(st.sets(st.sampled_from(places), max_size=8)))
    pairs = zip(chosen[::2], chosen[1::2], strict=False)
    return text, [Stretch(start, end, draw(TEXTS)) for start, end in pairs]


@given(stretches(), st.randoms(use_true_random=False))
def test_edits_in_any_order_replace_just_their_stretches(
    given_: tuple[str, list[Stretch]], random: Random
) -> None:
    text, parts = given_
    expected, done = "", 0
    for start, end, content in parts:
        expected += text[done:start] + content
        done = end
    edits = [edit(text, part) for part in parts]
    random.shuffle(edits)
    assert edited(text, edits) == expected + text[done:]


@given(TEXTS, TEXTS)
def test_insertions_at_one_place_keep_their_order(text: str, content: str) -> None:
    insertions = [edit(text, Stretch(0, 0, each)) for each in (content, "second", "third")]
    assert edited(text, insertions) == f"{content}secondthird{text}"


def test_row_after_the_last_is_the_end_of_the_text() -> None:
    whole_last_line = Edit(Place("/main.py", Span(Position(2, 1), Position(3, 1))), "")
    assert edited("first\nlast", [whole_last_line]) == "first\n"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ((1, 0), (1, 1)),
        ((0, 1), (1, 1)),
        ((1, 1), (1, 7)),
        ((1, 1), (3, 2)),
        ((4, 1), (4, 1)),
        ((1, 3), (1, 2)),
    ],
)
def test_edit_outside_the_text_is_refused(start: tuple[int, int], end: tuple[int, int]) -> None:
    outside = Edit(Place("/main.py", Span(Position(*start), Position(*end))), "")
    with pytest.raises(EditError, match="not within the file"):
        edited("first\nlast", [outside])


@given(stretches())
def test_overlap_is_refused(given_: tuple[str, list[Stretch]]) -> None:
    text, parts = given_
    edits = [edit(text, part) for part in parts]
    for part in parts:
        with pytest.raises(EditError, match="overlaps"):
            edited(text, [*edits, edit(text, part)])


# --- side by side ---------------------------------------------------------------------------------

CODE = "import time\n\nfirst(second(third))\n"


def fix(*parts: tuple[str, str], filename: str = "/main.py") -> Fix:
    """A fix that replaces words of CODE; "" for the start of row 2."""
    edits = []
    for word, content in parts:
        start = CODE.index(word) if word else CODE.index("\n") + 1
        edits.append(edit(CODE, Stretch(start, start + len(word), content), filename))
    return Fix(Applicability.SAFE, "Change it", tuple(edits))


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (fix(("third", "3")), True),
        (fix(("first", "1")), True),  # the very same
        (fix(("first", "one")), False),
        (fix(("third", "3"), ("first", "one")), False),
        (fix(("third", "3"), ("first", "1")), True),  # a replacement that both want
        (fix(("(second", "(2")), False),  # it touches
        (fix(("first", "one"), filename="/other.py"), True),
        (fix(("irs", "IRS")), False),
        (fix(("first(second", "12")), False),
    ],
)
def test_second_fix_beside_a_first(other: Fix, *, fits: bool) -> None:
    assert side_by_side([fix(("first", "1")), other]) == [True, fits]


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("import anyio\n", "import anyio\n", True),
        ("import anyio\r\n", "import anyio\r\n", True),
        ("import anyio\n", "import asyncio\n", False),
        ("await ", "await ", False),
    ],
)
def test_insertion_at_one_place(one: str, other: str, *, fits: bool) -> None:
    fixes = [fix(("", one), ("first", "1")), fix(("", other), ("third", "3"))]
    assert side_by_side(fixes) == [True, fits]


def test_same_bracket_is_not_one_for_two_fixes() -> None:
    opening = Stretch(CODE.index("first"), CODE.index("first"), "(")
    fixes = [
        Fix(Applicability.SAFE, "Wrap", (edit(CODE, opening), edit(CODE, Stretch(end, end, ")"))))
        for end in (CODE.index("(second"), len(CODE) - 1)
    ]
    assert side_by_side(fixes) == [True, False]


@given(st.lists(stretches().map(lambda each: each[1]), max_size=6))
def test_fixes_taken_together_never_overlap(groups: list[list[Stretch]]) -> None:
    text = "x" * 40
    fixes = [Fix(Applicability.SAFE, "", tuple(edit(text, p) for p in parts)) for parts in groups]
    taken = [each for each, fits in zip(fixes, side_by_side(fixes), strict=True) if fits]
    edits = dict.fromkeys(each for fix_ in taken for each in fix_.edits)
    result = edited(text, edits)
    removed = sum(e.place.span.end.column - e.place.span.start.column for e in edits)
    assert len(result) == 40 - removed + sum(len(each.content) for each in edits)
