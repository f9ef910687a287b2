import asyncio

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

seen = []


class Log(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        body = await request.body()
        seen.append(body)

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        request._receive = receive
        return await call_next(request)


async def export(request):
    order = await request.body()

    async def lines():
        for number in range(3):
            yield f"{number} {order.decode()}\n"
            await asyncio.sleep(0.02)

    return StreamingResponse(lines())


async def last(request):
    return PlainTextResponse(seen[-1])


app = Starlette(
    routes=[Route("/export", export, methods=["POST"]), Route("/last", last, methods=["GET"])],
    middleware=[Middleware(Log)],
)
