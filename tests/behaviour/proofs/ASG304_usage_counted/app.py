import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from bench.marks import mark

app = FastAPI()


async def count(used):
    await asyncio.sleep(0.05)
    mark(f"counted {used}")


async def answer(words: int) -> AsyncIterator[str]:
    used = 0
    try:
        for used in range(1, words + 1):
            yield f"data: {used}\n\n"
            await asyncio.sleep(0.02)
    finally:
        await count("all" if used == words else "some")


@app.get("/chat")
async def chat(words: int) -> StreamingResponse:
    return StreamingResponse(answer(words), media_type="text/event-stream")
