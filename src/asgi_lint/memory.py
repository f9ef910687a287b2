"""What a process that lives on, such as the language server, remembers between runs."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.model.facts import FileFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from asgi_lint.diagnostics import Finding
    from asgi_lint.model.parse import SyntaxProblem
    from asgi_lint.rules.rule import Rule
    from asgi_lint.versions.effective import Versions

    Findings = tuple[tuple[Rule, Finding], ...]

_TEXTS = 2
"""Texts of one file that are remembered: what it says now, and what undoing a change brings back"""


class Memory:
    """The facts of one project's files, what is known of its releases, and what that led to."""

    def __init__(self) -> None:
        self._files: dict[str, list[_Known]] = {}
        self._versions: tuple[object, Versions] | None = None
        self._checked: _Checked | None = None

    def facts(self, filename: str, text: str, under: Hashable) -> FileFacts | SyntaxProblem | None:
        """What was extracted from a file with that text `under` certain rules; None if unknown."""
        for known in self._files.get(filename, ()):
            if known.under == under and known.text == text:
                return known.facts
        return None

    def last_facts(self, filename: str, under: Hashable) -> FileFacts | None:
        """The facts of a file's last text that could be parsed."""
        for known in self._files.get(filename, ()):
            if known.under == under and isinstance(known.facts, FileFacts):
                return known.facts
        return None

    def keep_facts(
        self, filename: str, text: str, under: Hashable, facts: FileFacts | SyntaxProblem
    ) -> FileFacts | SyntaxProblem:
        """Remember what was extracted from a file; gives what was known where that is the same."""
        last = self.last_facts(filename, under)
        if last is not None and last == facts:
            facts = last
        known = self._files.setdefault(filename, [])
        known.insert(0, _Known(text, under, facts))
        parsed = next((each for each in known if isinstance(each.facts, FileFacts)), None)
        del known[_TEXTS:]
        if parsed is not None and parsed not in known:
            known.append(parsed)
        return facts

    def forget_all_but(self, filenames: Iterable[str]) -> None:
        """Let go of the files that are not there any more."""
        kept = frozenset(filenames)
        self._files = {name: known for name, known in self._files.items() if name in kept}

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
    facts: FileFacts | SyntaxProblem


class _Checked(NamedTuple):
    inputs: object
    versions: Versions
    facts: tuple[FileFacts, ...]
    findings: Findings
