"""An endpoint behind a BaseHTTPMiddleware asks whether its client, which leaves, is still there."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse

from bench.client import client
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("never-told",)
UNAFFECTED = ("told",)

marks = Marks()


async def search(request: Any) -> PlainTextResponse:
    marks.add("searching")
    for _ in range(100):
        if await request.is_disconnected():
            marks.add("told")
            return PlainTextResponse("nobody is there")
        await asyncio.sleep(0.02)
    marks.add("never-told")
    return PlainTextResponse("found")


async def pass_on(request: Any, call_next: Any) -> Any:
    return await call_next(request)


app = Starlette()
app.add_route("/", search)
app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)


def observe() -> str:
    with serving(app) as port:
        with client(port) as one:
            one.ask("/")
            marks.wait_for("searching", seconds=5)
        return marks.wait_for("told", "never-told", seconds=10) or "neither"
