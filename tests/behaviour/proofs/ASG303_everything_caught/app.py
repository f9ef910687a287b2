import asyncio

from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bench.marks import mark


async def events():
    number = 0
    while True:
        try:
            yield f"data: {number}\n\n"
            number += 1
            mark("event")
            await asyncio.sleep(0.05)
        except BaseException:
            mark("client left")


async def short_events():
    for number in range(3):
        yield f"data: {number}\n\n"
        await asyncio.sleep(0)


async def subscribe(request):
    return StreamingResponse(events(), media_type="text/event-stream")


async def replay(request):
    return StreamingResponse(short_events(), media_type="text/event-stream")


app = Starlette(routes=[Route("/events", subscribe), Route("/replay", replay)])
