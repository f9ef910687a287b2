"""Which middleware of a project is rewritten, as its diagnostics offer it, and as `--fix` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asgi_driver import Exchange, transcript
from click.testing import CliRunner
from command_line import lay_out

from asgi_lint.cli import main

TIMING = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers.append("x-layer", "timing")
        return response
"""
APP = """\
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from timing import Timing


async def mail(): ...


async def sign_up(request):
    return PlainTextResponse("welcome", background=BackgroundTask(mail))


app = Starlette(routes=[Route("/", sign_up)])
app.add_middleware(Timing)
"""
BODY_READ = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        await request.body()
        return await call_next(request)
"""
SPAN = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        with open(__file__):
            return await call_next(request)
"""
SUBCLASS = """\
from starlette.responses import Response
from timing import Timing


class Slow(Timing):
    answer = Response()
"""
DIRECT_TEST = """\
from starlette.requests import Request
from timing import Timing


async def test_timing():
    await Timing(None).dispatch(Request({}), None)
"""
TWO_LAYERS = """\
from endpoints import routes
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route


class Inner(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers.append("x-layer", "inner")
        return response


class Outer(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path == "/health":
            return PlainTextResponse("well")
        response = await call_next(request)
        response.headers.append("x-layer", "outer")
        return response


async def mail(): ...


async def sign_up(request):
    return PlainTextResponse("welcome", background=BackgroundTask(mail))


app = Starlette(routes=[*routes, Route("/sign-up", sign_up)])
app.add_middleware(Inner)
app.add_middleware(Outer)
"""
ENDPOINTS = Path(__file__).parents[2] / "fixtures" / "pure_asgi" / "endpoints.py"
PROJECT = {"requirements.txt": "starlette==0.20.4\n", "timing.py": TIMING, "app.py": APP}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    return folder


def offered(folder: Path, files: dict[str, str]) -> dict[str, Any]:
    """The fix of the only ASG201."""
    lay_out(folder, {**PROJECT, **files})
    result = CliRunner().invoke(main, ["check", ".", "--select", "ASG201", "--output-format=json"])
    [diagnostic] = json.loads(result.stdout)
    fix: dict[str, Any] = diagnostic["fix"]
    return fix


def test_middleware_is_rewritten_in_its_own_file(project: Path) -> None:
    fix = offered(project, {})
    assert fix["applicability"] == "unsafe"
    assert fix["message"] == "Rewrite `Timing` as a pure ASGI middleware"
    assert {edit["filename"] for edit in fix["edits"]} == {"timing.py"}


def test_message_says_what_lasts_longer(project: Path) -> None:
    message = offered(project, {"timing.py": SPAN})["message"]
    assert message.endswith("; its `with` then lasts until the response is complete")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"timing.py": BODY_READ}, "it reads the request's body"),
        ({"slow.py": SUBCLASS}, "`Slow` derives from it"),
        ({"tests/test_timing.py": DIRECT_TEST}, "`tests/test_timing.py` calls its `dispatch`"),
    ],
)
def test_advice_names_the_reason(project: Path, files: dict[str, str], reason: str) -> None:
    fix = offered(project, files)
    assert fix["applicability"] == "advice"
    assert fix["edits"] == []
    assert fix["message"].endswith(f"`Timing` as a pure ASGI middleware (by hand: {reason})")


def test_function_that_is_imported_elsewhere_stays(project: Path) -> None:
    function = """\
from fastapi import FastAPI

app = FastAPI()


@app.middleware("http")
async def note(request, call_next):
    return await call_next(request)
"""
    uses = """\
from fastapi import BackgroundTasks

from application import app, note


async def mail(): ...


@app.post("/")
async def sign_up(tasks: BackgroundTasks):
    tasks.add_task(mail)
"""
    fix = offered(project, {"application.py": function, "app.py": uses})
    assert fix["message"].endswith("(by hand: `app.py` imports it)")


def test_middleware_of_another_package_stays(project: Path) -> None:
    other = "from starlette_context.middleware import ContextMiddleware as Timing"
    app = APP.replace("from timing import Timing", other)
    fix = offered(project, {"app.py": app})
    assert fix["applicability"] == "advice"
    assert "by hand" not in fix["message"]


def test_all_layers_are_rewritten_one_after_the_other(project: Path) -> None:
    second = TIMING.replace("Timing", "Tracing").replace("timing", "tracing")
    app = APP.replace("Timing\n\n", "Timing\nfrom tracing import Tracing\n\n")
    lay_out(
        project, {**PROJECT, "tracing.py": second, "app.py": f"{app}app.add_middleware(Tracing)\n"}
    )
    arguments = ["check", ".", "--fix", "--unsafe-fixes", "--unfixable", "ASG8"]
    result = CliRunner().invoke(main, arguments)
    assert (project / "requirements.txt").read_text(encoding="utf-8") == "starlette==0.20.4\n"
    assert "ASG201" not in result.stdout
    for name in ("timing.py", "tracing.py"):
        text = (project / name).read_text(encoding="utf-8")
        assert "BaseHTTPMiddleware" not in text
        assert "send_wrapper" in text


def test_layers_of_one_file_are_rewritten(project: Path) -> None:
    endpoints = ENDPOINTS.read_text(encoding="utf-8")
    lay_out(project, {"requirements.txt": "starlette==0.20.4\n", "app.py": TWO_LAYERS})
    CliRunner().invoke(main, ["check", ".", "--fix", "--unsafe-fixes", "--unfixable", "ASG8"])
    after = (project / "app.py").read_text(encoding="utf-8")
    assert "BaseHTTPMiddleware" not in after
    was, now = transcript(TWO_LAYERS, endpoints), transcript(after, endpoints)
    assert [without_end(each) for each in now] == [without_end(each) for each in was]


def without_end(exchange: object) -> object:
    """Of an answer that fails, its end is left out: a BaseHTTPMiddleware ends it properly."""
    if isinstance(exchange, Exchange) and exchange.error:
        exchange.happened = [event for event in exchange.happened if event != "(end)"]
    return exchange
