"""The one thread in which a session works, while the editor's messages are read in another."""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")
_MOST_UNCOLLECTED = 20
"""Pieces of work after which garbage is collected even if there is no pause."""

_PAUSE_SECONDS = 1.0


class Worker:
    """Runs one piece of work after the other.

    Garbage is looked for in pauses, since looking takes as long as a check does; and what a first
    check has brought into memory, such as the facts of all files, is not looked at again.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
        self._uncollected = 0
        self._is_frozen = False
        self._pause: asyncio.TimerHandle | None = None

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """What a piece of work gives, once it is its turn."""
        gc.disable()
        loop = asyncio.get_running_loop()
        if self._pause is not None:
            self._pause.cancel()
        try:
            return await loop.run_in_executor(self._threads, work)
        finally:
            self._uncollected += 1
            is_due = self._uncollected > _MOST_UNCOLLECTED
            self._pause = loop.call_later(0 if is_due else _PAUSE_SECONDS, self._collect)

    def _collect(self) -> None:
        self._uncollected = 0
        self._threads.submit(self._collected)

    def _collected(self) -> None:
        gc.collect()
        if not self._is_frozen:
            self._is_frozen = True
            gc.freeze()
