"""When text is coloured."""

from __future__ import annotations

import io

import pytest

from asgi_lint.reporters.color import use_color


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_use_color(environ: dict[str, str], on_terminal: bool, in_pipe: bool) -> None:
    assert use_color(Terminal(), environ) is on_terminal
    assert use_color(io.StringIO(), environ) is in_pipe
