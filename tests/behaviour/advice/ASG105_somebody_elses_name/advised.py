import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


class Greeting(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        user = request.headers.get("x-user", "nobody")
        response = await call_next(request)
        response.headers["x-greeting"] = f"Hello {user}"
        return response


async def index(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("pause", "0")))
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", index)], middleware=[Middleware(Greeting)])
