import asyncio

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route


async def frames():
    while True:
        yield b"frame\n"


async def countdown():
    for number in (3, 2, 1):
        yield f"{number}\n"
        await asyncio.sleep(0)


async def camera(request):
    return StreamingResponse(frames())


async def launch(request):
    return StreamingResponse(countdown())


async def health(request):
    return PlainTextResponse("well")


app = Starlette(
    routes=[Route("/camera", camera), Route("/launch", launch), Route("/health", health)]
)
