"""Round after round of fixes, in memory: each is applied to what the one before has left."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgi_lint.analysis import Crash
from asgi_lint.diagnostics import Applicability
from asgi_lint.fixes.round import (
    Offer,
    changes_anything,
    chosen,
    fault_of,
    result_of,
    stops_compiling,
)
from asgi_lint.pipeline import merged
from asgi_lint.suppression import CANNOT_BE_SILENCED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.fixes.writing import Obstacle
    from asgi_lint.pipeline import Run
    from asgi_lint.settings import Settings
    from asgi_lint.source import Source

ROUNDS = 10
"""How often what the fixes have made is analysed and fixed again."""


@dataclass(frozen=True, slots=True)
class Part:
    """The run of one project, and its settings; None for what is no project."""

    run: Run
    settings: Settings | None

    @property
    def is_to_be_fixed(self) -> bool:
        """Whether the project's settings ask for fixes."""
        return self.settings is not None and self.settings.fix

    @property
    def offers(self) -> list[Offer]:
        """The fixes that may be applied."""
        wanted = {Applicability.SAFE}
        if self.settings is not None and self.settings.unsafe_fixes:
            wanted.add(Applicability.UNSAFE)
        return [each for each in self._fixes if each.fix.applicability in wanted]

    @property
    def held_back(self) -> int:
        """How many unsafe fixes were not asked for."""
        return len(self._fixes) - len(self.offers)

    @property
    def _fixes(self) -> list[Offer]:
        diagnostics = self.run.diagnostics if self.is_to_be_fixed else ()
        return [Offer(each, each.fix) for each in diagnostics if each.fix and each.fix.edits]


@dataclass(slots=True)
class Rounds:
    """The files as fixes have changed them so far, and what stands in the way of others.

    `analyse` gives the runs of all projects, with sources that stand for files on disk.
    `obstacle_to` says why a file is to stay as it is. `aliases` are further names (symbolic links)
    of files that are to be changed.
    """

    analyse: Callable[[Mapping[str, Source]], list[Part]]
    obstacle_to: Callable[[Source], Obstacle | None]
    original: dict[str, Source] = field(default_factory=dict)
    changed: dict[str, Source] = field(default_factory=dict)
    groups: list[frozenset[str]] = field(default_factory=list)
    applied: list[Diagnostic] = field(default_factory=list)
    obstacles: dict[str, Obstacle | None] = field(default_factory=dict)
    aliases: set[str] = field(default_factory=set)
    crashes: dict[tuple[object, ...], Crash] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def run(self) -> tuple[list[Part], list[Offer]]:
        """Go on until nothing changes; gives the last runs, and what is still on offer."""
        parts = self.analyse({})
        offers = self._acceptable(parts)
        for _ in range(ROUNDS):
            if not offers:
                break
            parts = self._after(parts, chosen(offers))
            offers = self._acceptable(parts)
        return parts, offers

    def _acceptable(self, parts: Sequence[Part]) -> list[Offer]:
        """The offers that can be taken, whatever else is taken with them."""
        run = merged(part.run for part in parts)
        offered = [offer for part in parts for offer in part.offers]
        return [
            offer
            for offer in offered
            if offer.filenames <= run.reported
            and self._is_sound(offer, run.sources)
            and not self._is_barred(offer, run.sources)
        ]

    def _is_sound(self, offer: Offer, sources: Mapping[str, Source]) -> bool:
        """Whether the fix can be applied by itself and then changes anything."""
        if offer.key in self.crashes or not offer.filenames <= sources.keys():
            return False
        fault = fault_of(offer, sources)
        if fault is not None:
            self._note_crash(offer, fault)
            return False
        return changes_anything(offer, sources)

    def _is_barred(self, offer: Offer, sources: Mapping[str, Source]) -> bool:
        """Whether a file of the fix is to stay as it is, or goes by another name."""
        for name in sorted(offer.filenames):
            if self._names.setdefault(os.path.realpath(name), name) != name:
                self.aliases.add(name)
                return True
            if name not in self.obstacles:
                self.obstacles[name] = self.obstacle_to(sources[name])
        return any(self.obstacles[name] is not None for name in offer.filenames)

    def _after(self, parts: Sequence[Part], offers: list[Offer]) -> list[Part]:
        """The analysis of what the fixes make; one that breaks a file is not among them."""
        before = merged(part.run for part in parts)
        attempt = self._attempt(before, offers)
        if attempt.faults:
            attempt = self._attempt(before, self._harmless(before, attempt))
        for offer in attempt.offers:
            self.applied.append(offer.diagnostic)
            self.groups = _joined(self.groups, offer.filenames)
        for name, source in attempt.result.items():
            self.original.setdefault(name, before.sources[name])
            self.changed[name] = source
        return attempt.parts

    def _attempt(self, before: Run, offers: list[Offer]) -> _Attempt:
        result = result_of(offers, before.sources)
        parts = self.analyse(self.changed | result)
        after = merged(part.run for part in parts)
        return _Attempt(offers, result, parts, dict(_faults(before, after, result)))

    def _harmless(self, before: Run, together: _Attempt) -> list[Offer]:
        """The fixes without those that break a file, tried one after the other."""
        kept = [each for each in together.offers if each.filenames.isdisjoint(together.faults)]
        for offer in together.offers:
            if offer in kept:
                continue
            attempt = self._attempt(before, [*kept, offer])
            if attempt.faults:
                self._note_crash(offer, "\n".join([*attempt.faults.values(), *_edits(offer)]))
            else:
                kept.append(offer)
        return kept

    def _note_crash(self, offer: Offer, report: str) -> None:
        filename, ((row, column), _) = offer.diagnostic.place
        culprit = f"the fix of {offer.diagnostic.code}"
        of = f"{culprit} at {filename}:{row}:{column}"
        self.crashes[offer.key] = Crash(of, report, culprit)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What some fixes make of the files, and what is wrong with a file only since then."""

    offers: list[Offer]
    result: Mapping[str, Source]
    parts: list[Part]
    faults: Mapping[str, str]


def _faults(before: Run, after: Run, result: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    """The changed files that could be analysed before and cannot be any more, and why."""
    for name, source in result.items():
        old, new = _unanalysed(before, name), _unanalysed(after, name)
        if len(new) > len(old):
            yield name, f"Its result cannot be analysed. {new[0].message}"
        elif stops_compiling(before.sources[name], source):
            yield name, "Python does not compile its result."


def _unanalysed(run: Run, filename: str) -> list[Diagnostic]:
    return [
        each
        for each in run.diagnostics
        if each.place.filename == filename and each.code in CANNOT_BE_SILENCED
    ]


def _edits(offer: Offer) -> Iterator[str]:
    """The edits as a report of a mistake needs them, without the text around them."""
    for edit in offer.fix.edits:
        (row, column), (end_row, end_column) = edit.place.span
        yield f"{edit.place.filename}:{row}:{column}-{end_row}:{end_column}: {edit.content!r}"


def _joined(groups: Iterable[frozenset[str]], filenames: frozenset[str]) -> list[frozenset[str]]:
    """The groups with one more, which those that it has a file in common with become part of."""
    apart = [group for group in groups if group.isdisjoint(filenames)]
    return [*apart, filenames.union(*(group for group in groups if group not in apart))]
