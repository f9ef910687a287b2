import asyncio
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bench.marks import mark

slots = asyncio.Semaphore(1)


def release() -> None:
    slots.release()
    mark("released")


async def words() -> AsyncIterator[bytes]:
    yield b"word "
    raise ConnectionError("the model is gone")


async def chat(request: Request) -> Response:
    await slots.acquire()
    return StreamingResponse(words(), background=BackgroundTask(release))


app = Starlette(routes=[Route("/", chat)])
