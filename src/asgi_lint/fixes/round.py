"""One round of fixing: of the fixes that are offered, those that go together, and their result."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability
from asgi_lint.fixes.edits import EditError, edited, side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asgi_lint.diagnostics import Diagnostic, Fix
    from asgi_lint.source import Source


@dataclass(frozen=True, slots=True)
class Offer:
    """A diagnostic with a fix that may be applied."""

    diagnostic: Diagnostic
    fix: Fix

    @property
    def filenames(self) -> frozenset[str]:
        """The files that it edits."""
        return frozenset(edit.place.filename for edit in self.fix.edits)

    @property
    def key(self) -> tuple[object, ...]:
        """What stays the same when other fixes move it within its file."""
        contents = tuple(edit.content for edit in self.fix.edits)
        return (self.diagnostic.code, self.filenames, self.fix.message, contents)


def result_of(offers: Iterable[Offer], sources: Mapping[str, Source]) -> dict[str, Source]:
    """The changed files, given those fixes together; an edit that several ask for is made once.

    An import that they leave without a use is gone too.

    Raises EditError for edits that cannot be applied, UnicodeEncodeError for a character that a
    file's encoding lacks.
    """
    from asgi_lint.fixes.freed_imports import without_freed_imports  # late: few runs fix anything

    changed = {}
    for filename, text in _edited(offers, sources):
        source = sources[filename]
        if _is_code(filename):
            text = without_freed_imports(filename, source.text, text)
        if text != source.text:
            changed[filename] = replace(source, text=text)
    return changed


def _edited(offers: Iterable[Offer], sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    edits = dict.fromkeys(edit for offer in offers for edit in offer.fix.edits)
    for filename in sorted({edit.place.filename for edit in edits}):
        source = sources[filename]
        text = edited(source.text, (e for e in edits if e.place.filename == filename))
        source.encode(text)
        yield filename, text


def fault_of(offer: Offer, sources: Mapping[str, Source]) -> str | None:
    """Why a fix cannot be applied even by itself, which is a mistake of its rule."""
    try:
        for _ in _edited([offer], sources):
            pass
    except EditError as error:
        return str(error)
    except UnicodeEncodeError as error:
        return f"{error.encoding} has no character {error.object[error.start]!r}"
    return None


def changes_anything(offer: Offer, sources: Mapping[str, Source]) -> bool:
    """Whether a fix that has no fault says something else than what is there."""
    return any(sources[name].text != text for name, text in _edited([offer], sources))


def chosen(offers: Sequence[Offer]) -> list[Offer]:
    """The offers of one round: safe fixes before unsafe ones, and none that bothers another.

    What edits requirements alone is a round of its own: with another release the code may be
    right as it is.
    """
    in_manifests = [offer for offer in offers if not any(map(_is_code, offer.filenames))]
    ordered = sorted(in_manifests or offers, key=_precedence)
    fits = side_by_side([offer.fix for offer in ordered])
    return [offer for offer, is_fitting in zip(ordered, fits, strict=True) if is_fitting]


def _is_code(filename: str) -> bool:
    return filename.endswith(".py")


def _precedence(offer: Offer) -> tuple[object, ...]:
    return (offer.fix.applicability is Applicability.UNSAFE, *offer.diagnostic.sort_key)


def stops_compiling(before: Source, after: Source) -> bool:
    """Whether the running Python took the old text and does not take the new one.

    It sees what a grammar alone does not, such as an `await` outside an async function.
    """
    return before.filename.endswith(".py") and _compiles(before) and not _compiles(after)


def _compiles(source: Source) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.text, source.filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
