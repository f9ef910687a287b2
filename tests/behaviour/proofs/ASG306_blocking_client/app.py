import subprocess
import sys

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

app = FastAPI()
PROGRAM = """
import time
for number in range({lines}):
    time.sleep({pause})
    print("line", number, flush=True)
"""


async def log(lines: int, pause: float):
    program = PROGRAM.format(lines=lines, pause=pause)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    for line in process.stdout:
        yield line
    process.wait()


@app.get("/log")
async def follow(lines: int, pause: float) -> StreamingResponse:
    return StreamingResponse(log(lines, pause), media_type="text/plain")


@app.get("/health")
async def health() -> PlainTextResponse:
    return PlainTextResponse("well")
