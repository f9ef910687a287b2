"""The way between our places and an editor's, for all texts."""

from __future__ import annotations

from editor import applied
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from asgi_lint.diagnostics import Position, Span
from asgi_lint.server.positions import Positions, Units
from asgi_lint.source import Source

LINES = st.lists(st.sampled_from(["", "a", "if x:", "é\U0001f389ß", "\x0c", "\u2028y"]), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    end = draw(ENDS)
    return end.join(draw(LINES)) + (end if draw(st.booleans()) else "")


@given(before=texts(), after=texts(), units=st.sampled_from(Units))
def test_edits_make_the_other_text(before: str, after: str, units: Units) -> None:
    edits = [*Positions(Source("/a.py", before), units).edits(after)]
    assert applied(before, edits, units.value) == after


@given(text=texts(), units=st.sampled_from(Units), data=st.data())
def test_places_come_back(text: str, units: Units, data: st.DataObject) -> None:
    positions = Positions(Source("/a.py", text), units)
    row = data.draw(st.integers(1, len(positions.source.lines)))
    column = data.draw(st.integers(1, len(positions.source.line(row)) + 1))
    span = Span(Position(row, 1), Position(row, column))
    assert positions.span(positions.range(span)) == span


def test_equal_texts_need_no_edit() -> None:
    assert [*Positions(Source("/a.py", "x\n"), Units.UTF_16).edits("x\n")] == []


def test_edit_is_of_the_changed_lines_alone() -> None:
    positions = Positions(Source("/a.py", "a\nb\nc\n"), Units.UTF_16)
    [edit] = positions.edits("a\nB\nc\n")
    assert edit == types.TextEdit(types.Range(types.Position(1, 0), types.Position(2, 0)), "B\n")


def test_place_within_a_character_is_before_it() -> None:
    positions = Positions(Source("/a.py", "\U0001f389b"), Units.UTF_16)
    assert positions.position(types.Position(0, 1)) == Position(1, 1)
    assert positions.position(types.Position(0, 2)) == Position(1, 2)
    assert positions.position(types.Position(0, 99)) == Position(1, 3)
