"""asgi-lint beside other linters, on the same inputs, in the same run.

    python benchmarks/compare.py [--files 2000] [--runs 5] [--limit 600] [--bin FOLDER]
                                 [--project FOLDER]

What is measured: one file, and two projects that are generated (see `project.py`), one in which
few files have to do with a web framework and one in which half of them do; or one that is given.
Each round runs every command once, so that what else the machine does falls on all of them alike;
the median of the rounds counts. A command whose first run takes longer than a minute is not
repeated, and one that takes longer than `--limit` is ended. Then the growth of asgi-lint's own
cost from 100 to 10,000 files. Memory is the peak of the largest process.

Programs that are not installed (in `--bin`, or on the path) are left out. The result is Markdown,
for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from project import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LONG_SECONDS = 60.0
_SIZES = (100, 1_000, 10_000)
_FEW = 50
"""One service of so many serves something: in 2,000 files, 20 can matter."""


class Subject(NamedTuple):
    """A command to measure; `primes` says that an unmeasured run goes first."""

    name: str
    command: tuple[str, ...]
    primes: bool = False


class Cost(NamedTuple):
    """What one run took: seconds on the clock and of processors, MiB of memory at the peak."""

    seconds: float
    processor: float
    memory: float


def main() -> int:
    """Measure and print."""
    arguments = _arguments()
    find = _finder(arguments.bin)
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        projects = {"One file": lay_out(top / "single", 1)}
        if arguments.project is not None:
            projects["A project"] = arguments.project
        else:
            few, half = top / "few", top / "half"
            projects["Few files matter"] = lay_out(few, arguments.files, _FEW)
            projects["Half of the files matter"] = lay_out(half, arguments.files)
        print(_heading(find))
        for title, project in projects.items():
            count = sum(1 for _ in project.rglob("*.py"))
            measured = _measured(_subjects(find), project, arguments)
            table = _table(measured, arguments.limit)
            print(f"## {title}: {count:,}\n\n{table}\n", flush=True)
        if arguments.growth:
            print(f"## Growth\n\n{_growth(find, top, arguments)}", flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare asgi-lint's speed with others'.")
    parser.add_argument("--files", type=int, default=2_000, help="files of the generated project")
    parser.add_argument("--runs", type=int, default=5, help="rounds")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one run")
    parser.add_argument("--bin", type=Path, help="where the other linters are installed")
    parser.add_argument("--project", type=Path, help="a real project instead")
    parser.add_argument("--no-growth", dest="growth", action="store_false")
    return parser.parse_args()


def _finder(folder: Path | None) -> Callable[[str], str | None]:
    own = Path(sys.executable).parent
    places = os.pathsep.join(map(str, filter(None, (folder, own))))

    def find(program: str) -> str | None:
        return shutil.which(program, path=places) or shutil.which(program)

    return find


def _subjects(find: Callable[[str], str | None]) -> list[Subject]:
    own, ruff = (sys.executable, "-m", "asgi_lint", "check", "--exit-zero"), find("ruff")
    flake8, fixit, pylint, semgrep = map(find, ("flake8", "fixit", "pylint", "semgrep"))
    found = [Subject("asgi-lint, cold", (*own, "--no-cache"))]
    found.append(Subject("asgi-lint, warm", own, primes=True))
    if ruff:
        check = (ruff, "check", "--isolated", "--select", "FAST,ASYNC", "--exit-zero", "--quiet")
        found.append(Subject("ruff FAST,ASYNC, no cache", (*check, "--no-cache")))
        found.append(Subject("ruff FAST,ASYNC, cached", check, primes=True))
    if flake8:
        check = (flake8, "--isolated", "--select", "ASYNC", "--exit-zero")
        found.append(Subject("flake8 with flake8-async", check))
    if fixit:
        found.append(Subject("Fixit", (fixit, "--quiet", "lint")))
    if pylint:
        check = (pylint, "--exit-zero", "--jobs", "0", "--recursive", "y", "--score", "n")
        found.append(Subject("pylint", check))
    rules = Path(__file__).with_name("semgrep.yml")
    if semgrep and rules.exists():
        check = (semgrep, "scan", "--config", str(rules), "--metrics", "off", "--quiet")
        check = (*check, "--disable-version-check")  # which waits for a network
        found.append(Subject("semgrep", check))
    return found


def _measured(
    subjects: Iterable[Subject], folder: Path, arguments: argparse.Namespace
) -> list[tuple[Subject, list[Cost]]]:
    costs: list[tuple[Subject, list[Cost]]] = [(subject, []) for subject in subjects]
    for subject, _ in costs:
        if subject.primes:
            _cost(subject, folder, arguments.limit)
    for _ in range(arguments.runs):
        for subject, known in costs:
            if not known or known[0].seconds < min(_LONG_SECONDS, arguments.limit):
                known.append(_cost(subject, folder, arguments.limit))
    return costs


def _cost(subject: Subject, folder: Path, limit: float) -> Cost:
    """Run a command in a folder, on all that lies in it, for so many seconds at most."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [*subject.command, "."],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        print(f"{subject.name} ended with exit code {process.returncode}", file=sys.stderr)
    scale = 1024 if sys.platform == "linux" else 1024 * 1024
    seconds, processor = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    return Cost(seconds, processor, usage.ru_maxrss / scale)


