"""A stream that catches every exception in its loop; the client leaves in the middle of it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import StreamingResponse

from bench.client import leave_after
from bench.marks import Marks
from bench.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFFECTED = ("goes-on", "spins")
UNAFFECTED = ("stops",)

PAUSE = 0.05

marks = Marks()


async def ticks() -> AsyncIterator[str]:
    while True:
        with contextlib.suppress(BaseException):
            yield "tick\n"
            marks.add("tick")
            await asyncio.sleep(PAUSE)


async def stream(request: Any) -> StreamingResponse:
    return StreamingResponse(ticks())


app = Starlette()
app.add_route("/", stream)


def observe() -> str:
    with serving(app) as port:
        leave_after(b"tick", port, "/")
        marks.wait_for("never", seconds=0.5)  # long enough for the disconnect to be noticed
        marks.take()
        marks.wait_for("never", seconds=1)
        ticks_in_a_second = marks.count("tick")
        if not ticks_in_a_second:
            return "stops"
        return "spins" if ticks_in_a_second > 3 / PAUSE else "goes-on"
