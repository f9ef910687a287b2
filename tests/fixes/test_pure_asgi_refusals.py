"""Middleware that is left as it is, since a pure ASGI one would not do the same, and why."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from rewritten import refusals

HEAD = """\
import asyncio
from contextlib import contextmanager
from contextvars import ContextVar

from project import Bag, limits, users, verify
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

user = ContextVar("user")


async def read(request):
    return await request.json()


"""

BODIES = {
    "it never calls `call_next`": "return Response()",
    "it reads the request's body": """
        await request.body()
        return await call_next(request)
    """,
    "it asks whether the client has left": """
        response = await call_next(request)
        if await request.is_disconnected():
            response.headers["x"] = "left"
        return response
    """,
    "it uses `request._receive`": """
        request._receive = None
        return await call_next(request)
    """,
    "it uses `request.extra`, which may need more than the scope": """
        request.extra = 1
        return await call_next(request)
    """,
    "it looks up attributes of `request` by name": """
        getattr(request, limits.name)
        return await call_next(request)
    """,
    "it binds `request` anew": """
        request = Request(request.scope)
        return await call_next(request)
    """,
    "it gives `request` another name": """
        asked = request
        return await call_next(request)
    """,
    "it keeps `request` with `user.set`": """
        user.set(request)
        return await call_next(request)
    """,
    "it keeps `request` in `Bag`": """
        bag = Bag(request)
        await bag.fill()
        return await call_next(request)
    """,
    "it hands `request` to a task or thread": """
        asyncio.create_task(verify(request))
        return await call_next(request)
    """,
    "it hands `request` to `verify`, which may read the body": """
        await verify(request)
        return await call_next(request)
    """,
    "it hands `request` to `users.of`, which may read the body": """
        async with users.of(request):
            return await call_next(request)
    """,
    "it hands `request` to `limits.check`, which may read the body": """
        checking = limits.check(request)
        await checking
        return await call_next(request)
    """,
    "it calls `call_next` in a nested function": """
        async def go():
            return await call_next(request)
        return await go()
    """,
    "it calls `call_next` in a loop": """
        for _ in range(3):
            response = await call_next(request)
        return response
    """,
    "it hands `call_next` to another function": "return await verify(request.url, call_next)",
    "it hands what `call_next` returns to something else": (
        "return await asyncio.wait_for(call_next(request), 5)"
    ),
    "it calls `call_next` with something else than `request`": (
        "return await call_next(Request(request.scope))"
    ),
    "it answers with something else than what `call_next` returns": """
        await call_next(request)
        return Response()
    """,
    "it does not keep what `call_next` returns in a plain name": """
        self.response = await call_next(request)
        return self.response
    """,
    "it does not await `call_next` on a line of its own": """
        if (response := await call_next(request)).status_code == 404:
            return Response()
        return response
    """,
    "it calls `call_next` twice": """
        response = await call_next(request)
        if response.status_code == 503:
            response = await call_next(request)
        return response
    """,
    "it returns another response after `call_next`": """
        response = await call_next(request)
        if response.status_code == 404:
            return JSONResponse({}, 404)
        return response
    """,
    "it replaces the response after `call_next`": """
        response = await call_next(request)
        if response.status_code == 404:
            response = JSONResponse({}, 404)
        return response
    """,
    "it hands the response to something else, which may replace it": """
        response = await call_next(request)
        response = limits.inject(response)
        return response
    """,
    "it hands the response to `limits.count`": """
        response = await call_next(request)
        limits.count(response)
        return response
    """,
    "it works on the body of the response": """
        response = await call_next(request)
        body = [part async for part in response.body_iterator]
        response.headers["content-length"] = str(len(b"".join(body)))
        return response
    """,
    "it changes the background task of the response": """
        response = await call_next(request)
        response.background = None
        return response
    """,
    "it uses `response.media_type`, which the start of a response lacks": """
        response = await call_next(request)
        if response.media_type == "text/html":
            response.headers["x"] = "html"
        return response
    """,
    "it replaces `response.raw_headers` as a whole": """
        response = await call_next(request)
        response.raw_headers = []
        return response
    """,
    "it looks at what kind of response it gets": """
        response = await call_next(request)
        if isinstance(response, JSONResponse):
            response.headers["x"] = "json"
        return response
    """,
    "it raises an error after `call_next`": """
        response = await call_next(request)
        if response.status_code == 404:
            raise LookupError
        return response
    """,
    "it does not return a response on every way": """
        if request.method == "GET":
            return await call_next(request)
    """,
    "it may return no response": """
        if request.method == "GET":
            return None
        return await call_next(request)
    """,
    "it limits the time of `call_next`, which would end long responses": """
        async with asyncio.timeout(5):
            return await call_next(request)
    """,
    "it goes on after the `with` that `call_next` is called in": """
        with limits.timed() as timed:
            response = await call_next(request)
        response.headers["x"] = str(timed)
        return response
    """,
    "it goes on after the `if` that `call_next` is called in": """
        response = Response()
        if request.method == "GET":
            response = await call_next(request)
        response.headers["x"] = "1"
        return response
    """,
    "it calls `call_next` in an `except`": """
        try:
            return await call_next(request)
        except OSError:
            return await call_next(request)
    """,
    "it returns in a `finally`": """
        try:
            response = await call_next(request)
        finally:
            return response
    """,
    "its `finally` uses the response": """
        response = None
        try:
            response = await call_next(request)
        finally:
            limits.count(response)
        return response
    """,
    "it calls `call_next` in nested `try` blocks": """
        try:
            try:
                return await call_next(request)
            finally:
                limits.end()
        except OSError:
            return Response()
    """,
    "it returns a response where its `except` would also catch sending it": """
        try:
            if not request.cookies:
                return Response()
        except Exception:
            return Response()
        return await call_next(request)
    """,
    "it answers in more than one way within a `try` around `call_next`": """
        try:
            if not request.cookies:
                return Response()
            response = await call_next(request)
            response.headers["x"] = "1"
            return response
        except Exception:
            return Response(status_code=500)
    """,
    "it treats the response of an `except` otherwise than the others": """
        try:
            response = await call_next(request)
            response.headers["x"] = "1"
        except Exception:
            response = Response(status_code=500)
        response.headers["y"] = "2"
        return response
    """,
    "it goes on after an `except` without a response": """
        try:
            response = await call_next(request)
        except Exception:
            limits.count()
        return response
    """,
    "it resets a context variable before it is done with the response": """
        token = user.set("x")
        response = await call_next(request)
        user.reset(token)
        response.headers["x"] = "1"
        return response
    """,
    "it uses the name `send` for something else": """
        send = limits.send
        return await call_next(request)
    """,
    "it uses the name `scope` for something else": """
        scope = limits.scope
        return await call_next(request)
    """,
    "it uses `response` elsewhere than after `call_next`": """
        def note():
            limits.count(response.status_code)
        response = await call_next(request)
        return response
    """,
    "it reads `status`, which only the code after `call_next` binds": """
        try:
            response = await call_next(request)
            status = response.status_code
            return response
        finally:
            limits.count(status)
    """,
}


@pytest.mark.parametrize(("reason", "body"), BODIES.items(), ids=range(len(BODIES)))
def test_reason_of_a_body(reason: str, body: str) -> None:
    definition = "    async def dispatch(self, request, call_next):\n"
    text = f"{HEAD}class M(BaseHTTPMiddleware):\n{definition}{indent(dedent(body), ' ' * 8)}\n"
    assert refusals(text) == [reason]


CLASSES = {
    "it reads the request's body": """
        class M(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                await self.parse(request)
                return await call_next(request)

            async def parse(self, asked):
                return await read(asked)
    """,
    "it has other base classes too": """
        class M(Bag, BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "it derives from `limits.Middleware`": """
        class M(limits.Middleware):
            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "it is decorated": """
        class M(BaseHTTPMiddleware):
            @users.known
            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "it has a `__call__` of its own": """
        class M(BaseHTTPMiddleware):
            async def __call__(self, scope, receive, send):
                await super().__call__(scope, receive, send)

            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "its `__init__` hands more than `app` to that of BaseHTTPMiddleware": """
        class M(BaseHTTPMiddleware):
            def __init__(self, app, **options):
                super().__init__(app, **options)

            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "its `__init__` does not call `super().__init__(app)` on a line of its own": """
        class M(BaseHTTPMiddleware):
            def __init__(self, app):
                self.app = app
                self.dispatch_func = self.dispatch

            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "it uses its own `dispatch`": """
        class M(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                return await call_next(request)

            async def test(self):
                await self.dispatch(None, None)
    """,
    "it calls a method of its base class": """
        class M(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                super().note(request)
                return await call_next(request)
    """,
    "it has `__slots__`": """
        class M(BaseHTTPMiddleware):
            __slots__ = ()

            async def dispatch(self, request, call_next):
                return await call_next(request)
    """,
    "it takes other parameters than a request and `call_next`": """
        class M(BaseHTTPMiddleware):
            async def dispatch(self, request, *call_next):
                return await call_next[0](request)
    """,
}


@pytest.mark.parametrize(("reason", "text"), CLASSES.items(), ids=range(len(CLASSES)))
def test_reason_of_a_class(reason: str, text: str) -> None:
    assert refusals(HEAD + dedent(text)) == [reason]


FUNCTIONS = {
    "its name is used elsewhere too": """
        @app.middleware("http")
        async def note(request, call_next):
            return await call_next(request)

        note(None, None)
    """,
    "it has other decorators too": """
        @users.known
        @app.middleware("http")
        async def note(request, call_next):
            return await call_next(request)
    """,
    "it uses the `self` of the method around it": """
        class Server:
            def start(self):
                @self.app.middleware("http")
                async def note(request, call_next):
                    self.count += 1
                    return await call_next(request)
    """,
    "it uses a name that means something else within a class": """
        @app.middleware("http")
        async def note(request, call_next):
            limits.__count()
            return await call_next(request)
    """,
    "it is a generator, or binds names of the function around it": """
        def add(app):
            count = 0

            @app.middleware("http")
            async def note(request, call_next):
                nonlocal count
                count += 1
                return await call_next(request)
    """,
    "the name `NoteMiddleware` is taken": """
        @app.middleware("http")
        async def note(request, call_next):
            return await call_next(request)

        class NoteMiddleware:
            pass
    """,
    "the name `Scope` is taken in its module": """
        class Scope:
            pass

        @app.middleware("http")
        async def note(request: Request, call_next):
            return await call_next(request)
    """,
}


@pytest.mark.parametrize(("reason", "text"), FUNCTIONS.items(), ids=range(len(FUNCTIONS)))
def test_reason_of_a_function(reason: str, text: str) -> None:
    assert refusals(HEAD + dedent(text)) == [reason]


def test_file_that_imports_starlette_only_in_places_gets_no_import() -> None:
    text = """
        def add(app):
            from starlette.middleware.base import BaseHTTPMiddleware

            class M(BaseHTTPMiddleware):
                async def dispatch(self, request, call_next):
                    return await call_next(request)

            app.add_middleware(M)
    """
    assert refusals(dedent(text)) == ["its module imports Starlette only in places"]


@pytest.mark.parametrize(
    "text",
    [
        "async def helper(request, call_next):\n    return await call_next(request)\n",
        "class M:\n    async def dispatch(self, request, call_next):\n        return None\n",
        "def dispatch(request, call_next):\n    return call_next(request)\n",
    ],
)
def test_what_is_no_dispatcher_is_passed_by(text: str) -> None:
    assert refusals(HEAD + text) == []
