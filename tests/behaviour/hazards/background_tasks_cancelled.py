"""A background task behind a BaseHTTPMiddleware; the client closes after the whole response."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse

from bench.client import leave_after
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("cancelled",)
UNAFFECTED = ("completed",)

marks = Marks()


async def send_mail() -> None:
    try:
        await asyncio.sleep(0.5)
    except asyncio.CancelledError:
        marks.add("cancelled")
        raise
    marks.add("completed")


async def sign_up(request: Any) -> PlainTextResponse:
    return PlainTextResponse("welcome", background=BackgroundTask(send_mail))


async def pass_on(request: Any, call_next: Any) -> Any:
    return await call_next(request)


app = Starlette()
app.add_route("/", sign_up)
app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)


def observe() -> str:
    with serving(app) as port:
        leave_after(b"welcome", port, "/")
        return marks.wait_for("completed", "cancelled", seconds=5) or "neither"
