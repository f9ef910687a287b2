"""What one requirement leads to, seen together with the others that are installed with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Fix
from asgi_lint.versions.lock_commands import lock_command, upgrade_command
from asgi_lint.versions.releases import allowed_releases, starlette_required_by
from asgi_lint.versions.requirements import Kind, Requirement
from asgi_lint.versions.resolution import EffectiveRange, Origin, allowed_by, counts, resolve
from asgi_lint.versions.rewrite import first_release_without, rewrite, spelled, starlette_with

if TYPE_CHECKING:
    from packaging.version import Version

    from asgi_lint.versions.effective import Versions


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a requirement does to Starlette.

    `picked` is the Starlette release that would be installed because of it, `allowed` all that
    it allows in its context, oldest first. `subject` is the requirement as written, `opening`
    begins a sentence: "`fastapi==0.85.0` installs Starlette 0.20.4".
    """

    picked: Version
    allowed: tuple[Version, ...]
    subject: str
    opening: str
    fix: Fix | None


def judge(
    versions: Versions,
    requirement: Requirement,
    below: Version,
    hazards: tuple[str, ...],
    gain: str,
) -> Judgement | None:
    """Judge one requirement of Starlette or FastAPI that allows a Starlette older than `below`.

    None where none is allowed, and where the requirement is bare, ignored or not what decides.
    `hazards` are those that the fix has to leave; `gain` says what its target does ("runs them").
    """
    if not counts(requirement):
        return None
    context = versions.effective(requirement.place.filename, "starlette")
    if context is None or requirement not in context.requirements:
        return None
    if context.allowed[0] >= below and context.picked >= below:
        return None
    if requirement.kind is Kind.LOCKED:
        return _judge_lock(requirement, context, hazards) if context.picked < below else None
    if requirement.is_bare:
        return None
    alone = resolve([requirement])["starlette"]
    is_locked = context.origin is Origin.LOCKED and context.picked in alone.allowed
    picked = context.picked if is_locked else alone.picked
    if requirement.name == "fastapi" and _starlette_is_ranged(context):
        if picked >= below:
            return None
        picked = context.picked if context.picked in alone.allowed else picked
    subject = f"`{spelled(requirement)}`"
    verb = f"is locked by {_name(context.requirements[0])} to" if is_locked else "installs"
    fix = _fix(requirement, context, hazards, gain)
    return Judgement(
        picked=picked,
        allowed=context.allowed,
        subject=subject,
        opening=f"{subject} {verb} Starlette {picked}",
        fix=_after_locking(fix, requirement, context) if is_locked and picked < below else fix,
    )


def _judge_lock(
    requirement: Requirement, context: EffectiveRange, hazards: tuple[str, ...]
) -> Judgement | None:
    """A lock is to blame only where no requirement could be raised instead."""
    stated = [each for each in context.requirements if each.kind is not Kind.LOCKED]
    if requirement.name != "starlette" or not all(each.is_bare for each in stated):
        return None
    lock = _name(requirement)
    return Judgement(
        picked=context.picked,
        allowed=(context.picked,),
        subject=f"`{lock}`",
        opening=f"`{lock}` installs Starlette {context.picked}",
        fix=_upgrade(requirement, context, hazards),
    )


def _upgrade(lock: Requirement, context: EffectiveRange, hazards: tuple[str, ...]) -> Fix | None:
    """The lock's own command for Starlette, and for FastAPI where that holds it back."""
    target = first_release_without("starlette", hazards)
    if target is None:
        return None
    holding = [
        each.name
        for each in context.requirements
        if each.name == "fastapi"
        and each.kind is Kind.LOCKED
        and not any(starlette_with(release, hazards) for release in allowed_by(each))
    ]
    command = upgrade_command(lock.place.filename, (*holding, "starlette"))
    advice = f"Run `{command}`" if command else "Lock again"
    return Fix(Applicability.ADVICE, f"{advice}, which has to lead to Starlette {target} or newer")


def _starlette_is_ranged(context: EffectiveRange) -> bool:
    """Whether a Starlette line speaks for itself, so that FastAPI's floor need not."""
    own = [each for each in context.requirements if each.name == "starlette"]
    return any(not each.is_bare and each.kind is not Kind.LOCKED for each in own)


def _fix(
    requirement: Requirement, context: EffectiveRange, hazards: tuple[str, ...], gain: str
) -> Fix | None:
    target = first_release_without(requirement.name, hazards)
    if target is None:
        return None
    brings, reason = target, f"the first release that {gain}"
    if requirement.name == "fastapi":
        brings = starlette_with(target, hazards) or target
        reason = f"the first release whose Starlette ({brings}) {gain}"
        if len(allowed_releases("starlette", starlette_required_by(target))) > 1:
            reason = f"the first release that allows Starlette {brings}, which {gain}"
    elif holder := _fastapi_in_the_way(context, target):
        held = f"it holds Starlette at {context.picked}"
        return Fix(Applicability.ADVICE, f"Raise `{spelled(holder)}` first, because {held}")
    fix = rewrite(requirement, target, reason)
    if fix is None:
        return None
    for other in context.requirements:
        to = target if other.name == requirement.name else brings
        is_involved = other.name in {requirement.name, "starlette"} and other != requirement
        if is_involved and other.kind is not Kind.LOCKED and not other.allows(to):
            fix = _together(fix, rewrite(other, to, "which goes with it"))
    return fix


def _fastapi_in_the_way(context: EffectiveRange, target: Version) -> Requirement | None:
    """FastAPI's requirement, if no FastAPI that it allows can go with `target` or newer."""
    stated = [
        each
        for each in context.requirements
        if each.name == "fastapi" and each.kind is not Kind.LOCKED
    ]
    if not stated:
        return None
    for release in allowed_by(stated[0]):
        fitting = allowed_releases("starlette", starlette_required_by(release))
        if fitting and fitting[-1] >= target and all(each.allows(release) for each in stated):
            return None
    return stated[0]


def _together(fix: Fix, other: Fix | None) -> Fix:
    """Both changes as one, because either alone would leave nothing to install."""
    if other is None:
        return fix
    message = f"{fix.message}, and {other.message[0].lower()}{other.message[1:]}"
    if not fix.edits or not other.edits:
        return Fix(Applicability.ADVICE, message)
    return Fix(Applicability.UNSAFE, message, (*fix.edits, *other.edits))


def _after_locking(
    fix: Fix | None, requirement: Requirement, context: EffectiveRange
) -> Fix | None:
    """The same for a project with a lock file, which a raised requirement makes out of date."""
    if fix is None:
        return None
    applicability = Applicability.UNSAFE if fix.edits else fix.applicability
    command = lock_command(context.requirements[0].place.filename)
    if fix.edits == (Edit(requirement.specifier_place, requirement.specifier_text),):
        # It is raised already: the lock file is what still has to follow.
        return Fix(Applicability.ADVICE, f"Run `{command}`" if command else "Lock again")
    then = f"then run `{command}`" if command else "lock again afterwards"
    return Fix(applicability, f"{fix.message}; {then}", fix.edits)


def _name(requirement: Requirement) -> str:
    return PurePosixPath(requirement.place.filename).name
