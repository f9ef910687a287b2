import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bench.marks import mark

slots = asyncio.Semaphore(1)


def release() -> None:
    slots.release()
    mark("released")


async def words() -> AsyncIterator[bytes]:
    await slots.acquire()
    try:
        yield b"word "
        raise ConnectionError("the model is gone")
    finally:
        release()


async def chat(request: Request) -> Response:
    return StreamingResponse(words())


app = Starlette(routes=[Route("/", chat)])
