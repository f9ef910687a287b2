import asyncio
import time

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route


async def readings(number):
    for each in range(number):
        yield f"reading {each}\n"
        time.sleep(0.1)


async def sensor(request):
    return StreamingResponse(readings(100))


async def short(request):
    return StreamingResponse(readings(3))


async def health(request):
    await asyncio.sleep(0)
    return PlainTextResponse("well")


app = Starlette(routes=[Route("/sensor", sensor), Route("/short", short), Route("/health", health)])
