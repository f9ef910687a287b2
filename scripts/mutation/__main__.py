"""Mutation testing of what decides: the rules, the model and the versions.

    python scripts/mutation run [--seed 1] [--share 0.03] [--only GLOB] [--limit TESTS]
    python scripts/mutation again       # the survivors once more, after tests were added
    python scripts/mutation survivors   # each with its difference
    python scripts/mutation score       # killed and survived by area

Mutants are made in memory and tried in forked processes; the sources stay as they are. Results are
kept in `.mutation/`, and a run that was stopped goes on where it was. Needs `mutmut` and `coverage`
(`nox -s mutation` installs them); some minutes for a hundred mutants.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, TypedDict

from mutants import number_of_mutants, sampled
from reach import TESTS, completed, measured, save, saved
from trials import ROOT, with_trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from mutants import Mutant
    from reach import Reach
    from trials import Trial

_FOLDER = ROOT / ".mutation"
_RESULTS = _FOLDER / "results.jsonl"
_REACH = _FOLDER / "reach.json"
_PACKAGE = "src/asgi_lint"
_AREAS = {"model": 1.5, "rules": 1.0, "versions": 1.25}  # the factor of the share
# Tables of facts, which have tests of their own against packages; and what is generated.
_LEFT_OUT = (
    "*/__init__.py",
    "*/rules/index.py",
    "*/third_party/*",
    "*/versions/hazards.py",
    "*/versions/advisories.py",
)
_LEFT = ("survived", "unseen")
_LEAST = 4  # mutants of each module


class Result(TypedDict):
    """One mutant and what became of it."""

    identity: str
    path: str
    operator: str
    status: str
    killer: str
    tests: int
    seconds: float
    difference: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=["run", "again", "survivors", "score", "count"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.03, help="of a module's mutants")
    parser.add_argument("--only", default="*", help="modules, by their paths")
    parser.add_argument("--limit", type=int, default=60, help="tests for each mutant")
    options = parser.parse_args(arguments)
    _FOLDER.mkdir(exist_ok=True)
    paths = [path for path in _modules() if fnmatch.fnmatch(_name(path), options.only)]
    match options.command:
        case "run":
            _run(paths, options)
        case "again":
            _again(paths, options)
        case "survivors":
            _print_survivors(options.only)
        case "score":
            _print_score()
        case "count":
            print(sum(map(number_of_mutants, paths)), "mutants in", len(paths), "modules")
    return 0


def _modules() -> list[Path]:
    found = [path for area in _AREAS for path in (ROOT / _PACKAGE / area).rglob("*.py")]
    return sorted(
        path for path in found if not any(fnmatch.fnmatch(_name(path), each) for each in _LEFT_OUT)
    )


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _sample(paths: Sequence[Path], options: argparse.Namespace) -> Iterator[Mutant]:
    """In an order that leaves a run that is stopped with a sample of everything."""
    drafts: list[Callable[[], Mutant | None]] = []
    for path in paths:
        name = _name(path)
        share = options.share * _AREAS[name.split("/")[2]]
        drafts += sampled(path, name, share=share, least=_LEAST, seed=options.seed)
    random.Random(options.seed).shuffle(drafts)
    for number, draft in enumerate(drafts, start=1):
        mutant = draft()
        if mutant is not None:
            print(f"{number}/{len(drafts)}", end=" ")
            yield mutant


def _run(paths: Sequence[Path], options: argparse.Namespace) -> None:
    if not _REACH.exists():
        save(measured(), _REACH)
    known = _results()
    mutants = (each for each in _sample(paths, options) if each.identity not in known)
    _try(mutants, saved(_REACH), known, options.limit)


def _again(paths: Sequence[Path], options: argparse.Namespace) -> None:
    reach = saved(_REACH)
    added = completed(reach)
    save(reach, _REACH)
    known = _results()
    left = {each["identity"] for each in known.values() if each["status"] in _LEFT}
    mutants = (each for each in _sample(paths, options) if each.identity in left)
    _try(mutants, reach, known, options.limit, added)


def _try(
    mutants: Iterator[Mutant],
    reach: Reach,
    known: dict[str, Result],
    limit: int,
    added: Iterable[str] = (),
) -> None:
    """Try each, with the tests first that were added, then those that noticed most so far."""
    kills = Counter(each["killer"] for each in known.values())
    kills.update(dict.fromkeys(added, len(known)))

    def attempts(trial: Trial) -> None:
        for mutant in mutants:
            result = _tried(mutant, reach, kills, limit, trial)
            kills[result["killer"]] += 1
            with _RESULTS.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(result)}\n")
            print(result["status"], mutant.identity, mutant.operator, flush=True)

    with_trials(TESTS, attempts)


def _tried(mutant: Mutant, reach: Reach, kills: Counter[str], limit: int, trial: Trial) -> Result:
    tests = reach.tests(mutant)
    chosen = sorted(tests, key=lambda test: -kills[test])[:limit]
    status, killer, seconds = "unseen", "", 0.0
    if chosen:
        allowed = 10 + 3 * sum(reach.seconds[test] for test in chosen)
        outcome = trial(mutant.path, mutant.source, chosen, allowed)
        killer, seconds = outcome.killer, outcome.seconds
        status = "timeout" if outcome.timed_out else "killed" if killer else "survived"
    return Result(
        identity=mutant.identity,
        path=mutant.path,
        operator=mutant.operator,
        status=status,
        killer=killer,
        tests=len(chosen),
        seconds=round(seconds, 2),
        difference=mutant.difference,
    )


def _results() -> dict[str, Result]:
    """The last result of each mutant."""
    if not _RESULTS.exists():
        return {}
    lines = _RESULTS.read_text(encoding="utf-8").splitlines()
    return {result["identity"]: result for result in map(json.loads, lines)}


def _print_survivors(only: str) -> None:
    for result in _results().values():
        if result["status"] in _LEFT and fnmatch.fnmatch(result["path"], only):
            print(f"# {result['identity']} {result['operator']}: {result['status']}")
            print("\n".join(result["difference"].splitlines()[2:]), end="\n\n")


def _print_score() -> None:
    table: dict[str, Counter[str]] = {}
    for result in _results().values():
        area = "/".join(result["path"].removeprefix(f"{_PACKAGE}/").split("/")[:-1])
        for row in (area, "all"):
            table.setdefault(row, Counter())[result["status"]] += 1
    for area, counts in sorted(table.items()):
        total = counts.total()
        caught = counts["killed"] + counts["timeout"]
        states = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        print(f"{area:24} {total:5} mutants  {caught / total:6.1%}  {states}")


if __name__ == "__main__":
    raise SystemExit(main())
