"""`asgi-lint rule` shows a page to people, and gives programs what they can read."""

from __future__ import annotations

import json
import os
from contextlib import closing

import pytest
from command_line import asgi_lint

from asgi_lint.rules.registry import page, rules


def test_terminal_gets_text() -> None:
    if os.name != "posix":
        pytest.skip("needs a terminal of POSIX")
    from terminal import COLUMNS, Terminal

    with closing(Terminal("rule", "ASG201")) as terminal:
        assert terminal.finish() == 0
    first, _, second, *rest = terminal.shown.split("\n")
    assert first == "base-middleware-cancels-background-tasks (ASG201)"
    assert second == "What it reports"
    assert COLUMNS - 10 < max(len(line) for line in rest if not line.startswith("    ")) <= COLUMNS


def test_markdown_is_what_others_get() -> None:
    assert asgi_lint("rule", "ASG201") == asgi_lint("rule", "ASG201", "--output-format", "markdown")


def test_json() -> None:
    outcome = asgi_lint("rule", "ASG802", "asg201", "--output-format", "json")
    second, first = json.loads(outcome.stdout)
    assert (first["code"], second["code"]) == ("ASG201", "ASG802")
    assert first["explanation"] == page(rules()["ASG201"])
    assert set(first) == {
        "code", "name", "summary", "severity", "enabled", "url", "explanation",
    }  # fmt: skip
    every = json.loads(asgi_lint("rule", "--all", "--output-format", "json").stdout)
    assert [each["code"] for each in every] == [*rules()]
