import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


class RequestId(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["X-Request-Id"] = "17"
        return response


async def paint(request):
    mark("painting")
    for _ in range(int(request.query_params.get("strokes", 100))):
        if await request.is_disconnected():
            mark("stopped")
            return PlainTextResponse("nobody waits for it")
        await asyncio.sleep(0.02)
    mark("painted to the end")
    return PlainTextResponse("a picture")


app = Starlette(routes=[Route("/", paint)], middleware=[Middleware(RequestId)])
