"""A large file behind a BaseHTTPMiddleware; the client leaves after its first bytes."""

from __future__ import annotations

from typing import Any

from starlette.middleware.base import BaseHTTPMiddleware

from hazards.file_response_ignores_disconnect import app, observe

__all__ = ["observe"]

AFFECTED = ("reads-all",)
UNAFFECTED = ("stops", "gets-stuck")


async def pass_on(request: Any, call_next: Any) -> Any:
    return await call_next(request)


app.add_middleware(BaseHTTPMiddleware, dispatch=pass_on)
