from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

LOGS = Path(__file__).parent / "logs"


async def lines(path: Path) -> AsyncIterator[str]:
    if not path.exists():
        raise HTTPException(404)
    for line in path.read_text("utf-8").splitlines(keepends=True):
        yield line


async def log(request: Request) -> Response:
    return StreamingResponse(lines(LOGS / request.path_params["name"]))


app = Starlette(routes=[Route("/{name}", log)])
