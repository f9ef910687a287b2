"""Signals that would end the run are kept back until what must not be cut short is done."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@contextmanager
def signals_kept_back() -> Iterator[Callable[[], bool]]:
    """Keep back Ctrl-C, SIGTERM and SIGHUP; the first that came is raised when the block ends.

    Gives a function that says whether one has come. Only the main thread can keep signals back;
    in another one nothing is done.
    """
    arrived: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {each: signal.getsignal(each) for each in _ENDING}
    for each, handler in before.items():
        # None: the handler is not Python's. Ignored signals stay ignored, as nohup wants it.
        if handler not in (None, signal.SIG_IGN):
            signal.signal(each, lambda number, _frame: arrived.append(number))
    try:
        yield lambda: bool(arrived)
    finally:
        for each, handler in before.items():
            if handler is not None:
                signal.signal(each, handler)
        if arrived:
            signal.raise_signal(arrived[0])
