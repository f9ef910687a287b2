from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


@asynccontextmanager
async def lifespan(app: Starlette):
    app.add_middleware(GZipMiddleware, minimum_size=10)
    yield


async def catalogue(request):
    return PlainTextResponse("kettle " * 100)


app = Starlette(routes=[Route("/", catalogue)], lifespan=lifespan)
