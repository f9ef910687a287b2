from contextvars import ContextVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark

current_user = ContextVar("current_user", default="anonymous")


class AccessLog(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        mark(f"seen by {current_user.get()}")
        return response


async def orders(request):
    current_user.set(request.headers["authorization"])
    return PlainTextResponse("three orders")


app = Starlette(routes=[Route("/orders", orders)], middleware=[Middleware(AccessLog)])
