"""The documentation's tables of hazards: which releases have each, what was run, who says so."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from asgi_lint.versions.hazard import Advisory
from asgi_lint.versions.hazards import HAZARDS
from declared import declared
from markdown_table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgi_lint.versions.hazard import Hazard


@dataclass(frozen=True, slots=True)
class Evidence:
    """The releases that gave one answer to a hazard's program, from the oldest to the newest."""

    releases: tuple[str, ...]
    word: str
    affected: bool

    @property
    def phrase(self) -> str:
        """The releases for people."""
        first, *others = self.releases
        if not others:
            return first
        return f"{first} to {others[-1]} ({len(self.releases)} releases)"


def summary(results: Path) -> str:
    """How much was run, and when."""
    runs = json.loads(results.read_text(encoding="utf-8"))["runs"]
    days = sorted({run["date"] for run in runs})
    when = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    return f"{len(runs)} runs of {len(_measured())} programs, made {when}."


def overview() -> str:
    """One row for each hazard that was measured."""
    return table(
        ("Hazard", "Affected releases", "Rules"),
        (
            (
                f"[{hazard.identifier}](#{anchor(hazard)})<br>{hazard.summary}",
                hazard.releases,
                _rules_of(hazard),
            )
            for hazard in _measured()
        ),
    )


def sections(results: Path) -> str:
    """A section for each hazard that was measured, with what its program saw."""
    evidence = _evidence(results)
    return "\n\n".join(_section(hazard, evidence[hazard.identifier]) for hazard in _measured())


def advisories() -> str:
    """The security advisories: as published, not measured."""
    return table(
        ("Advisory", "Affected releases", "Rating", "What it says"),
        (
            (
                f"[{row.cve}]({row.sources[0]})",
                row.releases,
                row.rating.name.lower(),
                f"{row.summary} It needs {row.needs}.",
            )
            for row in HAZARDS.values()
            if isinstance(row, Advisory)
        ),
    )


def anchor(hazard: Hazard) -> str:
    """What the heading of its section is linked by: Markdown drops the dots of a heading."""
    return hazard.identifier.replace(".", "")


def _measured() -> list[Hazard]:
    return [hazard for hazard in HAZARDS.values() if not isinstance(hazard, Advisory)]


def _evidence(results: Path) -> Mapping[str, Sequence[Evidence]]:
    """By hazard; the file has the runs in order of hazard and release."""
    document = json.loads(results.read_text(encoding="utf-8"))
    where = document["environments"]
    return {
        identifier: [
            Evidence(tuple(where[run["environment"]]["release"] for run in alike), word, affected)
            for (word, affected), alike in groupby(
                of_hazard, key=lambda run: (run["word"], run["affected"])
            )
        ]
        for identifier, of_hazard in groupby(document["runs"], key=lambda run: run["hazard"])
    }


def _section(hazard: Hazard, evidence: Sequence[Evidence]) -> str:
    sources = ", ".join(f"<{source}>" for source in hazard.sources)
    program = hazard.identifier.replace("-", "_").replace(".", "_")
    return "\n\n".join(
        (
            f"### {hazard.identifier}",
            f"{hazard.summary} Reported by {_rules_of(hazard)}.",
            table(
                ("Releases that were run", "The program saw", "So they are"),
                (
                    (each.phrase, f"`{each.word}`", "affected" if each.affected else "not affected")
                    for each in evidence
                ),
            ),
            _edges(evidence),
            f"Program: `tests/behaviour/hazards/{program}.py`. Sources: {sources}.",
        )
    )


def _edges(evidence: Sequence[Evidence]) -> str:
    """The two releases on either side of each place where the verdict changes."""
    edges = [
        f"{before.releases[-1]} `{before.word}`, {after.releases[0]} `{after.word}`"
        for before, after in pairwise(evidence)
        if before.affected != after.affected
    ]
    return f"Boundaries: {'; '.join(edges)}." if edges else "There is no boundary."


def _rules_of(hazard: Hazard) -> str:
    """The rules whose modules name the hazard, linked from docs/."""
    named = [
        f"[{rule.code}](rules/{rule.code}.md)"
        for rule in declared().values()
        if f'"{hazard.identifier}"' in _source(rule.check.__module__)
    ]
    return ", ".join(named) or "no rule"


def _source(module: str) -> str:
    return Path(sys.modules[module].__file__ or "").read_text(encoding="utf-8")
