"""A BaseHTTPMiddleware reads the body, and then the endpoint does."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse

from bench.client import client
from bench.server import serving

AFFECTED = ("never-answers",)
UNAFFECTED = ("answers",)


async def echo(request: Any) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


async def log(request: Any, call_next: Any) -> Any:
    await request.body()
    return await call_next(request)


app = Starlette()
app.add_route("/", echo, methods=["POST"])
app.add_middleware(BaseHTTPMiddleware, dispatch=log)


def observe() -> str:
    with serving(app) as port, client(port, patience=2) as one:
        one.ask("/", "POST", chunks=[b"order"])
        answer = one.read_answer()
    if answer.ending == "silence":
        return "never-answers"
    return "answers" if answer.body == b"order" else "answers-otherwise"
