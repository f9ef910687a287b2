"""What every part of asgi-lint exchanges: places in files, findings, diagnostics and fixes.

All of it is plain, frozen data: no syntax-tree node and no rule object is ever inside, so a
finding can be pickled, cached and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Position(NamedTuple):
    """A point in a file: `row` and `column` from 1, the column counted in characters."""

    row: int
    column: int

    def at(self, column: int) -> Position:
        """Another point of the row."""
        return Position(self.row, column)


class Span(NamedTuple):
    """A stretch of one file; `end` is exclusive (the column just after the last character)."""

    start: Position
    end: Position


FILE_START = Span(Position(1, 1), Position(1, 1))


class Place(NamedTuple):
    """A span in a named file; `filename` is an absolute path with forward slashes."""

    filename: str
    span: Span


class Severity(Enum):
    """How much a diagnostic matters; the order is the one that `--fail-on` compares by."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note, 1 for a warning, 2 for an error."""
        return list(Severity).index(self)


class Applicability(Enum):
    """What a fix may change.

    `SAFE`: behaviour that works today stays as it is. `UNSAFE`: it is the intended change, but
    something else may change with it. `ADVICE`: only a person can decide; there are no edits.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Edit:
    """The text at `place` becomes `content`; an empty span inserts."""

    place: Place
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A suggested change. `message` is an imperative phrase without a full stop."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a trace and what happens there, such as "the middleware is registered here"."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule reports: where, what, how bad, and what to do about it.

    `message` is one or two complete sentences. `trace` leads from the cause to the effect and
    may cross files; the last step need not repeat `place`. `severity` of None means the rule's
    own default.
    """

    place: Place
    message: str
    severity: Severity | None = None
    fix: Fix | None = None
    trace: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding that is going to be reported, with its rule's code, name and page.

    `fingerprint` recognises it in later runs, see `fingerprints`; "" until it has been worked out.
    """

    code: str
    name: str
    message: str
    severity: Severity
    place: Place
    url: str
    fix: Fix | None = None
    trace: tuple[Step, ...] = ()
    fingerprint: str = ""

    @property
    def sort_key(self) -> tuple[str, Position, str, str]:
        """By file, row, column, code, then message: the same order on every run."""
        return (self.place.filename, self.place.span.start, self.code, self.message)
