"""An endless stream; the client leaves in the middle of it."""

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

AFFECTED = ("goes-on",)
UNAFFECTED = ("stops",)

marks = Marks()


async def ticks() -> AsyncIterator[str]:
    try:
        while True:
            yield "tick\n"
            marks.add("tick")
            await asyncio.sleep(0.02)
    finally:
        marks.add("stops")


async def stream(request: Any) -> StreamingResponse:
    return StreamingResponse(ticks())


app = Starlette()
app.add_route("/", stream)


def observe() -> str:
    with serving(app) as port:
        leave_after(b"tick", port, "/")
        if marks.wait_for("stops", seconds=2):
            return "stops"
        marks.take()
        return (marks.wait_for("tick", seconds=2) and "goes-on") or "waits"
