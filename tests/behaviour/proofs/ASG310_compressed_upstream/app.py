import gzip

import httpx
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

TEXT = b"kettle " * 100


def upstream(request):
    if request.url.path == "/plain":
        return httpx.Response(200, content=TEXT, headers={"x-shop": "kettles"})
    return httpx.Response(200, content=gzip.compress(TEXT), headers={"content-encoding": "gzip"})


client = httpx.AsyncClient(base_url="http://shop", transport=httpx.MockTransport(upstream))


async def catalogue(request):
    answer = await client.get(f"/{request.path_params['name']}")
    return Response(answer.content, answer.status_code, headers=dict(answer.headers))


app = Starlette(routes=[Route("/{name}", catalogue)])
