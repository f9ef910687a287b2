"""Checks that every release of Python gives the same answer for all fixtures.

    python scripts/compare_pythons.py python3.10 python3.12 ...

asgi-lint is installed for each Python that is named, in an environment that is thrown away, and
checks `fixtures` without a cache. What it writes as JSON, and what it says of their releases, is
compared with what it does under the Python that runs this. The exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
_COMMANDS = (
    ("check", "fixtures", "--exit-zero", "--output-format", "json"),
    ("versions", "fixtures"),
)
_MOST_LINES = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare each Python with this one; 1 if any says something else."""
    parser = argparse.ArgumentParser(description="Compare what asgi-lint says under Pythons.")
    parser.add_argument("pythons", nargs="+", help="commands or paths")
    pythons: list[str] = parser.parse_args(arguments).pythons
    expected = [_answer(sys.executable, each) for each in _COMMANDS]
    differing = 0
    for python in pythons:
        found = _answers_of(python)
        is_same = found == expected
        differing += not is_same
        print(f"{python} ({_release(python)}): {'same' if is_same else 'DIFFERS'}", flush=True)
        for old, new in zip(expected, found, strict=True):
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
            for line in [*lines][:_MOST_LINES]:
                print(f"    {line}", flush=True)
    size = sum(map(len, expected))
    print(f"{differing} of {len(pythons)} differ from {_release(sys.executable)} ({size} bytes)")
    return 1 if differing else 0


def _answers_of(python: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        own = f"{folder}/bin/python"
        subprocess.run([own, "-m", "pip", "install", "--quiet", ROOT], check=True)
        return [_answer(own, each) for each in _COMMANDS]


def _answer(python: str, command: Sequence[str]) -> str:
    run = subprocess.run(
        [python, "-m", "asgi_lint", *command],
        cwd=ROOT,
        capture_output=True,
        env={**os.environ, "ASGI_LINT_CACHE": "no", "NO_COLOR": "1", "COLUMNS": "100"},
        check=False,
    )
    if run.returncode != 0:
        raise SystemExit(f"{python}: {run.stderr.decode()}")
    return run.stdout.decode()


def _release(python: str) -> str:
    program = "import platform; print(platform.python_version())"
    return (
        subprocess.run([python, "-c", program], capture_output=True, check=True)
        .stdout.decode()
        .strip()
    )


if __name__ == "__main__":
    sys.exit(main())
