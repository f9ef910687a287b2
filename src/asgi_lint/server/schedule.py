"""When to check: soon after the last of several changes, and never twice at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Check = Callable[[frozenset[str], bool], Awaitable[None]]

QUIET_SECONDS = 0.01
"""How long nothing must change before a check, so that what an editor does at once is one change.

What changes during a check is gathered for the next one, so typing does not pile up.
"""


@dataclass(slots=True)
class Schedule:
    """Gathers changes and checks them together; `check` takes the filenames that changed.

    Its second argument says whether to look at the disk again. It lives in an event loop.
    """

    check: Check
    _changed: set[str] = field(default_factory=set)
    _rescan: bool = False
    _due: float = 0.0
    _task: asyncio.Task[None] | None = None
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)
    _running: list[asyncio.Future[None]] = field(default_factory=list)

    def note(self, filename: str | None = None, *, rescan: bool = False) -> None:
        """Something has changed: a document, or with `rescan` the disk."""
        if filename is not None:
            self._changed.add(filename)
        self._rescan |= rescan
        loop = asyncio.get_running_loop()
        self._due = loop.time() + QUIET_SECONDS
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._work())

    async def settled(self) -> None:
        """Wait until all that has changed up to now is checked."""
        if self._task is None or self._task.done():
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        is_pending = bool(self._changed) or self._rescan
        (self._waiting if is_pending else self._running).append(done)
        await done

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._changed or self._rescan:
            while (left := self._due - loop.time()) > 0:
                await asyncio.sleep(left)
            changed, rescan = frozenset(self._changed), self._rescan
            self._changed.clear()
            self._rescan = False
            self._running, self._waiting = self._waiting, []
            try:
                await self.check(changed, rescan)
            finally:
                for each in self._running:
                    if not each.done():
                        each.set_result(None)
                self._running = []
