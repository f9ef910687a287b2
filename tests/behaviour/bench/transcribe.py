"""Runs programs under the server, asks each the same, and writes down all that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.client import client
from bench.marks import EVENTS
from bench.programs import loaded
from bench.requests import Exchange, Transcript
from bench.server import ServerStartError, serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bench.requests import Request

_RETURN_SECONDS = 5.0
_RETURNS = "application returns"
_RAISES = "application raises "


def transcript(program: Path, requests: Iterable[Request]) -> Transcript:
    """What the `app` of the module at `program` does with `requests`, one after the other."""
    EVENTS.take()
    try:
        with loaded(program) as module:
            return _served(module.app, requests)
    except ServerStartError:
        return Transcript(failure="the server did not start", start=tuple(EVENTS.take()))
    except Exception as error:
        return Transcript(failure=f"{type(error).__name__}: {error}")


def _served(app: Any, requests: Iterable[Request]) -> Transcript:
    with serving(_Recorded(app), lifespan="auto") as port:
        start = tuple(EVENTS.take())
        exchanges = tuple(_exchange(port, request) for request in requests)
    return Transcript(start=start, exchanges=exchanges, end=tuple(EVENTS.take()))


class _Recorded:
    """The application, as the server sees it, with what it sends and how it ends as events."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def recorded(message: Any) -> None:
            if message["type"] == "http.response.start":
                EVENTS.add("answer starts")
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                EVENTS.add("answer ends")

        try:
            await self._app(scope, receive, recorded)
        except BaseException as error:
            EVENTS.add(_RAISES + " and ".join(_names(error)))
            raise
        EVENTS.add(_RETURNS)


def _exchange(port: int, request: Request) -> Exchange:
    with client(port) as one:
        chunks = [chunk.encode("latin-1") for chunk in request.body]
        one.ask(request.path, request.method, request.headers, chunks)
        answer = one.read_answer(request.leaves_after)
        if request.leaves_after is not None:
            one.leave()
        events = tuple(_events_until_the_application_is_done())
    return Exchange(
        request=request,
        status=answer.status,
        headers=answer.headers,
        body=answer.body.decode("latin-1"),
        ending=answer.ending,
        events=events,
    )


def _events_until_the_application_is_done() -> list[str]:
    if EVENTS.wait_until(lambda event: event.startswith((_RETURNS, _RAISES)), _RETURN_SECONDS):
        return EVENTS.take()
    return [*EVENTS.take(), "application goes on"]


def _names(error: BaseException) -> Iterator[str]:
    """The class of an exception, or those in a group."""
    inner = getattr(error, "exceptions", None)
    if inner is None:
        yield type(error).__name__
        return
    for each in inner:
        yield from _names(each)
