"""Running the command line in the working directory, and a small application to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from click.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

APPLICATION = """\
from fastapi import BackgroundTasks, FastAPI
from starlette.middleware.base import BaseHTTPMiddleware


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


app = FastAPI()
app.add_middleware(Timing)


def send_welcome(address):
    print(address)


@app.post("/")
async def sign_up(tasks: BackgroundTasks):
    tasks.add_task(
        send_welcome,
        "new@example.org",
    )
"""
"""ASG201 at rows 20 to 23 with an affected release, and ASG802 on its requirement."""

AFFECTED = "fastapi==0.85.0\n"
FIXED = "fastapi==0.115.0\n"
SHADOWS = {f"{name}.py": "raise SystemExit(9)\n" for name in ("pip", "venv", "click", "asgi_lint")}
"""Files of a project that are called like modules, and must not be taken for them."""

TASK = "main.py:20 ASG201"
PIN = "requirements.txt:1 ASG802"


class Outcome(NamedTuple):
    """What a run has come to."""

    code: int
    stdout: str
    stderr: str


def lay_out(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write the files of a project; a `.git` folder keeps a run from looking above it."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def asgi_lint(
    *arguments: str, stdin: str | bytes | None = None, env: Mapping[str, str] | None = None
) -> Outcome:
    """Run the command in this process."""
    from asgi_lint.cli import main

    runner = CliRunner(env={"NO_COLOR": None, "FORCE_COLOR": None, **(env or {})})
    result = runner.invoke(main, list(arguments), stdin, prog_name="asgi-lint")
    return Outcome(result.exit_code, result.stdout, result.stderr)


def python(*arguments: str, env: Mapping[str, str] | None = None) -> Outcome:
    """Run Python in a process of its own, such as with `-m asgi_lint`."""
    run = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        env={**os.environ, **(env or {})},
        timeout=60,
        check=False,
    )
    return Outcome(run.returncode, run.stdout.decode(), run.stderr.decode())


def diagnostics(*arguments: str, stdin: str | bytes | None = None) -> list[dict[str, Any]]:
    """What the command reports, as JSON has it."""
    outcome = asgi_lint("check", *arguments, "--output-format", "json", stdin=stdin)
    assert outcome.code in (0, 1), outcome.stderr
    found: list[dict[str, Any]] = json.loads(outcome.stdout)
    return found


def reported(*arguments: str, stdin: str | bytes | None = None) -> list[str]:
    """What the command reports, each as `main.py:20 ASG201`, in the order of the output."""
    found = diagnostics(*arguments, stdin=stdin)
    return [f"{d['filename']}:{d['location']['row']} {d['code']}" for d in found]


def error_of(*arguments: str) -> str:
    """The one line that the command ends with, having reported nothing."""
    outcome = asgi_lint(*arguments)
    assert outcome.code == 2
    assert outcome.stdout == ""
    [line] = outcome.stderr.splitlines()
    assert line.startswith("asgi-lint: error: ")
    return line.removeprefix("asgi-lint: error: ")


def commented(comment: str, *, row: int = 20) -> str:
    """The application with a comment at the end of a row."""
    lines = APPLICATION.split("\n")
    lines[row - 1] += f"  {comment}"
    return "\n".join(lines)
