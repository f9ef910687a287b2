"""A BaseHTTPMiddleware calls call_next once more where the first answer does not please it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse

from bench.client import get
from bench.server import serving

AFFECTED = ("status-500",)
UNAFFECTED = ("status-200",)

attempts: list[str] = []


async def flaky(request: Any) -> PlainTextResponse:
    attempts.append("attempt")
    return PlainTextResponse("stock", status_code=503 if len(attempts) == 1 else 200)


async def retry(request: Any, call_next: Any) -> Any:
    response = await call_next(request)
    if response.status_code == 503:
        response = await call_next(request)
    return response


app = Starlette()
app.add_route("/", flaky)
app.add_middleware(BaseHTTPMiddleware, dispatch=retry)


def observe() -> str:
    with serving(app) as port:
        answer = get(port, "/", patience=3)
    return f"status-{answer.status}" if len(attempts) == 2 else "called-once"
