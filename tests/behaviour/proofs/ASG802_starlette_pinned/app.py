import asyncio

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
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


async def sign_up(request):
    return PlainTextResponse("welcome", background=BackgroundTask(send_mail))


app = Starlette(routes=[Route("/", sign_up)], middleware=[Middleware(Timing)])
