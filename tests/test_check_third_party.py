from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgi_lint.model.third_party.exports import (
    BASE_HTTP_MIDDLEWARE,
    Export,
    Factory,
    Middleware,
    Registration,
    Subclass,
)

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parent.parent / "scripts" / "check_third_party.py"
SOURCE = """
from starlette.middleware.base import BaseHTTPMiddleware as Base
from fastapi import APIRouter

class Pure:
    def __init__(self, inner): ...
    async def __call__(self, scope, receive, send): ...

class Dispatching(Base): ...

class Callable:
    def __call__(self, request): ...

class Router(APIRouter):
    def make(self, app): return FastAPI()

def instrument(app):
    app.add_middleware(Pure)
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_third_party", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check(script: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path, row: Export) -> int:
    package = folder / "some_package-1.0/some_package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .inner import Pure as Outer\n")
    (package / "inner.py").write_text(SOURCE)
    monkeypatch.setattr(script, "EXPORTS", (row,))
    monkeypatch.setattr("sys.argv", [str(SCRIPT), str(folder)])
    found = script.main()
    assert isinstance(found, int)
    return found


def name(last: str) -> tuple[str, str, tuple[str, ...]]:
    return f"some_package.inner.{last}", "some-package", ("1.0",)


@pytest.mark.parametrize(
    "row",
    [
        Middleware(*name("Pure"), app="inner", also=("some_package.Outer",)),
        Middleware(*name("Dispatching"), base=BASE_HTTP_MIDDLEWARE),
        Subclass(*name("Router"), base="fastapi.APIRouter"),
        Factory(*name("Router.make"), returns="fastapi.FastAPI", app="app"),
        Registration(*name("instrument"), does="measures", layers=("some_package.inner.Pure",)),
    ],
    ids=lambda row: row.name,
)
def test_a_row_that_the_source_bears_out(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, row: Export
) -> None:
    assert check(script, monkeypatch, tmp_path, row) == 0


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (Middleware(*name("Pure")), "it has no parameter app"),
        (Middleware(*name("Dispatching")), "it is a BaseHTTPMiddleware"),
        (Middleware(*name("Callable")), "it is not called with scope, receive and send"),
        (Subclass(*name("Router"), base="fastapi.FastAPI"), "its bases are APIRouter, not FastAPI"),
        (Factory(*name("Router.make"), returns="x.Starlette"), "it does not name x.Starlette"),
        (
            Registration(*name("instrument"), does="measures", layers=(BASE_HTTP_MIDDLEWARE,)),
            f"it does not add {BASE_HTTP_MIDDLEWARE}",
        ),
        (Middleware(*name("Missing")), "there is no such thing"),
        (Middleware("some_package.inner.Pure", "some-package", ("2.0",)), "it is not there"),
        (
            Middleware(*name("Pure"), app="inner", also=("some_package.Other",)),
            "some-package: some_package.inner.Pure is not some_package.Other",
        ),
    ],
)
def test_a_row_that_the_source_contradicts(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    row: Export,
    complaint: str,
) -> None:
    assert check(script, monkeypatch, tmp_path, row) == 1
    assert complaint in capsys.readouterr().out
