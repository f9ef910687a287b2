"""Lets libFuzzer find files that reach new code, and looks whether the analysis stands them.

    pip install atheris
    python scripts/fuzzing/coverage_fuzz.py [CORPUS-FOLDER] [-max_total_time=600]

Options are libFuzzer's. A folder of files to begin with makes it find more: copy those of
fixtures there. What fails or hangs is written to the working directory by libFuzzer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # no part of the extras: few Pythons have wheels of it

with atheris.instrument_imports(include=["asgi_lint"]):
    from fuzz import failure_of

_FOLDER = Path(tempfile.mkdtemp())


class FailureError(Exception):
    """What went wrong with a file."""


def look_at(content: bytes) -> None:
    """Analyse a file with that content; FailureError if that fails."""
    failure = failure_of(content, _FOLDER, len(content))
    if failure:
        raise FailureError(failure)


def main() -> None:
    """Go on until libFuzzer's options end it."""
    (_FOLDER / ".git").mkdir()
    atheris.Setup([*sys.argv, "-timeout=20", "-rss_limit_mb=4096", "-max_len=6000"], look_at)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
