"""A middleware gives the request a `_receive` that only repeats the body; the endpoint streams."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse

from bench.client import client
from bench.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFFECTED = ("cut-short", "never-answers")
UNAFFECTED = ("complete",)


async def lines() -> AsyncIterator[str]:
    for number in range(5):
        yield f"[{number}]"
        await asyncio.sleep(0.02)


async def export(request: Any) -> StreamingResponse:
    await request.body()
    return StreamingResponse(lines())


async def log(request: Any, call_next: Any) -> Any:
    body = await request.body()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    request._receive = receive
    return await call_next(request)


app = Starlette()
app.add_route("/", export, methods=["POST"])
app.add_middleware(BaseHTTPMiddleware, dispatch=log)


def observe() -> str:
    with serving(app) as port, client(port, patience=3) as one:
        one.ask("/", "POST", chunks=[b"order"])
        answer = one.read_answer()
    if answer.ending == "silence":
        return "never-answers"
    return "complete" if answer.body == b"[0][1][2][3][4]" else "cut-short"
