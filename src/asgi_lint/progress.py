"""How far the long steps of a run are: they tell it here, and whoever shows it listens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Listener = Callable[[str, int, int], None]

_listeners: list[Listener] = []


def report(what: str, done: int, total: int) -> None:
    """Tell that so many of the `total` things (`what`, such as "files") are done.

    The total may grow on the way. It may be called often, and from the thread that does the work.
    """
    if _listeners:
        _listeners[-1](what, done, total)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let `listener` hear what is told meanwhile, and no other."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
