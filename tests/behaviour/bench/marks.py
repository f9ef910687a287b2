"""What happened in a program, in its order: the program marks it, the observer waits for it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Marks:
    """The events of one program; written by the server's threads, read by the observer's."""

    def __init__(self) -> None:
        self._made: list[str] = []
        self._changed = threading.Condition()

    def add(self, event: str) -> None:
        """Note that `event` has happened."""
        with self._changed:
            self._made.append(event)
            self._changed.notify_all()

    def wait_for(self, *events: str, seconds: float) -> str | None:
        """The first of `events` that has happened or does so within `seconds`, else None."""
        return self.wait_until(lambda event: event in events, seconds)

    def wait_until(self, is_wanted: Callable[[str], bool], seconds: float) -> str | None:
        """The first event that `is_wanted`, or None if there is none within `seconds`."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for event in self._made:
                    if is_wanted(event):
                        return event
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return None

    def count(self, event: str) -> int:
        """How often `event` has happened so far."""
        with self._changed:
            return self._made.count(event)

    def take(self) -> list[str]:
        """All events so far, which are then forgotten."""
        with self._changed:
            made, self._made = self._made, []
            return made


EVENTS = Marks()
"""The events of the program that is being transcribed."""

mark = EVENTS.add
"""`from bench.marks import mark` is how such a program tells what it does."""
