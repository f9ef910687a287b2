"""Spans as numbers stand for the same spans, however long the file and its lines are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out
from hypothesis import example, given
from hypothesis import strategies as st

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.packed import between, pack, start, unpack

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_ROWS = st.integers(1, 2**26) | st.integers(1, 300)
_COLUMNS = st.integers(1, 2**26) | st.integers(1, 100)
_POSITIONS = st.builds(Position, _ROWS, _COLUMNS)
_SPANS = st.tuples(_POSITIONS, _POSITIONS).map(lambda ends: Span(*sorted(ends)))

_LAST = Position(2**20 - 1, 2**13 - 1)
"""The largest row and column that a number of 64 bits holds."""


@given(_SPANS)
@example(Span(_LAST, _LAST))
@example(Span(Position(1, 1), Position(1 + 2**18, 1)))
@example(Span(Position(1, 2**13), Position(1, 2**13)))
def test_number_stands_for_its_span(span: Span) -> None:
    assert unpack(pack(span)) == span
    assert start(pack(span)) == span.start


@given(_SPANS, _SPANS)
def test_number_tells_what_lies_between(one: Span, other: Span) -> None:
    assert between(pack(one), pack(other)) == (*one.end, *other.start)


@given(_SPANS, _SPANS)
def test_numbers_differ_where_spans_do(one: Span, other: Span) -> None:
    assert (pack(one) == pack(other)) == (one == other)


def test_last_span_that_a_cache_holds() -> None:
    assert pack(Span(_LAST, _LAST)) < 2**64
    assert pack(Span(_LAST, Position(_LAST.row, _LAST.column + 1))) >= 2**64


def test_place_in_a_line_that_no_cache_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = f'    note = "{"x" * 9_000}"; '
    text = APPLICATION.replace("    tasks.add_task(", f"{before}tasks.add_task(")
    lay_out(tmp_path, {"main.py": text, "requirements.txt": AFFECTED})
    for other in ("", "import fastapi\n"):  # the second run recalls what was kept of the first
        (tmp_path / "other.py").write_text(other)
        [found] = json.loads(asgi_lint(".", "--select", "ASG201", "--output-format", "json").stdout)
        assert found["location"] == {"row": 20, "column": len(before) + 1}
