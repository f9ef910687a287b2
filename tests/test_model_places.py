"""Rows and columns from a file's bytes to the report, however the file is encoded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from fixture_projects import check_here

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = """\
# -*- coding: utf-8 -*-
from fastapi import FastAPI, Request

größe = "\N{GRINNING FACE}"
app = FastAPI(title="Größe")


@app.middleware("http")
async def log(request, call_next):
\treturn await call_next(request)


@app.get("/")
async def read(request: Request):
\treturn {"größe": größe, "\N{GRINNING FACE}": await request.is_disconnected()}
"""


@pytest.mark.parametrize(
    "data",
    [
        APPLICATION.encode(),
        b"\xef\xbb\xbf" + APPLICATION.encode(),
        APPLICATION.replace("\n", "\r\n").encode(),
        APPLICATION.replace("\n", "\r").encode(),
        APPLICATION.rstrip().encode(),
        APPLICATION.replace("\N{GRINNING FACE}", "ü").replace("utf-8", "latin-1").encode("latin-1"),
    ],
    ids=["UTF-8", "byte order mark", "CRLF", "CR", "no final line ending", "Latin-1"],
)
def test_place_is_the_same_in_every_encoding(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.py").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    [found] = json.loads(check_here("json"))
    assert found["location"] == {"row": 15, "column": 37}
    assert found["end_location"] == {"row": 15, "column": 62}
    assert [step["location"]["row"] for step in found["related"]] == [8, 13]
