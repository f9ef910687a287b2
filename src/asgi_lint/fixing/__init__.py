"""What `asgi-lint check --fix` does: rounds of fixes in memory, then one write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.fixes.writing import Change, forbidden, hard_links, left_alone, write
from asgi_lint.fixing.analyses import Analyses
from asgi_lint.fixing.rounds import ROUNDS, Rounds
from asgi_lint.pipeline import merged, run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.fixes.writing import Obstacle
    from asgi_lint.pipeline import Run
    from asgi_lint.settings import Settings
    from asgi_lint.source import Source, SourceProblem

__all__ = ["ROUNDS", "Fixing", "carried_out", "fix"]


@dataclass(frozen=True, slots=True)
class Fixing:
    """What fixes make of the files, and what then remains to be reported.

    `is_asked_for` says whether any project is to be fixed at all. `changes` are in the order of
    their files. `groups` are the files of a fix that edits several: they change together or not at
    all. `applied` are the diagnostics that were fixed, round by round. `held_back` counts the
    unsafe fixes that were not asked for.

    Why something was not fixed: `obstacles` of single files; `outside` are files that fixes would
    edit although no given path means them; `unfinished` are the codes that still offer fixes after
    the last round. `aliases` are further names (symbolic links) of files that are to be fixed: in
    `remaining` they are as they were. `hard_linked` are changed files of which another name keeps
    the old text.
    """

    remaining: Run
    is_asked_for: bool
    changes: tuple[Change, ...]
    groups: tuple[frozenset[str], ...]
    applied: tuple[Diagnostic, ...]
    held_back: int
    obstacles: tuple[Obstacle, ...]
    outside: tuple[str, ...]
    unfinished: tuple[str, ...]
    aliases: frozenset[str]
    hard_linked: tuple[str, ...] = ()


def fix(
    paths: Iterable[str],
    settings_for: Callable[[str], Settings],
    *,
    stdin: Source | SourceProblem | None = None,
    may_write: bool = True,
    today: dt.date | None = None,
) -> Fixing:
    """Apply the fixes that the settings ask for, in memory, until nothing changes.

    Without `may_write`, files that could not be written are changed all the same: only a
    difference is to be shown. UsageError and SettingsError as for `pipeline.run`.
    """

    def obstacle_to(source: Source) -> Obstacle | None:
        if stdin is not None and source.filename == stdin.filename:
            return None
        return forbidden(source) if may_write else left_alone(source)

    rounds = Rounds(Analyses(tuple(paths), settings_for, stdin, today), obstacle_to)
    parts, offers = rounds.run()
    remaining = merged(part.run for part in parts)
    changes = tuple(
        Change(source, rounds.changed[name].text)
        for name, source in sorted(rounds.original.items())
        if rounds.changed[name].text != source.text
    )
    changed = {change.source.filename for change in changes}
    wanted = {name for part in parts for offer in part.offers for name in offer.filenames}
    return Fixing(
        remaining=replace(remaining, crashes=(*remaining.crashes, *rounds.crashes.values())),
        is_asked_for=any(part.is_to_be_fixed for part in parts),
        changes=changes,
        groups=tuple(rounds.groups),
        applied=tuple(each for each in rounds.applied if not changed.isdisjoint(_edited(each))),
        held_back=sum(part.held_back for part in parts),
        obstacles=tuple(filter(None, rounds.obstacles.values())),
        outside=tuple(sorted(wanted - remaining.reported)),
        unfinished=tuple(sorted({offer.diagnostic.code for offer in offers})),
        aliases=frozenset(rounds.aliases),
    )


def carried_out(
    fixing: Fixing,
    paths: Iterable[str],
    settings_for: Callable[[str], Settings],
    *,
    stdin: Source | SourceProblem | None = None,
    today: dt.date | None = None,
) -> Fixing:
    """Write the changes, but not that of standard input; what is returned tells what was written.

    The files of a group are written together or not at all.
    """
    typed = stdin.filename if stdin is not None else None
    changed = {each.source.filename: each for each in fixing.changes}
    on_disk = [[*group & (changed.keys() - {typed})] for group in fixing.groups]
    groups = [[changed[name] for name in sorted(names)] for names in on_disk if names]
    hard_linked = [each.source.filename for group in groups for each in group if hard_links(each)]
    obstacles = write(groups)
    if not obstacles and not fixing.aliases:
        return replace(fixing, hard_linked=tuple(hard_linked))
    failed = {each.filename for each in obstacles}
    left = frozenset[str]().union(*(g for g in fixing.groups if not g.isdisjoint(failed)))
    if typed in changed and typed not in left:
        stdin = replace(changed[typed].source, text=changed[typed].text)
    remaining = run(paths, settings_for, stdin=stdin, today=today)
    return replace(
        fixing,
        remaining=replace(remaining, crashes=fixing.remaining.crashes),
        changes=tuple(each for name, each in changed.items() if name not in left),
        applied=tuple(each for each in fixing.applied if left.isdisjoint(_edited(each))),
        obstacles=(*fixing.obstacles, *obstacles),
        hard_linked=tuple(name for name in hard_linked if name not in left),
    )


def _edited(diagnostic: Diagnostic) -> frozenset[str]:
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    return frozenset(edit.place.filename for edit in edits)
