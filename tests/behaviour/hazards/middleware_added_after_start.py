"""Middleware is added by an endpoint, when the application has long started."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse

from bench.client import get
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("RuntimeError",)
UNAFFECTED = ("added",)

marks = Marks()


class Quiet:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


async def switch_on(request: Any) -> PlainTextResponse:
    try:
        app.add_middleware(Quiet)
    except Exception as error:
        marks.add(type(error).__name__)
        raise
    marks.add("added")
    return PlainTextResponse("on")


app = Starlette()
app.add_route("/", switch_on)


def observe() -> str:
    with serving(app) as port:
        get(port, "/")
        return marks.take()[0]
