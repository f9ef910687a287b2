"""What a process that lives on, such as the language server, remembers of files between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from asgi_lint.model.facts import FileFacts
    from asgi_lint.model.parse import SyntaxProblem
    from asgi_lint.versions.effective import Versions

_VERSIONS = 2
"""Texts of one file that are remembered: what it says now, and what undoing a change brings back"""


class Memory:
    """The facts of one project's files, and what is known of its releases."""

    def __init__(self) -> None:
        self._files: dict[str, list[_Known]] = {}
        self._versions: tuple[object, Versions] | None = None

    def facts(self, filename: str, text: str, under: Hashable) -> FileFacts | SyntaxProblem | None:
        """What was extracted from a file with that text `under` certain rules; None if unknown."""
        for known in self._files.get(filename, ()):
            if known.under == under and known.text == text:
                return known.facts
        return None

    def keep_facts(
        self, filename: str, text: str, under: Hashable, facts: FileFacts | SyntaxProblem
    ) -> None:
        """Remember what was extracted from a file."""
        known = self._files.setdefault(filename, [])
        known.insert(0, _Known(text, under, facts))
        del known[_VERSIONS:]

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


class _Known(NamedTuple):
    text: str
    under: Hashable
    facts: FileFacts | SyntaxProblem
