"""What can be done about diagnostics in an editor, as changed texts: fixes and comments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability
from asgi_lint.fixes.round import Offer, changes_anything, fault_of, result_of, stops_compiling
from asgi_lint.fixing.rounds import Part, Rounds
from asgi_lint.pipeline import current_day
from asgi_lint.rules.registry import rules
from asgi_lint.silencing import silencing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.diagnostics import Diagnostic, Span
    from asgi_lint.pipeline import Run
    from asgi_lint.server.documents import View
    from asgi_lint.server.session import Session
    from asgi_lint.source import Source


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a person can choose: its title, and by filename the texts before and after.

    `is_safe` is false for what may change more than it says, and for what hides a diagnostic.
    """

    title: str
    diagnostic: Diagnostic
    is_safe: bool
    texts: Mapping[str, tuple[Source, str]]


def changes_at(run: Run, filename: str, span: Span, fingerprints: frozenset[str]) -> list[Change]:
    """The changes for a file's diagnostics on the rows of `span`, or among those asked for.

    First all fixes, then all comments.
    """
    wanted = [
        each
        for each in run.diagnostics
        if each.place.filename == filename
        and (_share_row(each.place.span, span) or each.fingerprint in fingerprints)
    ]
    found = [*map(_fix, [run] * len(wanted), wanted), *map(_comment, [run] * len(wanted), wanted)]
    return [change for change in found if change is not None]


def fix_all(session: Session, view: View, filename: str) -> dict[str, tuple[Source, str]]:
    """The texts of a file before and after all its fixes that the settings allow; none if equal.

    Fixes are applied until nothing changes, as `asgi-lint check --fix` does, to this file alone.
    """
    settings = session.settings_of(filename)
    asked = replace(settings, fix=True) if settings is not None else None

    def analyse(changed: Mapping[str, Source]) -> list[Part]:
        run = session.run_with(view, filename, changed)
        if run is None:
            return []
        own = tuple(each for each in run.diagnostics if each.place.filename == filename)
        return [Part(replace(run, diagnostics=own, reported=frozenset({filename})), asked)]

    rounds = Rounds(analyse, lambda _: None)
    rounds.run()
    return {
        name: (source, rounds.changed[name].text)
        for name, source in rounds.original.items()
        if rounds.changed[name].text != source.text
    }


def _fix(run: Run, diagnostic: Diagnostic) -> Change | None:
    """The diagnostic's own fix, if it has one that can be applied."""
    fix = diagnostic.fix
    if fix is None or not fix.edits:
        return None
    offer = Offer(diagnostic, fix)
    if not offer.filenames <= run.sources.keys() or fault_of(offer, run.sources) is not None:
        return None
    if not changes_anything(offer, run.sources):
        return None
    result = result_of([offer], run.sources)
    if any(stops_compiling(run.sources[name], after) for name, after in result.items()):
        return None
    is_safe = fix.applicability is Applicability.SAFE
    title = fix.message if is_safe else f"{fix.message} (may change more)"
    texts = {name: (run.sources[name], after.text) for name, after in result.items()}
    return Change(title, diagnostic, is_safe, texts)


def _comment(run: Run, diagnostic: Diagnostic) -> Change | None:
    """A comment that silences the diagnostic, where one can stand."""
    names = {rule.name: rule.code for rule in rules().values()}
    alone = replace(run, diagnostics=(diagnostic,))
    found = silencing(alone, names, "", current_day(), obstacle_to=lambda _: None)
    if not found.changes:
        return None
    texts = {each.source.filename: (each.source, each.text) for each in found.changes}
    title = f"Silence {diagnostic.code} here with a comment"
    return Change(title, diagnostic, is_safe=False, texts=texts)


def _share_row(one: Span, other: Span) -> bool:
    return one.start.row <= other.end.row and other.start.row <= one.end.row
