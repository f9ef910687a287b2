"""Drives an ASGI application in process and writes down what it does, in the order it happens."""

from __future__ import annotations

import asyncio
import re
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    Application = Callable[..., Awaitable[None]]

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `headers` and `body` as they are sent."""

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(slots=True)
class Exchange:
    """What came of one request. `happened` are the program's marks between the parts of the answer.

    The parts of a body are joined, since a BaseHTTPMiddleware sends an empty one more.
    """

    asked: Asked
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    error: str = ""
    happened: list[str] = field(default_factory=list)


ASKED = (
    Asked("/"),
    Asked("/", headers=(("x-key", "key"), ("user-agent", "robot"), ("cookie", "visitor=1"))),
    Asked("/?maintenance=1", headers=(("x-user", "ada"), ("x-request-id", "42"))),
    Asked("/health", headers=(("cookie", "greeted=yes; flash=1"),)),
    Asked("/api/health"),
    Asked("/state", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/context", headers=(("x-key", "key"), ("x-tenant", "acme"), ("x-user", "ada"))),
    Asked("/echo", "POST", (("x-key", "key"), ("x-csrf", "a"), ("cookie", "csrf=a")), b"hello"),
    Asked("/echo", "POST", (("x-csrf", "a"), ("cookie", "csrf=b"), ("x-user", "ada")), b"hello"),
    Asked("/echo", "POST", body=b"hello"),
    Asked("/stream", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/breaks-late", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/breaks", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/denies", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/later", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/greets"),
    Asked("/nowhere", headers=(("x-key", "key"), ("x-user", "ada"))),
    Asked("/", "HEAD", (("x-key", "key"), ("x-user", "ada"))),
)
"""Requests that meet most of what a middleware may look at."""


def transcript(program: str, endpoints: str) -> list[Exchange | list[str]]:
    """What a program's `app` does with all of `ASKED`, a WebSocket and its lifespan.

    The program may import `endpoints`, whose text that is, and `mark` of `bench.marks`, which
    writes an event.
    """
    with _loaded(program, endpoints) as (app, marks), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exchanges = [asyncio.run(_http(app, asked, marks)) for asked in ASKED]
        return [*exchanges, asyncio.run(_websocket(app, marks)), asyncio.run(_lifespan(app))]


@contextmanager
def _loaded(program: str, endpoints: str) -> Iterator[tuple[Application, list[str]]]:
    marks: list[str] = []
    package, module = ModuleType("bench"), ModuleType("bench.marks")
    module.mark = marks.append  # type: ignore[attr-defined]
    names = {"bench": package, "bench.marks": module}
    before = {name: sys.modules.get(name) for name in (*names, "endpoints")}
    sys.modules.update(names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sys.modules["endpoints"] = _module("endpoints", endpoints)
            yield _module("program", program).app, marks
    finally:
        for name, old in before.items():
            if old is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = old


def _module(name: str, text: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    return module


async def _http(app: Application, asked: Asked, marks: list[str]) -> Exchange:
    exchange = Exchange(asked)
    done = asyncio.Event()
    parts = [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Mapping[str, Any]:
        if parts:
            return parts.pop()
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: Mapping[str, Any]) -> None:
        exchange.happened += marks
        marks.clear()
        if message["type"] == "http.response.start":
            exchange.happened.append("(start)")
            exchange.status = message["status"]
            exchange.headers = [(n.decode(), _timeless(v)) for n, v in message["headers"]]
        elif message["type"] == "http.response.body":
            exchange.body += message.get("body", b"")
            if not message.get("more_body"):
                exchange.happened.append("(end)")
                done.set()

    path, _, query = asked.path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in (("host", "shop"), *asked.headers)],
        "client": ("192.0.2.1", 1),
        "server": ("shop", 443),
    }
    marks.clear()
    try:
        await asyncio.wait_for(app(scope, receive, send), _SECONDS)
    except Exception as error:  # whatever it is, it is to be the same
        exchange.error = f"{type(error).__name__}: {error}"
    exchange.happened += marks
    return exchange


def _timeless(value: bytes) -> str:
    """A header's value without the moment at which a cookie was deleted."""
    return re.sub(r"expires=[^;]+", "expires=...", value.decode())


async def _websocket(app: Application, marks: list[str]) -> list[str]:
    messages = [{"type": "websocket.receive", "text": "hello"}, {"type": "websocket.connect"}]
    sent: list[str] = []

    async def receive() -> Mapping[str, Any]:
        return messages.pop() if messages else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(f"{message['type']} {message.get('text', '')}")

    scope = {
        "type": "websocket",
        "path": "/talks",
        "raw_path": b"/talks",
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "subprotocols": [],
        "scheme": "wss",
        "server": ("shop", 443),
        "client": ("192.0.2.1", 1),
    }
    marks.clear()
    await asyncio.wait_for(app(scope, receive, send), _SECONDS)
    return sent + marks


async def _lifespan(app: Application) -> list[str]:
    messages = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]
    sent: list[str] = []

    async def receive() -> Mapping[str, Any]:
        return messages.pop()

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message["type"])

    await asyncio.wait_for(app({"type": "lifespan", "state": {}}, receive, send), _SECONDS)
    return sent
