"""Which releases a hazard is run on: those around its edges, the oldest and the newest, or all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from asgi_lint.versions.hazard import Advisory
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.releases import known_releases
from lab.subject import is_within_reach, subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

    from asgi_lint.versions.hazard import Hazard
    from lab.subject import Subject

PROGRAMS = Path(__file__).resolve().parents[1] / "hazards"

# What is about a Python, whatever else runs there.
_PYTHONS = {"stream-fails-on-python-3.11": SpecifierSet(">=3.11")}


def measured_hazards() -> Mapping[str, Hazard]:
    """The hazards that the lab must show; an advisory rests on its publication."""
    return {name: each for name, each in HAZARDS.items() if not isinstance(each, Advisory)}


def program(identifier: str) -> Path:
    """The file of a hazard's program."""
    return PROGRAMS / f"{identifier.replace('-', '_').replace('.', '_')}.py"


def releases(hazard: Hazard) -> tuple[Version, ...]:
    """Every release of its package that the lab can run, oldest first."""
    known = known_releases(hazard.package)
    return tuple(each for each in known if is_within_reach(hazard.package, each))


def around_edges(hazard: Hazard, neighbours: int = 1) -> tuple[Version, ...]:
    """The oldest and the newest release, and on either side of each edge that many."""
    known = releases(hazard)
    affected = [hazard.affects(each) for each in known]
    edges = [at for at in range(1, len(known)) if affected[at] != affected[at - 1]]
    near = {at for edge in edges for at in range(edge - neighbours, edge + neighbours)}
    wanted = {0, len(known) - 1} | near
    return tuple(each for at, each in enumerate(known) if at in wanted)


def subject_for(hazard: Hazard, release: Version) -> Subject:
    """What to run a hazard's program on; MissingInterpreterError if there is no Python for it."""
    return subject(hazard.package, str(release), _PYTHONS.get(hazard.identifier))
