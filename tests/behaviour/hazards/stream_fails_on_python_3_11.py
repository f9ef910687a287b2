"""A short stream, on Python 3.11 or newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import StreamingResponse

from bench.client import get
from bench.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFFECTED = ("status-500",)
UNAFFECTED = ("status-200",)


async def lines() -> AsyncIterator[str]:
    yield "one\n"
    yield "two\n"


async def stream(request: Any) -> StreamingResponse:
    return StreamingResponse(lines())


app = Starlette()
app.add_route("/", stream)


def observe() -> str:
    with serving(app) as port:
        return f"status-{get(port, '/').status}"
