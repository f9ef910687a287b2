from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def no_sniff(request, call_next):
    response = await call_next(request)
    response.headers["X-Content-Type-Options"] = "nosniff"


async def home(request):
    return PlainTextResponse("welcome")


app = Starlette(
    routes=[Route("/", home)],
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=no_sniff)],
)
