"""Classes of other packages that a configuration says something about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, lay_out, reported

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE = APPLICATION.replace(
    "from starlette.middleware.base import BaseHTTPMiddleware", "from company.web import Base"
)
IMPORTED = ELSEWHERE.replace("(BaseHTTPMiddleware)", "(Base)")
REGISTERED = ELSEWHERE.replace("(BaseHTTPMiddleware)", "").replace("(Timing)", "(Base)")
STREAM = """\
from fastapi import FastAPI
from company.web import Rows

app = FastAPI()


async def rows():
    try:
        async for row in select():
            yield row
    finally:
        await close()


@app.get("/")
async def download():
    return Rows(rows())
"""
HELD = """\
from company.storage import lease
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def parts(blob):
    async for part in blob.parts():
        yield part


@app.get("/")
async def download():
    async with lease("report") as blob:
        # what it gives is given back when the function returns
        return StreamingResponse(parts(blob))
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("text", [IMPORTED, REGISTERED], ids=["derived", "registered"])
def test_base_http_middleware(project: Path, text: str) -> None:
    lay_out(project, {"main.py": text})
    assert TASK not in reported(".")
    lay_out(project, {"asgi-lint.toml": 'base-http-middleware = ["company.web.Base"]\n'})
    assert reported(".") == [TASK, PIN]


def test_asgi_middleware_is_known_then(project: Path) -> None:
    lay_out(project, {"main.py": REGISTERED.replace("Base", "Guard")})
    assert "? kind not known" in asgi_lint("graph").stdout
    lay_out(project, {"asgi-lint.toml": 'asgi-middleware = ["company.web.Guard"]\n'})
    outcome = asgi_lint("graph")
    assert "Guard" in outcome.stdout
    assert "? kind not known" not in outcome.stdout


def test_streaming_responses(project: Path) -> None:
    lay_out(project, {"main.py": STREAM, "requirements.txt": "starlette==0.36.0\nfastapi\n"})
    assert reported(".") == []
    lay_out(project, {"asgi-lint.toml": 'streaming-responses = ["company.web.Rows"]\n'})
    assert reported(".") == ["main.py:12 ASG304"]


def test_resource_managers(project: Path) -> None:
    lay_out(project, {"main.py": HELD, "requirements.txt": "fastapi==0.115.0\n"})
    assert reported(".") == []
    lay_out(project, {"asgi-lint.toml": 'resource-managers = ["company.storage.lease"]\n'})
    assert reported(".") == ["main.py:17 ASG308"]


def test_name_that_is_none_is_told(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'asgi-middleware = ["Guard"]\n'})
    line = asgi_lint(".").stderr
    assert line.endswith(
        'asgi-lint.toml:1:20: asgi-middleware: "Guard" is no dotted name, such as '
        '"shop.middleware.Timing".\n'
    )
