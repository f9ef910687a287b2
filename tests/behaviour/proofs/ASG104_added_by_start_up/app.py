from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse


@asynccontextmanager
async def lifespan(app: Starlette):
    app.add_middleware(GZipMiddleware, minimum_size=10)
    yield


app = Starlette(lifespan=lifespan)


async def catalogue(request):
    return PlainTextResponse("kettle " * 100)


app.add_route("/", catalogue)
