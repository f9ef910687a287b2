"""Whatever a file holds: diagnostics, and no failure of our own."""

from __future__ import annotations

import sys
import warnings
from random import Random
from typing import TYPE_CHECKING

import hypothesmith
import pytest
from fixture_projects import FIXTURES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("bounds of memory are POSIX's", allow_module_level=True)

from damage import damaged
from fuzz import failure_of

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [path.read_bytes() for path in sorted(FIXTURES.rglob("*.py"))]
HEAD = """
from fastapi import FastAPI, BackgroundTasks
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse
app = FastAPI()
@app.get("/")
async def index(tasks: BackgroundTasks, request):
    tasks.add_task(print)
    return StreamingResponse(numbers(request))
async def numbers(request):
"""
TAIL = """
    while True:
        try:
            yield await request.body()
        except BaseException:
            pass
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("damaged")
    (made / ".git").mkdir()
    return made


bounded = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=[*HealthCheck]
)


@settings(bounded, max_examples=60)
@given(
    text=st.sampled_from(TEXTS),
    other=st.sampled_from(TEXTS),
    seed=st.integers(0, 2**32),
    number=st.integers(0, 3),
)
def test_damaged_file(folder: Path, text: bytes, other: bytes, seed: int, number: int) -> None:
    assert failure_of(damaged(text, other, Random(seed)), folder, number) == ""


@settings(bounded, max_examples=40)
@given(text=st.sampled_from(TEXTS), place=st.floats(0, 1))
def test_file_that_is_cut(folder: Path, text: bytes, place: float) -> None:
    assert failure_of(text[: int(len(text) * place)], folder, 0) == ""


@settings(bounded, max_examples=12)
@given(source=hypothesmith.from_node(), inside=st.booleans())
def test_valid_file_that_no_one_writes(folder: Path, source: str, *, inside: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lines = "".join(f"    {line}\n" for line in source.splitlines())
        content = f"{HEAD}{lines}{TAIL}" if inside else f"{source}\n{HEAD}{TAIL}"
        assert failure_of(content.encode("utf-8", "surrogatepass"), folder, 0) == ""


@settings(bounded, max_examples=60)
@given(content=st.binary(max_size=200))
def test_any_bytes(folder: Path, content: bytes) -> None:
    assert failure_of(b"import fastapi\n" + content, folder, 0) == ""
