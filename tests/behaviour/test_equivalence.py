"""Two programs are compared by what a client and the programs themselves can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.equivalence import Request, assert_equivalent, differences, transcripts

if TYPE_CHECKING:
    from conftest import OnRelease

PROGRAM = """
import asyncio

from bench.marks import mark
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, StreamingResponse


async def send_mail():
    mark("mail")


async def home(request):
    return PlainTextResponse("welcome", background=BackgroundTask(send_mail))


async def echo(request):
    return PlainTextResponse(await request.body())


async def broken(request):
    raise ValueError


async def ticks():
    try:
        while True:
            yield "tick"
            await asyncio.sleep(0.01)
    finally:
        mark("closed")


async def stream(request):
    return StreamingResponse(ticks())


{middleware}


app = Starlette()
app.add_route("/", home)
app.add_route("/echo", echo, methods=["POST"])
app.add_route("/broken", broken)
app.add_route("/stream", stream)
app.add_middleware(Named)
"""

BASE = """
from starlette.middleware.base import BaseHTTPMiddleware


class Named(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        mark("before")
        response = await call_next(request)
        response.headers["X-Name"] = "shop"
        return response
"""

PURE = """
class Named:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def send_named(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-name", b"shop")]
            await send(message)

        if scope["type"] == "http":
            mark("before")
        await self.app(scope, receive, send_named)
"""

REQUESTS = (
    Request("/"),
    Request("/echo", "POST", headers=(("Content-Type", "text/plain"),), body=("a", "b")),
    Request("/broken"),
    Request("/missing"),
    Request("/stream", leaves_after=0),
)


def test_middleware_of_two_kinds_that_do_the_same(on_release: OnRelease) -> None:
    before, after = (PROGRAM.format(middleware=each) for each in (BASE, PURE))
    assert_equivalent(before, after, REQUESTS, on_release("starlette", "0.21.0"))


CHANGES = (
    ('b"shop"', 'b"store"', "GET /: headers"),
    ('mark("before")', "pass", "GET /: events"),
    ('scope["type"] == "http"', 'scope["path"] != "/missing"', "GET /missing: events"),
    ("PlainTextResponse(await", 'PlainTextResponse(b"!" + await', "POST /echo: body"),
    ('mark("closed")', 'await asyncio.sleep(0); mark("closed")', "GET /stream: events"),
    ("app = Starlette()", "app = Starlet()", "failure"),
)


def test_differences_are_named(on_release: OnRelease) -> None:
    before = PROGRAM.format(middleware=PURE)
    changed = [before.replace(old, new) for old, new, _ in CHANGES]
    assert before not in changed
    first, *others = transcripts([before, *changed], REQUESTS, on_release("starlette", "0.21.0"))
    for (*_, expected), other in zip(CHANGES, others, strict=True):
        assert [line for line in differences(first, other) if line.startswith(expected)]
    assert list(differences(first, first)) == []


def test_programs_that_fail_alike_are_not_equivalent(on_release: OnRelease) -> None:
    with pytest.raises(AssertionError, match="AttributeError"):
        assert_equivalent("", "", REQUESTS, on_release("starlette", "0.21.0"))
