"""Comments that silence diagnostics: `# asgi-lint: ignore[...]`, `ignore-file[...]` and `# noqa`.

A directive counts for a diagnostic when it stands on a line of the diagnostic's span. A comment on
a line of its own above the span does not.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Position, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asgi_lint.comments import Comment

CANNOT_BE_SILENCED = frozenset({"ASG001", "ASG002"})
"""A file that was not analysed must not look clean."""

NAMED_ONLY = frozenset({"ASG004"})
"""A directive without codes leaves these alone: it would silence what is said about itself."""


class FileKind(Enum):
    """Which files' comment syntax applies."""

    PYTHON = "python"
    TOML = "toml"
    REQUIREMENTS = "requirements"


class DirectiveKind(Enum):
    """How a directive is written, and so how far it reaches."""

    IGNORE = "ignore"
    IGNORE_FILE = "ignore-file"
    NOQA = "noqa"


class SilencedCode(NamedTuple):
    """One code of a directive: as written and where.

    `prefix` is what a diagnostic's code must begin with; None where no rule is meant by it.
    """

    written: str
    span: Span
    prefix: str | None


@dataclass(frozen=True, slots=True)
class Directive:
    """One suppression comment.

    `span` covers the directive alone, without the rest of its comment. `codes` is empty when every
    code is meant. `reason` is what follows, "" for none. `until` is the last day that it counts.
    """

    kind: DirectiveKind
    span: Span
    codes: tuple[SilencedCode, ...] = ()
    reason: str = ""
    until: dt.date | None = None

    def silences(self, code: str) -> bool:
        """Whether the directive means this code."""
        if code in CANNOT_BE_SILENCED:
            return False
        if not self.codes:
            return code not in NAMED_ONLY
        return self.listed(code) is not None

    def listed(self, code: str) -> SilencedCode | None:
        """The first entry of the directive's list that means this code."""
        matching = (c for c in self.codes if c.prefix is not None and code.startswith(c.prefix))
        return next(matching, None)

    def has_expired(self, today: dt.date) -> bool:
        """Whether its last day lies before `today`."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class MalformedDirective:
    """A comment that begins like a directive and is none; it silences nothing.

    `message` is one sentence that says what is wrong with it.
    """

    span: Span
    message: str


@dataclass(frozen=True)
class Suppressions:
    """The directives of one file, in order, and the comments that fail to be one.

    It depends on the file alone and not on the date, so it may be kept in a cache.
    """

    directives: tuple[Directive, ...] = ()
    malformed: tuple[MalformedDirective, ...] = ()

    def covers(self, code: str, span: Span, today: dt.date) -> Directive | None:
        """The directive that silences a diagnostic of `code` at `span`, if one does.

        One at the lines of the span comes before one for the whole file.
        """
        candidates = (*self._at_lines_of(span), *self._for_file)
        return next(
            (d for d in candidates if d.silences(code) and not d.has_expired(today)),
            None,
        )

    def _at_lines_of(self, span: Span) -> Iterator[Directive]:
        ends_at_line_start = span.end.column == 1 and span.end.row > span.start.row
        last_row = span.end.row - 1 if ends_at_line_start else span.end.row
        for row in range(span.start.row, last_row + 1) if self._by_row else ():
            yield from self._by_row.get(row, ())

    @cached_property
    def _by_row(self) -> dict[int, list[Directive]]:
        rows: dict[int, list[Directive]] = {}
        for directive in self.directives:
            if directive.kind is not DirectiveKind.IGNORE_FILE:
                rows.setdefault(directive.span.start.row, []).append(directive)
        return rows

    @cached_property
    def _for_file(self) -> tuple[Directive, ...]:
        return tuple(d for d in self.directives if d.kind is DirectiveKind.IGNORE_FILE)


NO_SUPPRESSIONS = Suppressions()


def find_suppressions(text: str, kind: FileKind, names: Mapping[str, str]) -> Suppressions:
    """The directives in a file's text. `names` maps the name of each rule to its code.

    A `noqa` that names only codes of other tools is no directive of ours and is left out.
    """
    lowered = text.lower()
    if "asgi-lint" not in lowered and "noqa" not in lowered:
        return NO_SUPPRESSIONS
    found = [
        parsed
        for comment in _comment_scanner(kind)(text)
        for parsed in _parse_comment(comment, names)
    ]
    return Suppressions(
        directives=tuple(d for d in found if isinstance(d, Directive)),
        malformed=tuple(d for d in found if isinstance(d, MalformedDirective)),
    )


def _comment_scanner(kind: FileKind) -> Callable[[str], Iterator[Comment]]:
    from asgi_lint import comments  # late, since few files have a directive

    match kind:
        case FileKind.PYTHON:
            return comments.python_comments
        case FileKind.TOML:
            return comments.toml_comments
        case FileKind.REQUIREMENTS:
            return comments.requirements_comments


# A directive ends where its comment ends or another part of it begins, as in `# one # two`; the
# `#` of "see #12" does not begin one.
_DIRECTIVE = re.compile(
    r"""
    \# \s* (?: asgi-lint \s* : \s* (?P<ours> {body} ) | noqa \b (?P<noqa> {body} ) )
    """.format(body=r"(?: (?! \s* \# (?: \s | asgi-lint | noqa ) ) . )*"),
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_OURS = re.compile(
    r"(?P<verb> [\w-]* ) (?: \s* \[ (?P<codes> [^\]]* ) (?P<closed> \]? ) )? (?P<reason> .* )",
    re.VERBOSE | re.DOTALL,
)
_NOQA = re.compile(
    r"\s* : \s* (?P<codes> (?: [a-z]+ [0-9]+ [\s,]* )* ) (?P<reason> .* )",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LISTED = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
_LISTED_IN_NOQA = re.compile(r"[a-z]+[0-9]+", re.IGNORECASE)
_PREFIX = re.compile(r"ASG[0-9]{0,3}")
_WITHOUT_BRACKETS = re.compile(r"\s*(?:[:=(]|ASG[0-9])", re.IGNORECASE)
_UNTIL = re.compile(r"\buntil\s*=\s*(?P<day>[^\s,;)]*[^\s,;).])?", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _parse_comment(
    comment: Comment, names: Mapping[str, str]
) -> Iterator[Directive | MalformedDirective]:
    for found in _DIRECTIVE.finditer(comment.text):
        span = _span(comment, found.start(), found.start() + len(found[0].rstrip()))
        if found["ours"] is not None:
            yield _parse_ours(comment, found.span("ours"), span, names)
        elif directive := _parse_noqa(comment, found.span("noqa"), span, names):
            yield directive


def _parse_ours(
    comment: Comment, within: tuple[int, int], span: Span, names: Mapping[str, str]
) -> Directive | MalformedDirective:
    """What follows `asgi-lint:` in the comment; `within` are offsets into its text."""
    parts = _OURS.match(comment.text, *within)
    assert parts is not None  # every part of the pattern may be empty
    match parts["verb"].lower():
        case "ignore":
            kind = DirectiveKind.IGNORE
        case "ignore-file":
            kind = DirectiveKind.IGNORE_FILE
        case verb:
            instead = f', not "{verb}"' if verb else ""
            message = f'After "asgi-lint:" write "ignore" or "ignore-file"{instead}.'
            return MalformedDirective(span, message)
    codes = tuple(_silenced(comment, parts.span("codes"), _LISTED, names))
    until = _UNTIL.search(parts["reason"])
    day = _day(until["day"] or "") if until else None
    if parts["codes"] is not None and not parts["closed"]:
        return MalformedDirective(span, 'The list of codes is not closed: "]" is missing.')
    if parts["codes"] is not None and not codes:
        message = "The list of codes is empty: name a code, or leave out the brackets for all."
        return MalformedDirective(span, message)
    if not codes and _WITHOUT_BRACKETS.match(parts["reason"]):
        message = f'Codes stand in brackets: write "{kind.value}[ASG201]".'
        return MalformedDirective(span, message)
    if until and not day:
        message = f'"{until[0]}" does not name a day: write it like "until=2027-03-01".'
        return MalformedDirective(span, message)
    return Directive(kind, span, codes, _tidy(_UNTIL.sub("", parts["reason"], count=1)), day)


def _parse_noqa(
    comment: Comment, within: tuple[int, int], span: Span, names: Mapping[str, str]
) -> Directive | None:
    parts = _NOQA.match(comment.text, *within)
    if parts is None:
        reason = comment.text[slice(*within)]
        return Directive(DirectiveKind.NOQA, span, reason=_tidy(reason))
    listed = _silenced(comment, parts.span("codes"), _LISTED_IN_NOQA, names)
    ours = tuple(code for code in listed if code.written.upper().startswith("ASG"))
    if not ours:  # as in ruff, "noqa:" without a code is not taken to mean every code
        return None
    return Directive(DirectiveKind.NOQA, span, ours, _tidy(parts["reason"]))


def _silenced(
    comment: Comment, within: tuple[int, int], listed: re.Pattern[str], names: Mapping[str, str]
) -> Iterator[SilencedCode]:
    """The codes in a part of the comment; a group that did not take part lies at (-1, -1)."""
    if within == (-1, -1):
        return
    for found in listed.finditer(comment.text, *within):
        prefix = _resolve(found[0], names)
        yield SilencedCode(found[0], _span(comment, *found.span()), prefix)


def _resolve(written: str, names: Mapping[str, str]) -> str | None:
    if code := names.get(written.lower()):
        return code
    prefix = written.upper()
    is_known = _PREFIX.fullmatch(prefix) and any(c.startswith(prefix) for c in names.values())
    return prefix if is_known else None


def _day(written: str) -> dt.date | None:
    if not _DAY.fullmatch(written):
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return None


def _tidy(reason: str) -> str:
    return " ".join(reason.split()).strip(" -:,\u2013\u2014")


def _span(comment: Comment, start: int, end: int) -> Span:
    """A part of a comment, given as offsets into its text."""
    return Span(
        Position(comment.row, comment.column + start), Position(comment.row, comment.column + end)
    )
