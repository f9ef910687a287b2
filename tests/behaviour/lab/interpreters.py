"""Finds an installed Python of a wanted version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.specifiers import SpecifierSet

_MINORS = ("3.11", "3.12", "3.10", "3.13", "3.14")
_SECONDS = 20


class MissingInterpreterError(Exception):
    """No installed Python will do."""


def python_for(wanted: SpecifierSet) -> str:
    """The minor version to use: the running one if it will do, else the first that is installed.

    MissingInterpreterError, with a sentence for people, if there is none.
    """
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    for minor in (own, *_MINORS):
        if wanted.contains(minor) and interpreter(minor) is not None:
            return minor
    raise MissingInterpreterError(f"no Python {wanted} is installed")


@cache
def interpreter(minor: str) -> Path | None:
    """An executable of Python `minor`, such as "3.10", that starts; None if there is none."""
    return next((each for each in _candidates(minor) if _version_of(each) == minor), None)


def _candidates(minor: str) -> Iterator[Path]:
    yield Path(sys.executable)
    if found := shutil.which(f"python{minor}"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{minor}.*/bin/python"))


def _version_of(executable: Path) -> str | None:
    """What it says itself: a name on the PATH may be a mere signpost."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run(
            [executable, "-c", code], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
