from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route


class Shouting(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        parts = (part.upper() async for part in response.body_iterator)
        return StreamingResponse(
            parts,
            status_code=response.status_code,
            headers=dict(response.headers),
        )


async def login(request):
    answer = PlainTextResponse("welcome")
    answer.set_cookie("session", "s1")
    answer.set_cookie("csrf", "c1")
    return answer


async def home(request):
    return PlainTextResponse("welcome", headers={"X-Shop": "kettles"})


app = Starlette(
    routes=[Route("/", home), Route("/login", login)],
    middleware=[Middleware(Shouting)],
)
