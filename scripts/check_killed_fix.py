"""Ends runs of `asgi-lint check --fix` at random moments, and looks at what they leave behind.

    python scripts/check_killed_fix.py --times 500 --seed 1

A tree of four projects, each with as many modules to be fixed as `--modules` says (300 files in all
by default), is laid out anew each time. The run is ended by
Ctrl-C (SIGINT to it and its workers), SIGTERM or SIGKILL, or workers of it are killed, at any
moment from its start to its end or while it writes. Afterwards each file must be old or new, byte
for byte, and nothing else may lie there; the run must have ended as it should, and its workers with
it; and a run with the cache that it left must say what one without says. The exit code is 1 if
anything is otherwise. It reads /proc, so it needs Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from asgi_lint.settings import Settings

    Process: TypeAlias = "subprocess.Popen[bytes] | _Forked"

CACHE = ".asgi-lint_cache"
PROJECTS = 4
_SECONDS = 30
"""How long a run may do nothing before it counts as one that hangs; a busy machine is slow."""

_ARGUMENTS = ["check", "--fix", "--jobs", "2", "--output-format", "json", "."]
_MODULE = '''\
"""Accounts, part {number}."""

from fastapi import APIRouter, BackgroundTasks

router = APIRouter(prefix="/part{number}")


def send_welcome(address: str) -> None:
    print(address)  # asgi-lint: ignore[ASG304] nothing is awaited here any more


@router.post("/")
async def sign_up(address: str, tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(send_welcome, address)
    return {{"address": address}}
'''
_MAIN = """\
from fastapi import FastAPI

from part0 import router

