"""The smallest change of one requirement, in its own style, that leaves certain releases behind."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from asgi_lint.diagnostics import Applicability, Edit, Fix
from asgi_lint.versions.clauses import Clause, clauses_of
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.readers.notations import specifiers
from asgi_lint.versions.releases import allowed_releases, known_releases, starlette_required_by
from asgi_lint.versions.requirements import Requirement, Style
from asgi_lint.versions.resolution import allowed_by

if TYPE_CHECKING:
    from collections.abc import Iterable

_WITH_KEY = frozenset({Style.POETRY, Style.PIPFILE, Style.PIXI})
_PREFIXED_BY_EQUALS = frozenset({Style.CONDA, Style.PIXI})


@cache
def first_release_without(package: str, hazards: tuple[str, ...]) -> Version | None:
    """The oldest release from which on no release has any of the hazards.

    A FastAPI release has those of the Starlette that is installed with it. None if the newest
    release is still affected.
    """
    return _first_without(package, known_releases(package), hazards)


def starlette_with(fastapi_release: Version, hazards: tuple[str, ...]) -> Version | None:
    """The oldest Starlette without the hazards that this FastAPI release allows."""
    allowed = allowed_releases("starlette", starlette_required_by(fastapi_release))
    return _first_without("starlette", allowed, hazards)


def rewrite(requirement: Requirement, target: Version, reason: str) -> Fix | None:
    """Raise the requirement so that it allows `target` and nothing older.

    Safe if it only takes releases away, unsafe if it lets in newer ones than it did; advice
    without an edit where hashes or the spelling forbid one. `reason` ends the message ("the
    first release that ..."). None if the requirement states no release or has no such form.
    """
    if requirement.is_bare or requirement.style in {Style.LOCK, Style.UNVERSIONED}:
        return None
    raised = None if requirement.alternatives else _raised(requirement, target)
    if raised is None:
        floor = spelled(requirement, f">={target}")
        return Fix(Applicability.ADVICE, f"Require `{floor}`, {reason}")
    message = f"Require `{spelled(requirement, raised.text)}`, {reason}"
    if raised.lifts_upper_bound:
        message += "; this lifts the upper bound"
    if requirement.has_hashes:
        return Fix(Applicability.ADVICE, f"{message}; its hashes have to be made anew")
    if not requirement.is_rewritable:
        return Fix(Applicability.ADVICE, message)
    only_takes_away = all(map(requirement.allows, raised.allowed))
    applicability = Applicability.SAFE if only_takes_away else Applicability.UNSAFE
    return Fix(applicability, message, (Edit(requirement.specifier_place, raised.text),))


def spelled(requirement: Requirement, specifier_text: str | None = None) -> str:
    """The requirement in its manifest's notation, without extras, marker and hashes."""
    text = requirement.specifier_text if specifier_text is None else specifier_text
    if requirement.style in _WITH_KEY:
        return f'{requirement.name} = "{text}"'
    gap = " " if text[:1].isdigit() else ""
    return f"{requirement.name}{gap}{text}"


class _Raised(NamedTuple):
    """A version part that starts at the target and keeps the newest release, if both fitted."""

    text: str
    allowed: tuple[Version, ...]
    lifts_upper_bound: bool


def _raised(requirement: Requirement, target: Version) -> _Raised | None:
    text = requirement.specifier_text
    clauses = clauses_of(text)
    has_floor = any(clause.operator not in {"<", "<=", "!=", "<>"} for clause in clauses)
    pieces, end, lifts = [], 0, False
    for clause in clauses:
        raised = _raised_clause(clause, target, requirement.style, has_floor=has_floor)
        lifts = lifts or (raised != clause and clause.operator in {"<", "<="})
        gap = text[clause.start + len(clause.operator) : clause.end - len(clause.version)]
        pieces += [text[end : clause.start], raised.operator, gap, raised.version]
        end = clause.end
    changed = "".join([*pieces, text[end:]])
    before = allowed_by(requirement)
    newest = before[-1] if target in before else None
    for candidate in (changed, f">={target},{changed}", f">={target},{text}"):
        allowed = _allowed(requirement, candidate)
        is_raised = target in allowed and allowed[0] >= target
        if is_raised and (newest is None or newest in allowed):
            return _Raised(candidate, allowed, lifts)
    return None


def _raised_clause(clause: Clause, target: Version, style: Style, *, has_floor: bool) -> Clause:
    """The clause with `target` in the place of what kept it out or let in something older."""
    (specifier,) = specifiers(style, clause.operator + clause.version)
    allows_target = specifier.contains(target, prereleases=True)
    written = clause.version.rstrip("*").rstrip(".")
    wildcard = clause.version[len(written) :]
    is_prefix = bool(wildcard) or (clause.operator == "=" and style in _PREFIXED_BY_EQUALS)
    if not written:
        return clause
    release, parts = Version(written), len(Version(written).release)
    match clause.operator:
        case ">=" | ">" if release < target:
            return clause._replace(operator=">=", version=str(target))
        case "" | "=" | "==" if is_prefix and not allows_target:
            return clause._replace(version=_shortened(target, parts, exact=False) + wildcard)
        case "" | "=" | "==" | "===" if not is_prefix:
            return clause._replace(version=str(target))
        case "^" | "~" | "~=" if release < target:
            return clause._replace(version=_shortened(target, parts))
        case "<" | "<=" if not allows_target and has_floor:
            return clause._replace(operator="<", version=_following(target, parts))
        case "<" | "<=" if not allows_target:
            return clause._replace(operator=">=", version=str(target))
        case _:
            return clause


def _shortened(release: Version, parts: int, *, exact: bool = True) -> str:
    """The release with as many parts as were written, and more if it would not be the same."""
    numbers = release.release
    if exact and any(numbers[parts:]):
        parts = len(numbers)
    padded = (*numbers, *(0,) * (parts - len(numbers)))
    return ".".join(map(str, padded[:parts]))


def _following(release: Version, parts: int) -> str:
    """The upper bound just above the release, written with two parts at least and no patch."""
    major, minor = release.major, release.minor
    return ".".join(map(str, (major, minor + 1, *(0,) * (parts - 2))))


def _allowed(requirement: Requirement, text: str) -> tuple[Version, ...]:
    try:
        (specifier,) = specifiers(requirement.style, text)
    except ValueError:
        return ()
    return allowed_releases(requirement.name, specifier)


def _first_without(
    package: str, releases: tuple[Version, ...], hazards: tuple[str, ...]
) -> Version | None:
    first = None
    for release in reversed(releases):
        if _is_affected(package, release, hazards):
            break
        first = release
    return first


def _is_affected(package: str, release: Version, hazards: Iterable[str]) -> bool:
    installed = {package: release}
    if package == "fastapi":
        allowed = allowed_releases("starlette", starlette_required_by(release))
        installed["starlette"] = allowed[-1]
    rows = [HAZARDS[hazard] for hazard in hazards]
    return any(row.package in installed and row.affects(installed[row.package]) for row in rows)
