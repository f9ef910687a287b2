"""Extraction by several processes: small portions, so that all end at the same time.

The processes are started for one project and end with it. One that dies (a parser that crashes, a
system that is out of memory) takes nothing with it: its portion is tried again file by file, and
the file that ends a second process is told as a bug, without being tried a third time.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.analysis.crashes import Crash, of_file
from asgi_lint.analysis.extracting import Extracted, extract_all
from asgi_lint.deep_stack import with_deep_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

    from asgi_lint.rules.rule import Rule

    File = tuple[str, str]

_MOST_PROCESSES = 8
_FORKED_BYTES = 250_000
"""Source from which on a second process that is forked pays: 0.25 s of work against 0.03 s."""

_SPAWNED_BYTES = 2_000_000
"""The same for a process that has to start from nothing and import everything: 0.6 s."""

_PORTION_BYTES = 60_000


def jobs_that_pay(jobs: int, size: int, files: int) -> int:
    """How many processes to use for that many bytes of source; `jobs` of 0 leaves it to us."""
    if files < 2:
        return 1
    if jobs:
        return min(jobs, files)
    least = _FORKED_BYTES if _may_fork() else _SPAWNED_BYTES
    return max(1, min(_processors(), _MOST_PROCESSES, files, 2 * size // least))


def _processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_fork() -> bool:
    """Whether a fork is safe: a copied process has only one of the threads, and all their locks."""
    return sys.platform == "linux" and threading.active_count() == 1


class _Portion(NamedTuple):
    files: tuple[File, ...]
    is_second_try: bool = False


class Workers:
    """The processes of one project, started when there is work for them; `end` them."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._processes: dict[Connection, BaseProcess] = {}

    def end(self, *, at_once: bool = False) -> None:
        """End the processes, either when they are done or at once."""
        for connection in [*self._processes]:
            self._end(connection, at_once=at_once)

    def extract(self, files: list[File], processes: int) -> Iterator[tuple[str, Extracted | bytes]]:
        """What each file says, as it is ready; as bytes where another process found it."""
        from multiprocessing.connection import wait

        waiting = _portions(files)
        busy: dict[Connection, _Portion] = {}
        while len(self._processes) < min(processes, len(waiting)):
            self._start()
        idle = [*self._processes]
        while waiting or busy:
            while idle and waiting:
                connection = idle.pop()
                busy[connection] = portion = waiting.pop()
                if not _sent(connection, portion.files):
                    continue  # it has died, which the next wait tells
            ready = wait([*busy])
            for connection in [each for each in busy if each in ready]:
                portion = busy.pop(connection)
                try:
                    results = connection.recv()
                except (EOFError, OSError):
                    ended = self._end(connection, at_once=True)
                    idle.append(self._start())
                    if portion.is_second_try:
                        yield _given_up(portion.files[0][0], ended)
                    else:
                        waiting += [_Portion((file,), is_second_try=True) for file in portion.files]
                    continue
                idle.append(connection)
                yield from results

    def _start(self) -> Connection:
        context = _context()
        own, theirs = context.Pipe()
        others = (*self._processes, own)
        process = context.Process(  # type: ignore[attr-defined]
            target=_work,
            args=(theirs, self._rules, others if context.get_start_method() == "fork" else ()),
            daemon=True,
        )
        process.start()
        theirs.close()
        self._processes[own] = process
        return own

    def _end(self, connection: Connection, *, at_once: bool) -> int | None:
        process = self._processes.pop(connection)
        connection.close()  # which tells it to end
        if at_once:
            process.join(0.1)
            process.kill()
        process.join()
        return process.exitcode


def _context() -> BaseContext:
    import multiprocessing

    return multiprocessing.get_context("fork" if _may_fork() else "spawn")


def _work(connection: Connection, rules: tuple[Rule, ...], others: tuple[Connection, ...]) -> None:
    """What a process does: portions in, what they say out, until the other end is closed."""
    import gc

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends this one
    for other in others:  # inherited by a fork: an end that stays open here would never end
        other.close()
    gc.disable()
    while True:
        try:
            files: tuple[File, ...] = connection.recv()
        except (EOFError, OSError):
            return
        found = with_deep_stack(lambda files=files: extract_all(files, rules))  # type: ignore[misc]
        try:
            connection.send([(name, each.encoded() or each) for name, each in found])
        except OSError:
            return


def _portions(files: list[File]) -> list[_Portion]:
    """The files in portions of about the same size, the largest last, which is taken first."""
    portions: list[_Portion] = []
    portion: list[File] = []
    size = 0
    for file in sorted(files, key=lambda each: len(each[1])):
        if portion and size + len(file[1]) > _PORTION_BYTES:
            portions.append(_Portion(tuple(portion)))
            portion, size = [], 0
        portion.append(file)
        size += len(file[1])
    return [*portions, _Portion(tuple(portion))]


def _sent(connection: Connection, files: tuple[File, ...]) -> bool:
    try:
        connection.send(files)
    except OSError:
        return False
    return True


def _given_up(filename: str, exitcode: int | None) -> tuple[str, Extracted]:
    how = f"with exit code {exitcode}"
    if exitcode is not None and exitcode < 0:
        how = f"by signal {-exitcode} ({signal.strsignal(-exitcode) or 'unknown'})"
    part = of_file(filename)
    report = f"{part.command}\nThe process that parsed it was ended {how}, twice."
    return filename, Extracted(None, crashes=(Crash(part.name, report, part.culprit),))
