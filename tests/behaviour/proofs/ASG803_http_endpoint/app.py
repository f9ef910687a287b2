from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class Account(HTTPEndpoint):
    async def get(self, request):
        return PlainTextResponse("balance")

    async def erase(self, request):
        return PlainTextResponse("erased")


app = Starlette(routes=[Route("/", Account)])