def _table(measured: Sequence[tuple[Subject, list[Cost]]], limit: float) -> str:
    own = measured[0][1]
    lines = [
        "| | seconds | asgi-lint takes, cold | processor seconds | asgi-lint takes | MiB | runs |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for subject, costs in measured:
        times = [each(costs) for each in (_seconds, _processor)]
        ratios = [f"{each(own) / each(costs):.2f} of it" for each in (_seconds, _processor)]
        shown = [f"{each:.2f}" for each in times]
        if times[0] >= limit:
            shown = [f"over {each:.0f}" for each in times]
            ratios = [f"less than {each}" for each in ratios]
        if costs is own:
            ratios = ["", ""]
        memory = max(cost.memory for cost in costs)
        lines.append(
            f"| {subject.name} | {shown[0]} | {ratios[0]} | {shown[1]} | {ratios[1]} "
            f"| {memory:.0f} | {len(costs)} |"
        )
    return "\n".join(lines)


def _growth(find: Callable[[str], str | None], top: Path, arguments: argparse.Namespace) -> str:
    lines = ["| files | cold, seconds | per 1,000 files | warm, seconds | MiB |"]
    lines.append("|--:|--:|--:|--:|--:|")
    for size in _SIZES:
        project = lay_out(top / f"of{size}", size)
        (_, cold), (_, warm) = _measured(_subjects(find)[:2], project, arguments)
        seconds, memory = _seconds(cold), max(cost.memory for cost in cold)
        lines.append(
            f"| {size:,} | {seconds:.2f} | {seconds * 1000 / size:.2f} | {_seconds(warm):.2f} "
            f"| {memory:.0f} |"
        )
    return "\n".join(lines)


def _seconds(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.seconds for cost in costs)


def _processor(costs: Sequence[Cost]) -> float:
    return statistics.median(cost.processor for cost in costs)


def _heading(find: Callable[[str], str | None]) -> str:
    programs = (sys.executable, *filter(None, map(find, ("ruff", "flake8", "fixit", "pylint"))))
    versions = [_version(program) for program in programs]
    day = dt.datetime.now(tz=dt.timezone.utc).date()
    load = os.getloadavg()[0]
    return (
        f"Measured on {day} with {', '.join(versions)}; "
        f"{os.cpu_count()} processors, {platform.system()}, load {load:.1f} at the start.\n"
    )


def _version(program: str) -> str:
    run = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    text = " ".join(run.stdout.split())
    name = Path(program).name
    return text if text.lower().startswith(name[:4]) else f"{name} {text}"


if __name__ == "__main__":
    sys.exit(main())
