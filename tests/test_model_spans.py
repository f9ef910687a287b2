"""Columns are those of characters, in a line of any length."""

from __future__ import annotations

import ast

import pytest

from asgi_lint.model.spans import Spans


@pytest.mark.parametrize("times", [1, 2_000])
@pytest.mark.parametrize("letter", ["a", "é", "日", "\N{GRINNING FACE}"])
def test_columns_count_characters(letter: str, times: int) -> None:
    text = f"first = 1\nx = '{letter * times}' + here; y = ('{letter}', there)\n"
    spans = Spans(text)
    line = text.split("\n")[1]
    names = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name) and len(n.id) > 1]
    for name in names[1:]:
        start, end = spans(name)
        assert line[start.column - 1 : end.column - 1] == name.id
    assert len(names) == 3
