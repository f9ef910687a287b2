"""A stream whose clean-up awaits; the client leaves in the middle of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import StreamingResponse

from bench.client import leave_after
from bench.marks import Marks
from bench.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFFECTED = ("cut",)
UNAFFECTED = ("cleaned-up", "not-reached")

marks = Marks()


async def ticks() -> AsyncIterator[str]:
    try:
        while True:
            yield "tick\n"
            await asyncio.sleep(0.02)
    finally:
        try:
            await asyncio.sleep(0.1)
            marks.add("cleaned-up")
        except BaseException:
            marks.add("cut")
            raise


async def stream(request: Any) -> StreamingResponse:
    return StreamingResponse(ticks())


app = Starlette()
app.add_route("/", stream)


def observe() -> str:
    with serving(app) as port:
        leave_after(b"tick", port, "/")
        return marks.wait_for("cleaned-up", "cut", seconds=3) or "not-reached"
