import hashlib

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


class Signed(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        digest = hashlib.sha256()
        async for chunk in request.stream():
            digest.update(chunk)
        mark(digest.hexdigest())
        return await call_next(request)


async def order(request):
    return PlainTextResponse(await request.body())


async def health(request):
    return PlainTextResponse("well")


app = Starlette(
    routes=[Route("/", order, methods=["POST"]), Route("/health", health)],
    middleware=[Middleware(Signed)],
)
