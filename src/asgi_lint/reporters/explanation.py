"""What there is to say about a diagnostic besides its message, where only plain text can be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic


def explanation(diagnostic: Diagnostic, base: Path) -> Iterator[str]:
    """The steps of the trace with their places, and what to do, each as one line."""
    for number, step in enumerate(diagnostic.trace, 1):
        row, column = step.place.span.start
        path = shown_path(step.place.filename, base)
        yield f"{number}. {_flat(step.message)}: {path}:{row}:{column}"
    if diagnostic.fix is not None:
        yield f"Help: {_flat(diagnostic.fix.message)}"


def _flat(text: str) -> str:
    return " ".join(text.split())
