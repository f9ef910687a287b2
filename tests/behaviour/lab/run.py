"""Starts `bench` in an environment, for a bounded time, and reads what it wrote."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_BEHAVIOUR = Path(__file__).resolve().parents[1]


class RunError(Exception):
    """The program under test ended without a result; the text holds its last words."""


def bench(python: Path, command: str, subject: str, seconds: float) -> dict[str, Any]:
    """What `python -m bench COMMAND SUBJECT` saw; RunError if it took longer or came to grief."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "seen.json"
        last_words = _call([str(python), "-m", "bench", command, subject, str(out)], seconds)
        try:
            seen: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise RunError(last_words) from None
    return seen


def _call(command: list[str], seconds: float) -> str:
    """Run it in a process group of its own, and end that if it takes too long."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    process = subprocess.Popen(
        command,
        cwd=_BEHAVIOUR,
        env={**inherited, "PYTHONPATH": str(_BEHAVIOUR), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        said, _ = process.communicate()
        return f"no result within {seconds:g} seconds; {_tail(said)}"
    return _tail(said)


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _tail(said: str) -> str:
    lines = said.strip().splitlines()
    return "\n".join(lines[-5:])
