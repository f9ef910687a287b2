"""A bar on the terminal while a run takes long; where nobody looks there is none."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

_PATIENCE = 1.0
"""Seconds that a run may take without a bar."""

_PAUSE = 0.1
"""Seconds between two drawings."""

_BAR = 30
_TITLE = "asgi-lint: "


@contextmanager
def progress_shown() -> Iterator[None]:
    """Show how far the run is on standard error, if that is a terminal, and erase it at the end.

    It is drawn by what does the work, and not by a thread of its own: processes with several
    threads cannot be forked safely.
    """
    stream = sys.stderr
    if stream is None or not _is_watched(stream):
        yield
        return
    from asgi_lint.progress import heard_by

    bar = Bar(stream)
    try:
        with heard_by(bar.show):
            yield
    finally:
        bar.erase()


def _is_watched(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


@dataclass(slots=True)
class Bar:
    """A line that is drawn over itself, once the run has taken `_PATIENCE`."""

    stream: TextIO
    clock: Callable[[], float] = time.monotonic
    _next: float = field(init=False)
    _shown: int = 0

    def __post_init__(self) -> None:
        self._next = self.clock() + _PATIENCE

    def show(self, what: str, done: int, total: int) -> None:
        """Draw it, if it is time to."""
        now = self.clock()
        if now < self._next:
            return
        self._next = now + _PAUSE
        filled = _BAR * done // max(total, 1)
        text = f"{_TITLE}[{'#' * filled}{' ' * (_BAR - filled)}] {done} of {total} {what}"
        self._write(text[: _columns(self.stream) - 1])

    def erase(self) -> None:
        """Leave the line as if nothing had been drawn."""
        if self._shown:
            self._write("")
            self.stream.write("\r")
            self.stream.flush()

    def _write(self, text: str) -> None:
        self.stream.write(f"\r{text.ljust(self._shown)}")
        self.stream.flush()
        self._shown = len(text)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
