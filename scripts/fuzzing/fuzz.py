"""Damages Python files and looks whether the analysis stands it.

    python scripts/fuzzing/fuzz.py [--seconds 60] [--seed 1] [--bound 20] [--keep FOLDER] [FOLDER..]

Files of the FOLDERs (fixtures, if none is given) are cut, their bytes changed, their tokens
swapped, their lines moved; each such mutant is checked with all rules, fixed, drawn and reported.
Another process does it, and is ended if it takes longer than the bound (in seconds of wall clock)
for one mutant or more than 4 GB. What crashed, hung or was fixed to something that does not compile
is written to the folder to keep, and named; the exit code is then 1. The same seed makes the same
mutants.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.cli.reporting import report_of
from asgi_lint.depict import depict
from asgi_lint.fixing import fix
from asgi_lint.picture.formats import render as drawn
from asgi_lint.reporters.formats import FORMATS, render
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings, overridden
from damage import damaged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from asgi_lint.settings import Settings

EVERYTHING = {
    "select": ["ALL"],
    "cache": False,
    "fix": True,
    "unsafe-fixes": True,
    "rules": {"unparsable-file": {"every-file": True}},
}
PICTURES = ("text", "json", "html", "mermaid", "dot")
REQUIREMENTS = ("fastapi==0.85.0\n", "fastapi==0.115.0\n", "starlette==0.13.0\n", "fastapi\n")
_MOST_BYTES = 4 * 1024**3
_LARGEST = 200_000


class Failure(NamedTuple):
    """What one mutant has done to the analysis."""

    number: int
    report: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Damage files until the time is over; 1 if one of them is too much."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bound", type=float, default=20, help="seconds for one mutant")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    given = parser.parse_args(arguments)
    texts = _texts(given.folders or [Path(__file__).parents[2] / "fixtures"])
    failures, end, number = 0, time.monotonic() + given.seconds, 0
    while time.monotonic() < end:
        number, failure = _until_failure(texts, given.seed, number, end, given.bound)
        if failure is None:
            continue
        failures += 1
        given.keep.mkdir(exist_ok=True)
        path = given.keep / f"{given.seed}-{failure.number}.py"
        path.write_bytes(mutant(texts, given.seed, failure.number))
        print(f"{path}: {failure.report}\n", flush=True)
    print(f"{number} mutants of {len(texts)} files, {failures} failures.")
    return 1 if failures else 0


def _texts(folders: Sequence[Path]) -> list[bytes]:
    paths = sorted(path for folder in folders for path in folder.rglob("*.py") if path.is_file())
    return [path.read_bytes() for path in paths if 0 < path.stat().st_size <= _LARGEST]


def mutant(texts: Sequence[bytes], seed: int, number: int) -> bytes:
    """The damaged file with that number."""
    chance = random.Random(f"{seed}-{number}")
    return damaged(chance.choice(texts), chance.choice(texts), chance)


def _until_failure(
    texts: Sequence[bytes], seed: int, number: int, end: float, bound: float
) -> tuple[int, Failure | None]:
    """The number of the mutant that comes next, and what went wrong with the one before it."""
    context = multiprocessing.get_context("fork")
    own, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, texts, seed, number), daemon=True)
    process.start()
    theirs.close()
    try:
        while time.monotonic() < end:
            if not own.poll(bound):
                return number + 1, Failure(number, f"not done after {bound:g} s")
            report: str = own.recv()
            number += 1
            if report:
                return number, Failure(number - 1, report)
    except EOFError:
        process.join()
        return number + 1, Failure(number, f"the process ended with {process.exitcode}")
    finally:
        process.kill()
        process.join()
    return number, None


def _work(results: Connection, texts: Sequence[bytes], seed: int, number: int) -> None:
    """Send what went wrong with one mutant after the other, "" for nothing."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()
        while True:
            results.send(failure_of(mutant(texts, seed, number), Path(folder), number))
            number += 1


def failure_of(content: bytes, folder: Path, number: int) -> str:
    """What goes wrong when a file with that content is analysed in an empty folder, "" if nothing.

    The number chooses the requirements that stand beside it.
    """
    path = folder / "main.py"
    path.write_bytes(content)
    (folder / "requirements.txt").write_text(REQUIREMENTS[number % len(REQUIREMENTS)])
    try:
        fixing = fix([path.as_posix()], _settings_for, may_write=False)
        picture, run = depict(folder.as_posix(), _settings_for)
        for name in PICTURES:
            drawn(picture, name, folder, color=False)
        report = report_of(run, with_pages=True)
        for name in FORMATS:
            render(report, name).encode()
    except Exception:
        return traceback.format_exc()
    broken = [f"{each.of}\n{each.report}" for each in (*fixing.remaining.crashes, *run.crashes)]
    broken += [f"{code} does not come to an end" for code in fixing.unfinished]
    for change in fixing.changes:
        if change.source.filename.endswith(".py") and _is_broken(change.source.text, change.text):
            broken.append(f"fixed to what does not compile:\n{change.text}")
    return "\n".join(broken)


def _settings_for(path: str) -> Settings:
    known = rules()
    return overridden(load_settings(path, known), EVERYTHING, known, path)


def _is_broken(before: str, after: str) -> bool:
    return _compiles(before) and not _compiles(after)


def _compiles(text: str) -> bool:
    try:
        compile(text, "main.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
