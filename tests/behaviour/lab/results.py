"""The results as data: one JSON document, a line for each run, in the same order every time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RESULTS = Path(__file__).resolve().parents[1] / "results/hazards.json"
SCHEMA = RESULTS.with_name("hazards.schema.json")


@dataclass(frozen=True, slots=True)
class Environment:
    """Where runs took place: a release, the Python's full version, and all other packages."""

    name: str
    package: str
    release: str
    python: str
    packages: dict[str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a hazard's program saw, and whether that is what the hazard describes."""

    hazard: str
    environment: Environment
    word: str
    affected: bool
    date: str

    @property
    def release(self) -> Version:
        """The release that was run."""
        return Version(self.environment.release)


@dataclass(frozen=True, slots=True)
class Results:
    """All runs there are, one at most for a hazard in an environment."""

    runs: tuple[Run, ...] = ()

    def of(self, hazard: str) -> tuple[Run, ...]:
        """The runs of that hazard, the oldest release first."""
        return tuple(run for run in self.runs if run.hazard == hazard)

    def with_run(self, run: Run) -> Results:
        """These results with `run`, in place of an earlier one in the same environment.

        The latest is what is known of an environment: its companions may have been updated.
        """
        at = (run.hazard, run.environment.name)
        others = [each for each in self.runs if (each.hazard, each.environment.name) != at]
        updated = [
            replace(each, environment=run.environment) if each.environment.name == at[1] else each
            for each in others
        ]
        return Results(tuple(sorted([*updated, run], key=_order)))


def read(path: Path = RESULTS) -> Results:
    """The results in that file; none if there is no such file."""
    return parse(path.read_text(encoding="utf-8")) if path.exists() else Results()


def parse(text: str) -> Results:
    """The inverse of `dump`."""
    data = json.loads(text)
    environments = {name: Environment(name, **each) for name, each in data["environments"].items()}
    return Results(
        tuple(
            Run(**{**each, "environment": environments[each["environment"]]})
            for each in data["runs"]
        )
    )


def write(results: Results, path: Path = RESULTS) -> None:
    """Write all of `results`; a reader sees the old file or the new one, no half."""
    draft = path.with_suffix(".draft")
    draft.write_text(dump(results), encoding="utf-8", newline="\n")
    draft.replace(path)


def dump(results: Results) -> str:
    """The text of the file."""
    used = {run.environment.name: run.environment for run in results.runs}
    environments = sorted(used.values(), key=_environment_order)
    return (
        f'{{\n"$schema": "{SCHEMA.name}",\n'
        f'"environments": {{\n{_lines(map(_named, environments))}\n}},\n'
        f'"runs": [\n{_lines(map(_run, results.runs))}\n]\n}}\n'
    )


def _order(run: Run) -> tuple[Any, ...]:
    return run.hazard, *_environment_order(run.environment)


def _environment_order(environment: Environment) -> tuple[str, Version, Version]:
    release, python = Version(environment.release), Version(environment.python)
    return environment.package, release, python


def _lines(entries: Iterable[str]) -> str:
    return ",\n".join(entries)


def _named(environment: Environment) -> str:
    data = asdict(environment)
    name = data.pop("name")
    return f"{json.dumps(name)}: {json.dumps(data)}"


def _run(run: Run) -> str:
    return json.dumps({**asdict(run), "environment": run.environment.name})


def contradictions(results: Results, hazards: Iterable[Any]) -> Iterator[str]:
    """A line for each run that shows something else than the hazard table says."""
    for hazard in hazards:
        for run in results.of(hazard.identifier):
            if run.affected != hazard.affects(run.release):
                said = "affected" if not run.affected else "not affected"
                yield (
                    f"{hazard.identifier}: {hazard.package} {run.release} is said to be {said}, "
                    f"but the run saw {run.word!r}"
                )
