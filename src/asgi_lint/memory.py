"""What is remembered: by the language server between checks, by fixes from round to round."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from asgi_lint.analysis.extracting import Extracted
    from asgi_lint.diagnostics import Finding
    from asgi_lint.model.facts import FileFacts
    from asgi_lint.model.index import FileIndex
    from asgi_lint.rules.rule import Rule
    from asgi_lint.versions.effective import Versions

    Findings = tuple[tuple[Rule, Finding], ...]

_TEXTS = 2
"""Texts of one file that are remembered: what it says now, and what undoing a change brings back"""


class Memory:
    """What one project's files say, what is known of its releases, and what that led to."""

    def __init__(self) -> None:
        self._files: dict[str, list[_Known]] = {}
        self._indexes: dict[str, FileIndex] = {}
        self._versions: tuple[object, Versions] | None = None
        self._checked: _Checked | None = None

    @property
    def is_new(self) -> bool:
        """Whether nothing is remembered yet."""
        return not self._files and self._versions is None

    def extracted(self, filename: str, text: str, under: Hashable) -> Extracted | None:
        """What a file with that text says `under` certain rules; None if that is not known."""
        for known in self._files.get(filename, ()):
            if known.under == under and known.text == text:
                return known.extracted
        return None

    def last_facts(self, filename: str, under: Hashable) -> FileFacts | None:
        """The facts of a file's last text that could be parsed."""
        parsed = (
            known.extracted.facts
            for known in self._files.get(filename, ())
            if known.under == under and known.extracted.facts is not None
        )
        return next(parsed, None)

    def keep(self, filename: str, text: str, under: Hashable, extracted: Extracted) -> Extracted:
        """Remember what a file says; gives what was known where that is the same."""
        known = self._files.setdefault(filename, [])
        for earlier in known:
            if earlier.under == under and earlier.extracted == extracted:
                extracted = earlier.extracted
        known.insert(0, _Known(text, under, extracted))
        parsed = next((each for each in known if each.extracted.facts is not None), None)
        del known[_TEXTS:]
        if parsed is not None and parsed not in known:
            known.append(parsed)
        return extracted

    def index(self, facts: FileFacts) -> FileIndex:
        """The facts of a file arranged for look-ups: the same for the same facts."""
        from asgi_lint.model.index import FileIndex  # late: who finds everything kept needs none

        known = self._indexes.get(facts.filename)
        if known is None or known.facts is not facts:
            known = self._indexes[facts.filename] = FileIndex(facts)
        return known

    def forget_all_but(self, filenames: Iterable[str]) -> None:
        """Let go of the files that are not there any more."""
        kept = frozenset(filenames)
        self._files = {name: known for name, known in self._files.items() if name in kept}
        self._indexes = {name: known for name, known in self._indexes.items() if name in kept}

    def versions(self, inputs: object, read: Callable[[], Versions]) -> Versions:
        """What is known of releases, read again if the `inputs` are not those of the last time.

        What lies on disk is not among them: `forget_versions` when it may have changed.
        """
        if self._versions is None or self._versions[0] != inputs:
            self._versions = (inputs, read())
        return self._versions[1]

    def forget_versions(self) -> None:
        """Read manifests anew the next time."""
        self._versions = None

    def findings(
        self, inputs: object, versions: Versions, facts: Iterable[FileFacts]
    ) -> Findings | None:
        """What was found the last time, if from these very facts; None otherwise."""
        last = self._checked
        if last is None or last.inputs != inputs or last.versions is not versions:
            return None
        facts = tuple(facts)
        is_same = len(facts) == len(last.facts) and all(map(is_, facts, last.facts))
        return last.findings if is_same else None

    def keep_findings(
        self, inputs: object, versions: Versions, facts: Iterable[FileFacts], findings: Findings
    ) -> None:
        """Remember what was found."""
        self._checked = _Checked(inputs, versions, tuple(facts), findings)


class _Known(NamedTuple):
    text: str
    under: Hashable
    extracted: Extracted


class _Checked(NamedTuple):
    inputs: object
    versions: Versions
    facts: tuple[FileFacts, ...]
    findings: Findings
