"""`asgi-lint server` as a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from command_line import asgi_lint, python

if TYPE_CHECKING:
    import pytest


def test_without_its_packages_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    outcome = asgi_lint("server")
    expected = "asgi-lint: error: The language server needs another package: "
    assert outcome == (2, "", f"{expected}pip install asgi-lint[lsp]\n")


def test_ends_when_the_editor_has_gone() -> None:
    outcome = python("-m", "asgi_lint", "server")
    assert outcome.stdout == ""
    assert "Traceback" not in outcome.stderr
