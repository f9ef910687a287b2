"""Middleware that derives from BaseHTTPMiddleware, rewritten as a pure ASGI middleware.

What it takes for granted is what `BaseHTTPMiddleware` promises: `call_next` returns when the
response starts, so what follows it runs then, before the start is sent on.
"""

from __future__ import annotations

from asgi_lint.fixes.pure_asgi.offer import layer_fix
from asgi_lint.fixes.pure_asgi.rewriting import extract

__all__ = ["extract", "layer_fix"]