app = FastAPI()
app.include_router(router)
"""


class Kind(NamedTuple):
    """A way to end a run; `signal` goes to the run itself, to its workers or to all of them."""

    signal: signal.Signals
    to_main: bool = True
    to_workers: bool = False

    def __str__(self) -> str:
        if self.to_main:
            return self.signal.name
        return f"{self.signal.name} to a worker"


KINDS = (
    Kind(signal.SIGINT, to_workers=True),
    Kind(signal.SIGTERM),
    Kind(signal.SIGKILL),
    Kind(signal.SIGKILL, to_main=False, to_workers=True),
)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The files before and after a run that nobody ends, and what it said.

    `reported_old` and `reported_new` have what a run without a cache reports then for each file.
    """

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    reported_old: Mapping[str, object]
    reported_new: Mapping[str, object]
    code: int
    stdout: bytes
    seconds: float
    writing_seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run that was ended: where it was then, and what is wrong, if anything."""

    kind: Kind
    stage: str
    faults: tuple[str, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """End as many runs as is asked for; 1 if anything is wrong after any of them."""
    parser = argparse.ArgumentParser(description="End `--fix` at random moments.")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--modules", type=int, default=74)
    parser.add_argument(
        "--forked", action="store_true", help="fork runs off this process, which is faster"
    )
    asked = parser.parse_args(arguments)
    counts: Counter[str] = Counter()
    failed = 0
    for number, outcome in enumerate(
        outcomes(asked.times, asked.seed, asked.modules, forked=asked.forked), start=1
    ):
        counts[f"{outcome.kind}, {outcome.stage}"] += 1
        failed += bool(outcome.faults)
        for fault in outcome.faults:
            print(f"{outcome.kind}, {outcome.stage}: {fault}", flush=True)
        if number % 50 == 0:
            print(f"{number} runs", flush=True)
    for what, count in sorted(counts.items()):
        print(f"{count:5} {what}")
    print(f"{asked.times} runs were ended (seed {asked.seed}); {failed} left something wrong")
    return 1 if failed else 0


def outcomes(times: int, seed: int, modules: int, *, forked: bool = False) -> Iterator[Outcome]:
    """What becomes of runs that are ended, each in another way and at another moment."""
    chance = random.Random(seed)
    # A shell starts what is to run in the background with Ctrl-C ignored, and runs inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as name:
        top = Path(name).resolve()
        template = top / "template"
        _lay_out(template, modules)
        start: Callable[[Path], Process] = _Forked if forked else _started
        _reported(template, is_kept=False)  # which imports most of what a copy needs
        expected = _undisturbed(template, top / "tree", start)
        for number in range(times):
            shutil.copytree(template, top / "tree")
            yield _ended(top / "tree", expected, KINDS[number % len(KINDS)], chance, start)
            shutil.rmtree(top / "tree")


def _lay_out(tree: Path, modules: int) -> None:
    for project in range(PROJECTS):
        folder = tree / f"service{project}"
        (folder / ".git").mkdir(parents=True)
        (folder / "requirements.txt").write_text("fastapi>=0.85.0\nuvicorn\n")
        (folder / "main.py").write_text(_MAIN)
        for number in range(modules):
            (folder / f"part{number}.py").write_text(_MODULE.format(number=number))


def _undisturbed(template: Path, tree: Path, start: Callable[[Path], Process]) -> Undisturbed:
    shutil.copytree(template, tree)
    started = time.monotonic()
    process = _answering(start(tree))
    _wait_for_writing(process, tree)
    writing = time.monotonic()
    stdout, stderr = _said(process)
    assert process.returncode is not None
    ended = time.monotonic()
    old, new = _files(template), _files(tree)
    untouched = [name for name, data in new.items() if old.get(name) == data]
    if len(untouched) > PROJECTS or old.keys() != new.keys():
        raise SystemExit(f"fixes did not change what they should: {stderr.decode()}")
    before, after = (_reported(each, is_kept=False) for each in (template, tree))
    shutil.rmtree(tree)
    return Undisturbed(
        old, new, before, after, process.returncode, stdout, ended - started, ended - writing
    )


def _files(tree: Path) -> dict[str, bytes]:
    """The content of all files but those of caches, by their path in the tree."""
    return {
        path.relative_to(tree).as_posix(): path.read_bytes()
        for path in tree.rglob("*")
        if CACHE not in path.parts and path.is_file()
    }


def _started(tree: Path) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "asgi_lint", *_ARGUMENTS],
        cwd=tree,
        env={**os.environ, "ASGI_LINT_CACHE": "yes"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class _Forked:
    """A run in a copy of this process, in which everything is imported; as Popen has it."""

    def __init__(self, tree: Path) -> None:
        # Imported here, so that no copy has to.
        import libcst  # noqa: F401

        import asgi_lint.cli.check
        import asgi_lint.fixes.signals
        import asgi_lint.reporters.json_list  # noqa: F401
        from asgi_lint.__main__ import main

        self.returncode: int | None = None
        self._said = [tempfile.TemporaryFile() for _ in range(2)]  # noqa: SIM115
        self.pid = os.fork()
        if self.pid:
            return
        for number, file in enumerate(self._said, start=1):
            os.dup2(file.fileno(), number)
        os.chdir(tree)
        os.environ["ASGI_LINT_CACHE"] = "yes"
        sys.argv = ["asgi-lint", *_ARGUMENTS]
        code: object = 3
        try:
            main()
        except SystemExit as end:
            code = end.code
            sys.stdout.flush()
        finally:
            os._exit(code if isinstance(code, int) else 3)

    def poll(self) -> int | None:
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + (timeout or _SECONDS)
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("asgi-lint", timeout or _SECONDS)
            time.sleep(0.002)
        for file in self._said:
            file.seek(0)
        stdout, stderr = (file.read() for file in self._said)
        return stdout, stderr

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _answering(process: Process) -> Process:
    """The run when it has got as far as to answer signals."""
    while process.poll() is None and not _answers(process.pid):
        time.sleep(0.001)
    return process


def _answers(pid: int) -> bool:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False


def _workers(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _wait_for_writing(process: Process, tree: Path) -> None:
    """Wait until a first file has been replaced, or the run has ended."""
    first = tree / "service0/part0.py"
    before = first.stat().st_ino
    while process.poll() is None and first.stat().st_ino == before:
        time.sleep(0.0005)


def _ended(
    tree: Path,
    expected: Undisturbed,
    kind: Kind,
    chance: random.Random,
    start: Callable[[Path], Process],
) -> Outcome:
    process = _answering(start(tree))
    if not kind.to_main:
        _wait_for_workers(process)
        time.sleep(chance.uniform(0, 0.2))
    elif chance.random() < 0.5:
        _wait_for_writing(process, tree)
        time.sleep(chance.uniform(0, expected.writing_seconds))
    else:
        time.sleep(chance.uniform(0, expected.seconds))
    workers = _workers(process.pid)
    victims = [chance.choice(workers)] if workers and not kind.to_main else workers
    was_running = process.poll() is None
    if kind.to_main:
        process.send_signal(kind.signal)
    for victim in victims if kind.to_workers else ():
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, kind.signal)
    try:
        stdout, stderr = _said(process)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Outcome(kind, "hanging", ("the run does not end",))
    assert process.returncode is not None
    files = _files(tree)
    faults = [
        *_wrong_ending(kind, process.returncode, stdout, stderr, expected),
        *_wrong_files(kind, files, expected, is_complete=process.returncode == expected.code),
        *(f"worker {each} goes on" for each in workers if not _is_gone(each)),
        *_wrong_cache(tree, files, expected),
    ]
    stage = _stage(files, expected, was_running=was_running)
    if not kind.to_main:
        stage = "while it parsed" if victims else "when there was none any more"
    return Outcome(kind, stage, tuple(faults))


def _said(process: Process) -> tuple[bytes, bytes]:
    """What a run says until it ends; TimeoutExpired for one that does nothing any more."""
    used = -1
    while True:
        try:
            return process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            before, used = used, sum(map(_ticks, [process.pid, *_workers(process.pid)]))
            if used == before:
                raise


def _ticks(pid: int) -> int:
    """The time that a process has used, in hundredths of a second."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))


