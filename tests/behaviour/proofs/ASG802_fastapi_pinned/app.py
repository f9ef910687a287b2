import asyncio

from fastapi import BackgroundTasks, FastAPI

from bench.marks import mark

app = FastAPI()


@app.middleware("http")
async def timing(request, call_next):
    response = await call_next(request)
    response.headers["X-Timed"] = "yes"
    return response


async def send_mail():
    try:
        await asyncio.sleep(0.5)
    except asyncio.CancelledError:
        mark("cancelled")
        raise
    mark("completed")


@app.get("/")
async def sign_up(tasks: BackgroundTasks):
    tasks.add_task(send_mail)
    return "welcome"
