import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bench.marks import mark


class Model(httpx.AsyncByteStream):
    async def __aiter__(self):
        yield b"weights"

    async def aclose(self):
        mark("closed")


def upstream(request):
    status = 200 if request.url.path == "/models/small" else 404
    return httpx.Response(status, stream=Model())


client = httpx.AsyncClient(base_url="http://inference", transport=httpx.MockTransport(upstream))


async def download(request):
    name = request.path_params["name"]
    answer = await client.send(client.build_request("GET", f"/models/{name}"), stream=True)
    if answer.status_code != 200:
        raise HTTPException(502)
    return StreamingResponse(answer.aiter_raw(), background=BackgroundTask(answer.aclose))


app = Starlette(routes=[Route("/models/{name}", download)])
