"""A dependency with yield adds a background task when it ends."""

from collections.abc import AsyncIterator

from fastapi import BackgroundTasks, Depends, FastAPI

from bench.client import get
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("lost",)
UNAFFECTED = ("runs",)

marks = Marks()


async def report() -> None:
    marks.add("runs")


async def session(tasks: BackgroundTasks) -> AsyncIterator[str]:
    yield "session"
    tasks.add_task(report)
    marks.add("added")


app = FastAPI()


@app.get("/")
async def order(given: str = Depends(session)) -> dict[str, str]:
    return {}


def observe() -> str:
    with serving(app) as port:
        get(port, "/")
        if not marks.wait_for("added", seconds=3):
            return "never-added"
        return marks.wait_for("runs", seconds=1) or "lost"
