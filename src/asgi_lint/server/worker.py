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


class Worker:
    """Runs one piece of work after the other.

    Garbage is looked for in pauses, since looking takes as long as a check does; and what a first
    check has brought into memory, such as the facts of all files, is not looked at again.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asgi-lint")
        self._pending = 0
        self._uncollected = 0
        self._is_frozen = False

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """What a piece of work gives, once it is its turn."""
        gc.disable()
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._pending -= 1
            self._uncollected += 1
            if not self._pending or self._uncollected > _MOST_UNCOLLECTED:
                self._uncollected = 0
                self._threads.submit(self._collect)

    def _collect(self) -> None:
        gc.collect()
        if not self._is_frozen:
            self._is_frozen = True
            gc.freeze()
