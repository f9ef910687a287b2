"""`-`: a file whose text comes from standard input, such as an editor's unsaved one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, error_of, lay_out, reported

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def test_standard_input_without_a_name() -> None:
    assert reported("-", stdin=APPLICATION) == ["stdin.py:20 ASG201"]


def test_standard_input_stands_for_the_file_of_its_name() -> None:
    shifted = f"# a line that is not saved yet\n{APPLICATION}"
    found = reported("-", "--stdin-filename", "main.py", stdin=shifted)
    assert found == ["main.py:21 ASG201"]
    assert reported("-", "--stdin-filename", "main.py", stdin="") == []


def test_standard_input_is_shown_and_not_what_lies_on_disk(project: Path) -> None:
    lay_out(project, {"main.py": "on_disk = 1\n"})
    outcome = asgi_lint("-", "--stdin-filename", "main.py", stdin="typed = (\n")
    assert "typed = (" in outcome.stdout
    assert "on_disk" not in outcome.stdout
    undecodable = asgi_lint("-", "--stdin-filename", "main.py", stdin=b"typed = '\xff'\n")
    assert "[ASG001]" in undecodable.stdout
    assert "on_disk" not in undecodable.stdout


def test_standard_input_takes_part_in_what_other_files_report(project: Path) -> None:
    main = """\
from fastapi import FastAPI
from routes import router
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()
app.add_middleware(BaseHTTPMiddleware, dispatch=print)
app.include_router(router)
"""
    routes = """\
from fastapi import APIRouter, BackgroundTasks

router = APIRouter()

@router.get("/")
async def index(tasks: BackgroundTasks):
    tasks.add_task(print, "welcome")
"""
    lay_out(project, {"main.py": main, "routes.py": routes})
    assert reported("routes.py") == ["routes.py:7 ASG201"]
    typed = main.replace("app.add_middleware", "# app.add_middleware")
    assert reported("-", "routes.py", "--stdin-filename", "main.py", stdin=typed) == []


def test_file_of_standard_input_need_not_exist() -> None:
    found = reported("-", "--stdin-filename", "api/new.py", stdin=APPLICATION)
    assert found == ["api/new.py:20 ASG201"]


def test_settings_of_standard_input_are_those_of_its_name(project: Path) -> None:
    lay_out(project, {"api/asgi-lint.toml": 'ignore = ["ASG2"]\noutput-format = "concise"\n'})
    outcome = asgi_lint("-", "--stdin-filename", "api/new.py", stdin=APPLICATION)
    assert outcome == (0, "All checks passed: 1 file.\n", "")
    broken = asgi_lint("-", "--stdin-filename", "api/new.py", stdin="def f(:\n")
    assert broken.stdout.startswith("api/new.py:1:7: ASG001")


def test_stdin_filename_without_standard_input() -> None:
    assert "--stdin-filename" in error_of("main.py", "--stdin-filename", "main.py")


def test_manifest_on_standard_input_is_refused() -> None:
    assert "not a manifest" in error_of("-", "--stdin-filename", "requirements.txt")
