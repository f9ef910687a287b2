"""Runs tests in a forked process, on the sources as they are or with one module replaced.

The forking process has loaded pytest and all that takes long to import, but nothing of asgi-lint:
each trial imports that anew, so that nothing outlives it, and no file is written.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

ROOT = Path(__file__).parents[2]
_SOURCES = ROOT / "src"
_ARGUMENTS = [
    "-q",
    "-x",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "--hypothesis-seed=0",
    "--tb=no",
]
_HEAVY = ("click", "hypothesis", "libcst", "msgspec", "packaging.requirements", "pathspec", "yaml")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`killer` is the first test that failed, `""` if all passed; `seconds` of wall clock."""

    killer: str
    timed_out: bool
    seconds: float


def warm_up() -> None:
    """Load what every trial needs and no mutant changes; compile what trials import only once."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(ROOT / ".mutation" / "pycache")
    for name in (*_HEAVY, "tree_sitter", "tree_sitter_toml", "tomli", "pytest_lsp"):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # so that collections in the children do not copy what they share


def trial(path: str, source: str, tests: Sequence[str], seconds: float) -> Outcome:
    """Run tests until one fails, with a module's text replaced; `seconds` is the time they have."""

    def run(report: Callable[[str], None]) -> None:
        sys.meta_path.insert(0, _Replacing(ROOT / path, source))
        code = pytest.main([*_ARGUMENTS, *tests], plugins=[_FirstFailure(report)])
        if code not in (0, 1):
            report(f"pytest ended with {int(code)}")

    begun = time.monotonic()
    said, status = _forked(run, seconds)
    taken = time.monotonic() - begun
    if status is None:
        return Outcome("", timed_out=True, seconds=taken)
    killer = said.partition("\n")[0] or (f"exit status {status}" if status else "")
    return Outcome(killer, timed_out=False, seconds=taken)


def forked_json(run: Callable[[], object], seconds: float) -> Any:
    """What a function gives, run in a process of its own."""
    said, status = _forked(lambda report: report(json.dumps(run())), seconds)
    if status != 0:
        raise RuntimeError(f"the process ended with {status}")
    return json.loads(said)


class _FirstFailure:
    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._report(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._report(f"{report.nodeid} is not collected")


class _Replacing(MetaPathFinder):
    """Finds one module, with another text."""

    def __init__(self, path: Path, source: str) -> None:
        parts = path.relative_to(_SOURCES).with_suffix("").parts
        self._package = path.stem == "__init__"
        self._name = ".".join(parts[:-1] if self._package else parts)
        self._path = path
        self._source = source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self._name:
            return None
        where = [str(self._path.parent)] if self._package else None
        loader = _Text(name, str(self._path), self._source)
        return spec_from_file_location(
            name, self._path, loader=loader, submodule_search_locations=where
        )


class _Text(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, _fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)


def _forked(run: Callable[[Callable[[str], None]], None], seconds: float) -> tuple[str, int | None]:
    """What a child reports, and its exit status; `None` if it had to be stopped."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(run, writing)
    os.close(writing)
    pieces: list[bytes] = []
    status = _awaited(child, reading, pieces, time.monotonic() + seconds)
    os.close(reading)
    return b"".join(pieces).decode(), status


def _in_child(run: Callable[[Callable[[str], None]], None], writing: int) -> None:
    status = 70
    try:
        os.setsid()
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        run(lambda text: _write_all(writing, f"{text}\n".encode()))
        status = 0
    finally:
        os._exit(status)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _awaited(child: int, reading: int, pieces: list[bytes], deadline: float) -> int | None:
    """Read until the child has ended; stop it and its children at the deadline."""
    os.set_blocking(reading, False)
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        _drain(reading, pieces)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _drain(reading: int, pieces: list[bytes]) -> None:
    try:
        while piece := os.read(reading, 1 << 16):
            pieces.append(piece)
    except BlockingIOError:
        return