def _wait_for_workers(process: Process) -> None:
    while process.poll() is None and not _workers(process.pid):
        time.sleep(0.001)


def _stage(files: Mapping[str, bytes], expected: Undisturbed, *, was_running: bool) -> str:
    written = sum(files.get(name) != old for name, old in expected.old.items())
    if not written:
        return "before it wrote"
    if written < sum(old != expected.new[name] for name, old in expected.old.items()):
        return "while it wrote"
    return "after it wrote" if was_running else "when it had ended"


def _wrong_ending(
    kind: Kind, code: int, stdout: bytes, stderr: bytes, expected: Undisturbed
) -> Iterator[str]:
    said = {
        signal.SIGINT: (130, b"asgi-lint: interrupted\n"),
        signal.SIGTERM: (143, b"asgi-lint: terminated\n"),
        signal.SIGKILL: (-signal.SIGKILL, b""),
    }
    wanted, line = said[kind.signal]
    said_all = b"Fixed " in stderr
    # It may have said already what it has fixed. A Python that winds down answers no signal any
    # more and ends by it, for which shells have the same exit code.
    is_ended = kind.to_main and (
        (code == wanted and stderr.endswith(line)) or (code == -kind.signal and said_all)
    )
    if not is_ended and (code, stdout) != (expected.code, expected.stdout):
        yield f"it ended with {code}, saying {stderr.decode(errors='replace')!r}"


def _wrong_files(
    kind: Kind, files: Mapping[str, bytes], expected: Undisturbed, *, is_complete: bool
) -> Iterator[str]:
    for name, old in expected.old.items():
        allowed = {expected.new[name]} if is_complete else {old, expected.new[name]}
        if files.get(name) not in allowed:
            yield f"{name} is neither old nor new"
    left = sorted(files.keys() - expected.old.keys())
    # Nobody can clean up after SIGKILL: one file may stand beside the one that it was to replace.
    is_forgiven = kind == Kind(signal.SIGKILL) and len(left) == 1 and ".asgi-lint-" in left[0]
    if left and not is_forgiven:
        yield f"it left {', '.join(left)}"


def _is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def _wrong_cache(tree: Path, files: Mapping[str, bytes], expected: Undisturbed) -> Iterator[str]:
    """Whether a run with the cache says of each file what one without says of its old or new text.

    In these projects what is said of a file depends on no other file.
    """
    said = _reported(tree, is_kept=True)
    for name, old in expected.old.items():
        before = expected.reported_old if files.get(name) == old else expected.reported_new
        if said.get(name) != before.get(name):
            yield f"with the cache that it left, a run says otherwise of {name}"
    for folder in tree.glob(f"*/{CACHE}"):
        left = [each.name for each in folder.iterdir() if each.name.endswith(".tmp")]
        if len(left) > 1:
            yield f"it left several unfinished entries in the cache: {', '.join(left)}"


def _reported(tree: Path, *, is_kept: bool) -> dict[str, list[object]]:
    """What a run says of each file, in this process: to start one takes longer than the run."""
    from asgi_lint.pipeline import run
    from asgi_lint.rules.registry import rules
    from asgi_lint.settings import load_settings, overridden

    known, here = rules(), tree.as_posix()

    def settings_for(path: str) -> Settings:
        given = {"cache": is_kept, "jobs": 1}
        return overridden(load_settings(path, known), given, known, here)

    found = run([here], settings_for)
    if found.crashes or found.cache_problem:
        raise SystemExit(f"{found.cache_problem}\n{found.crashes}")
    said: dict[str, list[object]] = {}
    for each in found.diagnostics:
        name = each.place.filename.removeprefix(f"{here}/")
        said.setdefault(name, []).append((each.code, each.place.span, each.message, each.severity))
    return said


if __name__ == "__main__":
    sys.exit(main())
