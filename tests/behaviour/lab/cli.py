"""`python -m lab` (or `scripts/lab.py`, `nox -s lab`): which runs to make, and what they saw."""

from __future__ import annotations

import argparse
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from lab.environments import CACHE, InstallationError
from lab.interpreters import MissingInterpreterError
from lab.measure import observed
from lab.plan import around_edges, measured_hazards, releases
from lab.results import RESULTS, contradictions, read, write
from lab.run import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.versions.hazard import Hazard

_WRITING = threading.Lock()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the runs and write them down; 1 if one failed or contradicts the hazard table."""
    options = _options(arguments)
    wanted = list(_wanted(options))
    if options.list:
        for hazard, release in wanted:
            print(f"{hazard.identifier} {hazard.package} {release}")
        return 0
    with ThreadPoolExecutor(options.jobs) as pool:
        made = list(pool.map(partial(_make, options), wanted))
    found = list(contradictions(read(options.results), measured_hazards().values()))
    print(*found, sep="\n")
    print(f"{sum(made)} runs, {made.count(False)} failed, {len(found)} against the table")
    return 0 if all(made) and not found else 1


def _make(options: argparse.Namespace, of: tuple[Hazard, Version]) -> bool:
    """Make one run and add it to the results, so that nothing is lost if the next one hangs."""
    hazard, release = of
    label = f"{hazard.identifier:56} {hazard.package} {release!s:8}"
    try:
        run = observed(hazard, release, options.cache)
    except (InstallationError, MissingInterpreterError, RunError) as error:
        print(f"{label} failed: {error}", flush=True)
        return False
    print(f"{label} Python {run.environment.python:8} {run.word}", flush=True)
    with _WRITING:
        write(read(options.results).with_run(run), options.results)
    return True


def _wanted(options: argparse.Namespace) -> Iterator[tuple[Hazard, Version]]:
    results = read(options.results)
    for hazard in measured_hazards().values():
        if options.hazards and hazard.identifier not in options.hazards:
            continue
        known = {run.release for run in results.of(hazard.identifier)} if options.missing else ()
        for release in _releases(hazard, options):
            if release not in known:
                yield hazard, release


def _releases(hazard: Hazard, options: argparse.Namespace) -> Sequence[Version]:
    if options.release:
        return [each for each in releases(hazard) if each in options.release]
    return releases(hazard) if options.all else around_edges(hazard, options.around)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    parser.add_argument(
        "hazards", nargs="*", metavar="HAZARD", help="the hazards to run (default: all)"
    )
    parser.add_argument("--all", action="store_true", help="every release, not the edges alone")
    parser.add_argument(
        "--around", type=int, default=1, metavar="N", help="releases on either side of an edge"
    )
    parser.add_argument(
        "--release", type=Version, action="append", help="that release; may be repeated"
    )
    parser.add_argument(
        "--missing", action="store_true", help="leave out what the results hold already"
    )
    parser.add_argument("--list", action="store_true", help="say what would be run, run nothing")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at a time")
    parser.add_argument("--cache", type=Path, help=f"folder of the environments (also {CACHE})")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    options = parser.parse_args(arguments)
    if unknown := set(options.hazards) - set(measured_hazards()):
        parser.error(f"no such hazard: {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
