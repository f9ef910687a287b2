"""Programs that several tests of the language server open."""

STREAM = """\
import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def ticks():
    while True:
        try:
            yield "tick"
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            print("stopped")


@app.get("/")
async def index():
    return StreamingResponse(ticks())
"""
"""ASG303 in row 14, whose fix is safe."""
