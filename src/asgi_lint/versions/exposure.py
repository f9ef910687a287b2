"""How a file stands to a hazard: would an affected release run it, and which one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from asgi_lint.versions.hazard import TITLES
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.releases import starlette_required_by
from asgi_lint.versions.resolution import EffectiveRange, Origin

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place


class Outcome(Enum):
    """What an effective range means for a hazard.

    `AFFECTED`: the release that would be picked is affected. `ALLOWED`: it is not, but a stated
    range allows one that is. `UNAFFECTED`: nothing that is stated allows one. `UNKNOWN`: no
    requirement is known.
    """

    AFFECTED = "affected"
    ALLOWED = "allowed"
    UNAFFECTED = "unaffected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Exposure:
    """The outcome, with the words for a message.

    `release` is the release that would be picked (None if unknown), `releases` the hazard's
    affected ones ("Starlette 0.15.0 to 0.20.4"), `source` the decisive requirement. `phrase`
    names the release and where it comes from, such as "Starlette 0.20.4, which fastapi 0.85.0
    requires"; where nothing is known it is `releases`.
    """

    outcome: Outcome
    package: str
    releases: str
    phrase: str
    release: str | None = None
    source: Place | None = None


def exposure_to(hazard_identifier: str, effective: EffectiveRange | None) -> Exposure:
    """Judge the hazard's package by its effective range; KeyError for an unknown hazard."""
    hazard = HAZARDS[hazard_identifier]
    if effective is None:
        return Exposure(Outcome.UNKNOWN, hazard.package, hazard.releases, hazard.releases)
    if hazard.affects(effective.picked):
        outcome = Outcome.AFFECTED
    elif not effective.bare and any(map(hazard.affects, effective.allowed)):
        outcome = Outcome.ALLOWED
    else:
        outcome = Outcome.UNAFFECTED
    return Exposure(
        outcome=outcome,
        package=hazard.package,
        releases=hazard.releases,
        phrase=phrase_of(effective),
        release=str(effective.picked),
        source=effective.requirements[0].place if effective.requirements else None,
    )


def phrase_of(effective: EffectiveRange) -> str:
    """The picked release and where it comes from, to stand inside a sentence."""
    release = f"{TITLES[effective.package]} {effective.picked}"
    if effective.origin is Origin.LOCKED:
        lock = PurePosixPath(effective.requirements[0].place.filename).name
        return f"{release}, which {lock} holds"
    if effective.origin is Origin.INSTALLED:
        return f"{release}, which the project's virtual environment holds"
    if effective.brought_by:
        return f"{release}, the newest that {effective.brought_by} allows"
    if effective.via is None:
        return release
    stated = list(starlette_required_by(effective.via))
    if [clause.operator for clause in stated] == ["=="]:
        return f"{release}, which fastapi {effective.via} requires"
    return f"{release}, the newest that fastapi {effective.via} allows"
