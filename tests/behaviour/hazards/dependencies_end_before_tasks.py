"""A background task uses what a dependency with yield gave out, and one an uploaded file."""

from collections.abc import AsyncIterator

from fastapi import BackgroundTasks, Depends, FastAPI, File, UploadFile

from bench.client import client
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("closed",)
UNAFFECTED = ("open",)

BODY = (
    b'--limit\r\nContent-Disposition: form-data; name="file"; filename="order.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\none kettle\r\n--limit--\r\n"
)

marks = Marks()


class Session:
    def __init__(self) -> None:
        self.is_open = True


async def session() -> AsyncIterator[Session]:
    opened = Session()
    yield opened
    opened.is_open = False


def use_session(given: Session) -> None:
    marks.add("session open" if given.is_open else "session closed")


async def use_file(file: UploadFile) -> None:
    try:
        await file.read()
    except ValueError:
        marks.add("file closed")
    else:
        marks.add("file open")


app = FastAPI()


@app.get("/order")
async def order(tasks: BackgroundTasks, given: Session = Depends(session)) -> dict[str, str]:
    tasks.add_task(use_session, given)
    return {}


@app.post("/upload")
async def upload(tasks: BackgroundTasks, file: UploadFile = File(...)) -> dict[str, str]:
    tasks.add_task(use_file, file)
    return {}


def observe() -> str:
    with serving(app) as port:
        with client(port) as one:
            one.ask("/order")
            one.read_answer()
        with client(port) as one:
            kind = ("Content-Type", "multipart/form-data; boundary=limit")
            one.ask("/upload", "POST", [kind], [BODY])
            one.read_answer()
        marks.wait_for("file closed", "file open", seconds=5)
        states = {event.partition(" ")[2] for event in marks.take()}
    return " and ".join(sorted(states))
