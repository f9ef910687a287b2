"""What a dispatcher hands its request and `call_next` to is looked at, however it declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, diagnostics, lay_out

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """\
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

Onward = Callable[[Request], Any]


class Inner(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await self.first({given})

    async def first(self, {parameters}):
        await request.form()
        return await self.second(request, onward)

    async def second(self, request, onward):
        return await onward(request)


app = FastAPI()
app.add_middleware(Inner)
"""


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        ("request, onward", "request, call_next"),
        ("request: Request, onward: Callable[[Request], Any]", "request, call_next"),
        ("request: Request, onward: 'RequestResponseEndpoint'", "request, call_next"),
        ("request: Request, onward: Onward", "request, call_next"),
        ("request: Request, onward: Any = None", "request, call_next"),
        ("request, onward: object, started: float", "request, call_next, 0.0"),
    ],
)
def test_a_read_between_the_two(
    parameters: str, given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = SOURCE.format(parameters=parameters, given=given)
    lay_out(tmp_path, {"main.py": source, "requirements.txt": AFFECTED})

    found = diagnostics("main.py", "--select", "ASG113")

    assert [each["location"]["row"] for each in found] == [15]
