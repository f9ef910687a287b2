import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

sizes: list[int] = []


async def note_size(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    chunks = response.body_iterator

    async def counted() -> AsyncIterator[bytes]:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            yield chunk
        sizes.append(size)

    response.body_iterator = counted()
    return response


async def ticks() -> AsyncIterator[bytes]:
    while True:
        yield b"tick\n"
        await asyncio.sleep(0.1)


async def clock(request: Request) -> Response:
    return StreamingResponse(ticks())


app = Starlette(
    routes=[Route("/", clock)],
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=note_size)],
)
