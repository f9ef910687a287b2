import asyncio

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bench.marks import mark


async def ticks():
    try:
        while True:
            yield "tick\n"
            mark("tick")
            await asyncio.sleep(0.02)
    finally:
        mark("stops")


async def stream(request):
    return StreamingResponse(ticks())


app = Starlette(routes=[Route("/", stream)])
