"""Checks on real projects that nothing but the code decides what is reported.

    python scripts/check_same_answer.py FOLDER ...

Each folder is a project. It is analysed as plainly as can be: every file parsed, by one process,
nothing kept. Then with the screen that leaves files unparsed, with two processes, with four, with a
cache that is empty, one that is full and one that an earlier state of the project has filled, from
another working folder by relative paths, by paths that overlap, with a disk that lists folders in
another order, and with its files named one by one in reverse. The exit code is 1 if any of these
reports anything else.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from asgi_lint import source
from asgi_lint.pipeline import run
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings, overridden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.settings import Settings

PLAINLY = {
    "cache": False,
    "jobs": 1,
    # A file that matters to no rule is parsed only where all are.
    "rules": {"unparsable-file": {"every-file": True}},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check each project; 1 if any answer differs."""
    parser = argparse.ArgumentParser(description="Check that the answer is always the same.")
    parser.add_argument("folders", nargs="+", type=Path, help="projects")
    folders: list[Path] = parser.parse_args(arguments).folders
    failed = 0
    for folder in folders:
        started = time.perf_counter()
        differing = differences(folder)
        failed += bool(differing)
        seconds = time.perf_counter() - started
        print(f"{folder}: {'DIFFERS' if differing else 'same'} ({seconds:.1f} s)", flush=True)
        for line in differing:
            print(f"    {line}", flush=True)
    print(f"{failed} of {len(folders)} projects differ")
    return 1 if failed else 0


def differences(project: Path) -> list[str]:
    """What some way of analysing the project reports, and the plain way does not, or vice versa."""
    project = project.absolute()
    with mock.patch("asgi_lint.analysis.texts.mentions_framework", return_value=True):
        expected = reported([project.as_posix()])
    return [
        f"{way}: {sign} {each.place.filename}:{each.place.span.start.row} {each.code}"
        for way, found in _ways(project, expected)
        for sign, each in _difference(expected, found)
    ]


def _ways(
    project: Path, expected: Sequence[Diagnostic]
) -> Iterator[tuple[str, Sequence[Diagnostic]]]:
    path = project.as_posix()
    yield "screened", reported([path])
    for jobs in (2, 4):
        yield f"{jobs} processes", reported([path], jobs=jobs)
    with tempfile.TemporaryDirectory() as folder:
        kept = {"cache": True, "cache-dir": Path(folder, "cache").as_posix()}
        yield "empty cache", reported([path], **kept)
        yield "full cache", reported([path], **kept)
    with tempfile.TemporaryDirectory() as folder:
        kept = {"cache": True, "cache-dir": Path(folder, "cache").as_posix()}
        with _other_texts():
            reported([path], **kept)
        yield "cache of an earlier state", reported([path], **kept)
    with _listed_backwards():
        yield "folders in another order", reported([path])
    inside = sorted(each.as_posix() for each in project.iterdir() if each.is_dir())
    yield "overlapping paths", reported([*inside, path, *reversed(inside), path])
    with _working_in(project):
        yield "from within", reported(["."])
    with _working_in(project.parent):
        yield "from above", reported([os.path.relpath(project)])
    named = sorted({each.place.filename for each in expected}, reverse=True)
    if named:
        yield "files in reverse", reported([*named, *named])


@contextlib.contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _other_texts() -> Iterator[None]:
    """Every other Python file says something else, as before a change."""
    read = source.read_bytes
    names: dict[str, None] = {}

    def other(path: str) -> bytes | source.SourceProblem:
        data = read(path)
        names[path] = None
        is_other = len(names) % 2 and isinstance(data, bytes)
        return b"import fastapi\nx = 1\n" if is_other else data

    with mock.patch("asgi_lint.analysis.texts.read_bytes", other):
        yield


@contextlib.contextmanager
def _listed_backwards() -> Iterator[None]:
    """The disk lists what lies in a folder in another order."""
    scandir, listdir = os.scandir, os.listdir

    @contextlib.contextmanager
    def backwards(path: str = ".") -> Iterator[Iterator[os.DirEntry[str]]]:
        with scandir(path) as entries:
            yield iter(sorted(entries, key=lambda each: each.name, reverse=True))

    with (
        mock.patch("os.scandir", backwards),
        mock.patch("os.listdir", lambda path=".": sorted(listdir(path), reverse=True)),
    ):
        yield


def reported(paths: Sequence[str], **settings: Any) -> tuple[Diagnostic, ...]:
    """What a run over the paths reports."""
    known, here = rules(), Path.cwd().as_posix()

    def settings_for(path: str) -> Settings:
        return overridden(load_settings(path, known), {**PLAINLY, **settings}, known, here)

    outcome = run(paths, settings_for)
    if outcome.crashes:
        raise SystemExit("\n".join(crash.report for crash in outcome.crashes))
    return outcome.diagnostics


def _difference(
    expected: Sequence[Diagnostic], found: Sequence[Diagnostic]
) -> Iterator[tuple[str, Diagnostic]]:
    yield from (("-", each) for each in expected if each not in found)
    yield from (("+", each) for each in found if each not in expected)


if __name__ == "__main__":
    sys.exit(main())
