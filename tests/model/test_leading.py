"""A background task is found behind whatever name the function that adds it is called by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, diagnostics, lay_out

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
from fastapi import BackgroundTasks, FastAPI
from starlette.middleware.base import BaseHTTPMiddleware


def notify():
    pass


def greet(tasks: BackgroundTasks):
    tasks.add_task(notify)


HANDLERS = {"greet": greet}
app = FastAPI()
app.add_middleware(BaseHTTPMiddleware, dispatch=notify)


@app.post("/")
async def sign_up(tasks: BackgroundTasks):
"""


@pytest.mark.parametrize(
    "body",
    [
        "greet(tasks)",
        "say = greet\n    say(tasks)",
        "say = HANDLERS['greet']\n    say(tasks)",
        "HANDLERS['greet'](tasks)",
        "for say in (greet,):\n        say(tasks)",
    ],
)
def test_a_task_behind_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    monkeypatch.chdir(tmp_path)
    lay_out(tmp_path, {"main.py": f"{HEAD}    {body}\n", "requirements.txt": AFFECTED})
    found = diagnostics("main.py", "--select", "ASG201")
    assert [each["code"] for each in found] == ["ASG201"]
