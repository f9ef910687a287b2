"""ASG004: a suppression comment that silences nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity
from asgi_lint.rules.rule import Rule
from asgi_lint.suppression import CANNOT_BE_SILENCED, NAMED_ONLY, DirectiveKind
from asgi_lint.suppression_edits import removal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping

    from asgi_lint.model.project import Project
    from asgi_lint.source import Source
    from asgi_lint.suppression import Directive, SilencedCode, Suppressions

_CLOSE = 0.8
"""How alike a word and the one that was meant are; two codes of one length are alike to a half."""

_SPARED = CANNOT_BE_SILENCED | NAMED_ONLY


def check(project: Project) -> Iterator[Finding]:  # noqa: ARG001 - every check gets the project
    """Nothing: which comments are used is known when all else is settled, see `about`."""
    yield from ()


@dataclass(frozen=True, slots=True)
class Use:
    """What a run knows about the suppression comments of one file.

    `used` are the directives that silenced something, each with the code of its list that did, or
    None for one without a list. `ran` are the codes of the rules that may report on the file.
    """

    source: Source
    suppressions: Suppressions
    used: Collection[tuple[Directive, SilencedCode | None]]
    ran: frozenset[str]


def about(use: Use, rules: Mapping[str, Rule], today: dt.date) -> Iterator[Finding]:
    """The findings about the comments of a file; `rules` maps each code to its rule."""
    for directive in use.suppressions.directives:
        if directive.has_expired(today):
            until = directive.until.isoformat() if directive.until else ""
            yield _finding(
                use, directive, (), f"This suppression has expired: it counted until {until}."
            )
        elif directive.codes:
            yield from _about_codes(use, directive, rules)
        elif _is_unused_whole(use, directive, rules):
            message = "This suppression is not used: nothing is reported here without it."
            yield _finding(use, directive, (), message, Severity.NOTE)


def _about_codes(use: Use, directive: Directive, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    unknown = [each for each in directive.codes if each.prefix is None]
    unused = [each for each in directive.codes if _is_unused(use, directive, each, rules)]
    if not (unknown or unused):
        return
    sentences = [_unknown(each.written, rules) for each in unknown]
    if unused:
        named = " and ".join(f"`{each.written}`" for each in unused)
        verb, pronoun = ("is", "it") if len(unused) == 1 else ("are", "they")
        end = f"{pronoun} would not be reported here without this comment."
        sentences.append(f"{named} {verb} not used: {end}")
    severity = Severity.WARNING if unknown else Severity.NOTE
    yield _finding(use, directive, (*unknown, *unused), " ".join(sentences), severity)


def _is_unused(
    use: Use, directive: Directive, code: SilencedCode, rules: Mapping[str, Rule]
) -> bool:
    """Whether every rule that a code means has looked, and none needed it."""
    if code.prefix is None or (directive, code) in use.used:
        return False
    return _have_looked({each for each in rules if each.startswith(code.prefix)}, use, rules)


def _is_unused_whole(use: Use, directive: Directive, rules: Mapping[str, Rule]) -> bool:
    """A `noqa` without codes is meant for other tools too, so nobody can tell."""
    if directive.kind is DirectiveKind.NOQA or (directive, None) in use.used:
        return False
    return _have_looked(set(rules), use, rules)


def _have_looked(meant: set[str], use: Use, rules: Mapping[str, Rule]) -> bool:
    """A rule that is on by default and did not run might have needed the comment."""
    meant -= _SPARED
    on_by_default = {code for code in meant if rules[code].enabled}
    return bool(meant & use.ran) and on_by_default <= use.ran


def _unknown(written: str, rules: Mapping[str, Rule]) -> str:
    from difflib import get_close_matches  # late: only needed for what is wrong

    known = [*rules, *(rule.name for rule in rules.values())]
    close = [
        match
        for word in (written.upper(), written.lower())
        for match in get_close_matches(word, known, n=1, cutoff=_CLOSE)
    ]
    suggestion = f"; did you mean `{close[0]}`?" if close else "."
    return f"`{written}` is the code, prefix or name of no rule{suggestion}"


def _finding(
    use: Use,
    directive: Directive,
    dead: tuple[SilencedCode, ...],
    message: str,
    severity: Severity | None = None,
) -> Finding:
    """A finding at the code that it is about, or at the whole directive for several or none."""
    filename = use.source.filename
    is_part = 0 < len(dead) < len(directive.codes)
    edit = removal(directive, dead or directive.codes, filename, use.source.lines)
    named = " and ".join(f"`{each.written}`" for each in dead)
    return Finding(
        Place(filename, dead[0].span if is_part and len(dead) == 1 else directive.span),
        message,
        severity,
        Fix(
            Applicability.SAFE,
            f"Take {named} out of the comment" if is_part else "Remove the comment",
            (edit,),
        ),
    )


RULE = Rule(
    code="ASG004",
    name="unused-suppression",
    summary="A suppression comment that silences nothing: it is not used, unknown or expired.",
    severity=Severity.WARNING,
    check=check,
)
