"""Baselines: the diagnostics that a project has decided to live with for now, in a JSON file.

An entry holds by the diagnostic's fingerprint, so it survives lines that move. Each entry is one
line, in the order of files, so that a version control system can merge what two people took out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Position, Span
from asgi_lint.source import Source, read_source
from asgi_lint.suppression import CANNOT_BE_SILENCED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from asgi_lint.diagnostics import Diagnostic

_VERSION = 1
_KEYS = ("fingerprint", "code", "path", "message")
_FINGERPRINT = re.compile(r'"fingerprint"\s*:\s*"([^"]*)"')


class BaselineError(Exception):
    """A file that is no baseline; the text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A diagnostic that is not reported; `row` is where the baseline says so.

    `path` is the file's name as in the fingerprint: relative to the repository.
    """

    fingerprint: str
    code: str
    path: str
    row: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """The entries of one file, by fingerprint."""

    filename: str
    entries: dict[str, Entry]

    def hides(self, diagnostic: Diagnostic) -> bool:
        """Whether a diagnostic is not to be reported; what tells of an unread file always is."""
        is_known = diagnostic.fingerprint in self.entries
        return is_known and diagnostic.code not in CANNOT_BE_SILENCED

    def unneeded(
        self, found: Iterable[Diagnostic], is_judged: Callable[[Entry], bool]
    ) -> list[tuple[Place, str]]:
        """A remark for each entry that nothing found has need of, at its line.

        `is_judged` says whether the run has looked for what the entry means.
        """
        needed = {each.fingerprint for each in found}
        return [
            (
                Place(self.filename, Span(Position(entry.row, 1), Position(entry.row, 1))),
                f"{entry.code} in {entry.path} is no longer reported: this entry can go.",
            )
            for entry in self.entries.values()
            if entry.fingerprint not in needed and is_judged(entry)
        ]


def read_baseline(filename: str) -> Baseline:
    """The baseline in a file (absolute, forward slashes); raises BaselineError."""
    source = read_source(filename)
    if not isinstance(source, Source):
        reason = source.message.removeprefix("The file cannot be read: ").rstrip(".")
        hint = "; --write-baseline writes one" if reason == "it does not exist" else ""
        raise BaselineError(f"{filename}: The baseline cannot be read: {reason}{hint}.")
    try:
        document = json.loads(source.text)
    except ValueError as error:
        raise BaselineError(f"{filename}: It is no baseline, nor any JSON: {error}.") from None
    except RecursionError:
        raise BaselineError(f"{filename}: It is no baseline: it is nested too deeply.") from None
    entries = document.get("diagnostics") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(_is_entry(each) for each in entries):
        raise BaselineError(f"{filename}: It is no baseline: --write-baseline writes one.")
    if document.get("version") != _VERSION:
        problem = "It was written by a release of asgi-lint that writes baselines otherwise."
        raise BaselineError(f"{filename}: {problem}")
    rows = _rows(source)
    return Baseline(
        filename,
        {
            each["fingerprint"]: Entry(
                each["fingerprint"], each["code"], each["path"], rows.get(each["fingerprint"], 1)
            )
            for each in entries
        },
    )


def baseline_text(diagnostics: Iterable[Diagnostic], named: Callable[[str], str]) -> str:
    """The text of a baseline with all diagnostics that may be in one.

    `named` gives what a file is called in fingerprints.
    """
    entries = [
        {
            "path": named(each.place.filename),
            "code": each.code,
            "message": " ".join(each.message.split()),
            "fingerprint": each.fingerprint,
        }
        for each in diagnostics
        if each.code not in CANNOT_BE_SILENCED
    ]
    entries.sort(key=lambda each: (each["path"], each["code"], each["fingerprint"]))
    lines = ",\n".join(f"    {json.dumps(each)}" for each in entries)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {_VERSION},\n  "diagnostics": {listed}\n}}\n'


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in _KEYS)


def _rows(source: Source) -> dict[str, int]:
    """By fingerprint, the row that it stands on."""
    return {
        found[1]: row
        for row, line in enumerate(source.lines, start=1)
        for found in _FINGERPRINT.finditer(line)
    }
