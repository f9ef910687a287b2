from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

prices = {}


class Language:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        request = Request(scope)
        scope["language"] = request.headers.get("accept-language", "en")
        await self.app(scope, receive, send)


@asynccontextmanager
async def lifespan(app):
    prices["kettle"] = "20"
    yield


async def price(request):
    return PlainTextResponse(prices.get("kettle", "no prices"))


async def language(request):
    return PlainTextResponse(request.scope["language"])


app = Starlette(
    routes=[Route("/price", price), Route("/language", language)],
    middleware=[Middleware(Language)],
    lifespan=lifespan,
)
