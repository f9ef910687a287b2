"""A virtual environment for each subject, made when it is first asked for and then kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lab.interpreters import MissingInterpreterError, interpreter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.subject import Subject

CACHE = "ASGI_LINT_LAB_CACHE"
"""The environment variable that names the folder of the environments."""

_INSTALL_SECONDS = 300
_READY = "installed.json"


class InstallationError(Exception):
    """The environment could not be made; the text says why."""


def cache_folder() -> Path:
    """Where environments are kept, unless another folder is named."""
    if named := os.environ.get(CACHE):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "asgi-lint-lab"


def environment(subject: Subject, folder: Path) -> Path:
    """The Python of the subject's environment below `folder`, which is made if it is missing.

    It is made anew where its requirements have changed or it was not finished. Raises
    InstallationError.
    """
    place = folder / subject.name
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = list(subject.requirements)
    if _installed(place) != wanted:
        shutil.rmtree(place, ignore_errors=True)
        _make(place, python, subject, wanted)
        (place / _READY).write_text(json.dumps(wanted), encoding="utf-8")
    return python


def _installed(place: Path) -> object:
    try:
        return json.loads((place / _READY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _make(place: Path, python: Path, subject: Subject, requirements: Sequence[str]) -> None:
    base = interpreter(subject.python)
    if base is None:
        raise MissingInterpreterError(f"no Python {subject.python} is installed")
    place.parent.mkdir(parents=True, exist_ok=True)
    if uv := shutil.which("uv"):
        _call(subject, [uv, "venv", "--quiet", "--python", str(base), str(place)])
        _call(subject, [uv, "pip", "install", "--quiet", "--python", str(python), *requirements])
        return
    _call(subject, [str(base), "-m", "venv", "--without-pip", str(place)])
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    _call(subject, [*pip, "install", "--quiet", "--disable-pip-version-check", *requirements])


def _call(subject: Subject, command: Sequence[str]) -> None:
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InstallationError(f"{subject.package} {subject.release}: {error}") from error
    if run.returncode != 0:
        said = (run.stderr or run.stdout).strip().splitlines()
        reason = said[-1] if said else f"exit code {run.returncode}"
        raise InstallationError(f"{subject.package} {subject.release}: {reason}")
