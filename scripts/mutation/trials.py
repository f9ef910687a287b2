"""Runs tests in a forked process, with one module of asgi-lint changed.

The forking process has collected the tests and loaded asgi-lint, but has run nothing. Where a
mutant differs inside functions, the child gives these functions their new code, which takes no
time; else it forgets the modules, and imports all of them anew. The sources stay as they are.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

ROOT = Path(__file__).parents[2]
_SOURCES = ROOT / "src"
_FOLDER = ROOT / ".mutation"
_TEMPORARY = _FOLDER / "tmp"
_ARGUMENTS = ["-q", "-x", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--tb=no"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`killer` is the first test that failed, `""` if all passed; `seconds` of wall clock."""

    killer: str
    timed_out: bool
    seconds: float


if TYPE_CHECKING:
    Trial: TypeAlias = Callable[[str, str, Sequence[str], float], Outcome]
    """Path, text, tests and seconds; runs the tests until one fails."""


def with_trials(tests: Sequence[str], attempts: Callable[[Trial], None]) -> None:
    """Collect tests, and call `attempts` with what tries them on a changed module."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(_FOLDER / "pycache")
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_TEMPORARY)
    pytest.main([*_ARGUMENTS, *tests], plugins=[_Trials(attempts)])


class _Trials:
    def __init__(self, attempts: Callable[[Trial], None]) -> None:
        self._attempts = attempts
        self._items: dict[str, pytest.Item] = {}
        self._functions: dict[str, list[FunctionType]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running the tests."""
        self._items = {item.nodeid: item for item in session.items}
        self._functions = _loaded_functions()
        gc.collect()
        gc.freeze()  # so that collections in the children do not copy what they share
        self._attempts(self._trial)
        return True

    def _trial(self, path: str, source: str, tests: Sequence[str], seconds: float) -> Outcome:
        def run(report: Callable[[str], None]) -> None:
            if self._rewired(path, source):
                _run_items([self._items[test] for test in tests if test in self._items], report)
            else:
                _run_anew(path, source, tests, report)

        _TEMPORARY.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        said, status = _forked(run, seconds)
        taken = time.monotonic() - begun
        shutil.rmtree(_TEMPORARY, ignore_errors=True)
        if status is None:
            return Outcome("", timed_out=True, seconds=taken)
        killer = said.partition("\n")[0] or (f"exit status {status}" if status else "")
        return Outcome(killer, timed_out=False, seconds=taken)

    def _rewired(self, path: str, source: str) -> bool:
        """Give the loaded functions the code of another text, if that is all that differs."""
        file = str(ROOT / path)
        before = _outermost(Path(file).read_text(encoding="utf-8"), file)
        after = _outermost(source, file)
        if before.keys() != after.keys():
            return False
        changed = {name for name, code in before.items() if code != after[name]}
        loaded = {_name(each.__code__) for each in self._functions.get(file, ())}
        if not changed or not changed <= loaded:
            return False
        for function in self._functions[file]:
            name = _name(function.__code__)
            if name in changed:
                function.__code__ = after[name]
        return True


def _loaded_functions() -> dict[str, list[FunctionType]]:
    """All functions of asgi-lint by file, after everything was imported."""
    package = importlib.import_module("asgi_lint")
    for module in pkgutil.walk_packages(package.__path__, "asgi_lint."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found: dict[str, list[FunctionType]] = {}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(str(_SOURCES)):
            found.setdefault(each.__code__.co_filename, []).append(each)
    return found


def _outermost(source: str, file: str) -> dict[str, CodeType]:
    """The code of the functions of a module and its classes, where one has the name alone."""
    codes = [*_functions_in(compile(source, file, "exec", dont_inherit=True))]
    names = Counter(map(_name, codes))
    return {_name(code): code for code in codes if names[_name(code)] == 1}


def _name(code: CodeType) -> str:
    """With the class around it; Python 3.10 knows only the last name."""
    return str(getattr(code, "co_qualname", code.co_name))


def _functions_in(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & CO_OPTIMIZED:
                yield each
            else:
                yield from _functions_in(each)


def _run_items(items: Sequence[pytest.Item], report: Callable[[str], None]) -> None:
    if not items:
        return
    failures = _FirstFailure(report)
    items[0].config.pluginmanager.register(failures)
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if failures.failed:
            return


def _run_anew(path: str, source: str, tests: Sequence[str], report: Callable[[str], None]) -> None:
    for name, module in [*sys.modules.items()]:
        if str(getattr(module, "__file__", "")).startswith((f"{_SOURCES}/", f"{ROOT}/tests/")):
            del sys.modules[name]
    sys.meta_path.insert(0, _Replacing(ROOT / path, source))
    code = pytest.main([*_ARGUMENTS, "--assert=plain", *tests], plugins=[_FirstFailure(report)])
    if code not in (0, 1):
        report(f"pytest ended with {int(code)}")


def forked_json(run: Callable[[], object], seconds: float) -> Any:
    """What a function gives, run in a process of its own."""
    said, status = _forked(lambda report: report(json.dumps(run())), seconds)
    if status != 0:
        raise RuntimeError(f"the process ended with {status}")
    return json.loads(said)


class _FirstFailure:
    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = True
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
