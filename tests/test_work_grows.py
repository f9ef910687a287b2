"""A file of twice the size makes twice the work: what is quadratic takes hours in a generated file.

Work is counted in calls, for each function of ours by itself, so that nothing else on the machine
matters.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import AFFECTED, lay_out

import asgi_lint
from asgi_lint.pipeline import run
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings, overridden

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from asgi_lint.settings import Settings

OURS = Path(asgi_lint.__file__).parent.as_posix()
FEW, TIMES = 8, 5
HEAD = """\
from fastapi import APIRouter, BackgroundTasks, FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse

app = FastAPI()


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


app.add_middleware(Timing)
"""


def branches(count: int) -> str:
    chain = "".join(
        f"        elif request.url.path == '/{number}':\n            await note({number})\n"
        for number in range(count)
    )
    return (
        "class Other(BaseHTTPMiddleware):\n"
        "    async def dispatch(self, request, call_next):\n"
        "        if request.url.path == '/':\n            pass\n"
        f"{chain}        return await call_next(request)\n\n\napp.add_middleware(Other)\n"
    )


def middlewares(count: int) -> str:
    return "".join(
        f"class Layer{number}(BaseHTTPMiddleware):\n"
        "    async def dispatch(self, request, call_next):\n"
        "        return await call_next(request)\n\n\n"
        f"app.add_middleware(Layer{number})\n"
        for number in range(count)
    )


def streams(count: int) -> str:
    return "".join(
        f"async def numbers{number}():\n    while True:\n        yield {number}\n\n\n"
        f"@app.get('/{number}')\nasync def get{number}():\n"
        f"    return StreamingResponse(numbers{number}())\n\n\n"
        for number in range(count)
    )


def routers(count: int) -> str:
    return "".join(
        f"router{number} = APIRouter()\n\n\n"
        f"@router{number}.post('/{number}')\nasync def post{number}(tasks: BackgroundTasks):\n"
        f"    tasks.add_task(print)\n\n\napp.include_router(router{number})\n"
        for number in range(count)
    )


@pytest.mark.parametrize("lines", [branches, middlewares, streams, routers])
def test_work_grows_with_the_size_of_a_file(tmp_path: Path, lines: Callable[[int], str]) -> None:
    calls_in(tmp_path / "first", HEAD)  # what is made once is made now
    few = calls_in(tmp_path / "few", HEAD + lines(FEW))
    many = calls_in(tmp_path / "many", HEAD + lines(TIMES * FEW))
    assert few
    grown = {
        each: (few[each], count)
        for each, count in many.items()
        if count > 1.5 * TIMES * few[each] + TIMES * FEW
    }
    assert grown == {}


def calls_in(folder: Path, text: str) -> Counter[str]:
    """How often each function of ours is entered while a project of one file is checked."""
    lay_out(folder, {"main.py": text, "requirements.txt": AFFECTED})
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(OURS):
            calls[f"{frame.f_code.co_filename}: {frame.f_code.co_name}"] += 1

    def settings_for(path: str) -> Settings:
        given = {"cache": False, "jobs": 1}
        return overridden(load_settings(path, rules()), given, rules(), folder.as_posix())

    before = sys.getprofile()
    threading.setprofile(count)
    sys.setprofile(count)
    try:
        found = run([folder.as_posix()], settings_for)
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    assert not found.crashes
    return calls
