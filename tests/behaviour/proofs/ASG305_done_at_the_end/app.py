import time

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from bench.marks import mark

app = FastAPI()


def answer(words: int):
    try:
        for number in range(words):
            yield f"data: {number}\n\n"
            time.sleep(0.02)
    finally:
        yield "data: [DONE]\n\n"
        mark("released")


@app.get("/chat")
async def chat(words: int) -> StreamingResponse:
    return StreamingResponse(answer(words), media_type="text/event-stream")
