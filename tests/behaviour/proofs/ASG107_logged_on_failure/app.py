from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bench.marks import mark


class LogFailures(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        if response.status_code >= 400:
            body = await request.body()
            mark(f"failed: {body.decode()}")
        return response


async def order(request):
    item = await request.body()
    return PlainTextResponse(item, status_code=200 if item == b"kettle" else 422)


app = Starlette(
    routes=[Route("/", order, methods=["POST"])],
    middleware=[Middleware(LogFailures)],
)
