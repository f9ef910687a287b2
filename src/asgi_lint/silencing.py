"""What `--add-ignore` does: put a suppression comment at each diagnostic, and change nothing else.

A comment is tried on each line of the diagnostic in turn, and what comes of it is read again: it
must silence the diagnostic, and the file must say what it has said before.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.fixes.writing import Change, forbidden
from asgi_lint.model.syntax_tree import SyntaxProblem, syntax_tree
from asgi_lint.settle import file_kind
from asgi_lint.source import NEWLINE
from asgi_lint.suppression import CANNOT_BE_SILENCED, NAMED_ONLY, FileKind, find_suppressions
from asgi_lint.suppression_edits import addition
from asgi_lint.versions.readers import is_lock
from asgi_lint.versions.readers.yaml_places import events

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.fixes.writing import Obstacle
    from asgi_lint.pipeline import Run
    from asgi_lint.source import Source
    from asgi_lint.suppression import Suppressions

_SAYING = ("value", "anchor", "tag")
_CONTINUED = re.compile(r"\\[ \t]*$")


class Refusal(NamedTuple):
    """A diagnostic that no comment was written for; `reason` is a clause."""

    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True, slots=True)
class Silencing:
    """The files with their comments, not written yet, and what has none."""

    changes: tuple[Change, ...]
    silenced: tuple[Diagnostic, ...]
    refusals: tuple[Refusal, ...]


def silencing(
    run: Run,
    names: Mapping[str, str],
    reason: str,
    today: dt.date,
    *,
    obstacle_to: Callable[[Source], Obstacle | None] = forbidden,
) -> Silencing:
    """The comments for all diagnostics of a run that a comment can silence.

    `names` maps each rule's name to its code. `reason` is one line; "" for none. `obstacle_to` says
    why a file is not to be changed.
    """
    by_file: dict[str, list[Diagnostic]] = {}
    refusals: list[Refusal] = []
    for diagnostic in run.diagnostics:
        if diagnostic.code in CANNOT_BE_SILENCED:
            refusals.append(Refusal(diagnostic, "a file that was not checked must not look clean"))
        elif diagnostic.code not in NAMED_ONLY:
            by_file.setdefault(diagnostic.place.filename, []).append(diagnostic)
    changes: list[Change] = []
    silenced: list[Diagnostic] = []
    targets: set[str] = set()
    for filename, found in by_file.items():
        target = os.path.realpath(filename)
        if target in targets:  # another name (a symbolic link) of a file that has the comments
            continue
        targets.add(target)
        source = run.sources[filename]
        if (obstacle := _obstacle(source, reason, obstacle_to)) is not None:
            refusals += [Refusal(each, obstacle) for each in found]
            continue
        file = _File(source, names, reason, today)
        refused = file.silence(found)
        refusals += refused
        kept = {each.diagnostic for each in refused}
        silenced += [each for each in found if each not in kept]
        if file.text != source.text:
            changes.append(Change(source, file.text))
    return Silencing(tuple(changes), tuple(silenced), tuple(refusals))


def _obstacle(
    source: Source, reason: str, obstacle_to: Callable[[Source], Obstacle | None]
) -> str | None:
    """Why no comment can be written to a file, if so."""
    filename = source.filename
    if is_lock(filename) or filename.endswith(".json"):
        return "comments in it would not last"
    if filename.endswith(".cfg"):
        return "a comment in it needs a line of its own, as `# asgi-lint: ignore-file[...]` has"
    if (found := obstacle_to(source)) is not None:
        return found.reason
    try:
        source.encode(reason)
    except UnicodeEncodeError:
        return f"its encoding, {source.encoding}, lacks a character of the reason"
    return None


class _File:
    """One file and the codes that its rows are to silence, in the order they were wanted."""

    def __init__(
        self, source: Source, names: Mapping[str, str], reason: str, today: dt.date
    ) -> None:
        self._source = source
        self._names = names
        self._reason = reason
        self._today = today
        self._lines_and_ends = re.split(f"({NEWLINE.pattern})", source.text)
        self._codes: dict[int, list[str]] = {}
        self._directives = self._suppressions(source.text).directives

    @property
    def text(self) -> str:
        """The text with the comments in it, line ends as they were."""
        parts = [*self._lines_and_ends]
        for row, codes in self._codes.items():
            at = 2 * (row - 1)
            if codes:
                parts[at] = addition(self._directives, codes, self._reason, row, parts[at])
        return "".join(parts)

    def silence(self, diagnostics: Sequence[Diagnostic]) -> list[Refusal]:
        """Choose a row for each diagnostic; those for which there is none are given back."""
        rows = {each: self._rows(each) for each in diagnostics}
        refusals: list[Refusal] = []
        pending = [*diagnostics]
        while pending:
            chosen = {each: next(rows[each], None) for each in pending}
            for each, row in chosen.items():
                if row is None:
                    refusals.append(Refusal(each, "no comment can stand on its lines"))
                elif each.code not in (codes := self._codes.setdefault(row, [])):
                    codes.append(each.code)
            pending = [each for each in self._not_silenced(pending) if chosen[each] is not None]
            for each in pending:
                self._take_back(each.code, chosen[each])
        if not _says_the_same(self._source, self.text):
            self._codes.clear()
            reason = "a comment would change what the file says"
            return [Refusal(each, reason) for each in diagnostics]
        return refusals

    def _take_back(self, code: str, row: int | None) -> None:
        if row is not None and code in self._codes[row]:
            self._codes[row].remove(code)

    def _not_silenced(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        found = self._suppressions(self.text)
        return [
            each
            for each in diagnostics
            if found.covers(each.code, each.place.span, self._today) is None
        ]

    def _suppressions(self, text: str) -> Suppressions:
        return find_suppressions(text, file_kind(self._source.filename), self._names)

    def _rows(self, diagnostic: Diagnostic) -> Iterator[int]:
        """The rows of a diagnostic, but for those that a backslash continues."""
        start, end = diagnostic.place.span
        last = end.row - 1 if end.column == 1 and end.row > start.row else end.row
        for row in range(start.row, last + 1):
            if not _CONTINUED.search(self._source.line(row)):
                yield row


def _says_the_same(source: Source, text: str) -> bool:
    """Whether a file is still what it was, read by what reads it; there is none for the others."""
    match file_kind(source.filename):
        case FileKind.PYTHON:
            return with_deep_stack(lambda: not isinstance(syntax_tree(text), SyntaxProblem))
        case FileKind.TOML:
            return _toml(text) == _toml(source.text)
        case FileKind.REQUIREMENTS if source.filename.endswith((".yml", ".yaml")):
            return _yaml(text) == _yaml(source.text)
        case FileKind.REQUIREMENTS:
            return True


def _toml(text: str) -> object:
    import tomli

    try:
        return tomli.loads(text)
    except (ValueError, RecursionError):
        return None


def _yaml(text: str) -> object:
    """What a document says, but not where; its aliases are not followed, which might not end."""
    import yaml

    try:
        return [
            (type(each).__name__, *(getattr(each, name, None) for name in _SAYING))
            for each in events(text)
        ]
    except (yaml.YAMLError, RecursionError):
        return None
