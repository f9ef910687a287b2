"""Findings to diagnostics: selection, per-file ignores and suppression comments.

What is wrong with those comments themselves is known only here, and so found here (ASG004).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Diagnostic, Fix, Place
from asgi_lint.rules.files.unused_suppression import RULE, Use, about
from asgi_lint.source import Source
from asgi_lint.suppression import (
    CANNOT_BE_SILENCED,
    NO_SUPPRESSIONS,
    FileKind,
    find_suppressions,
)
from asgi_lint.versions.manifest_text import load_source
from asgi_lint.versions.readers import is_lock, is_manifest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping

    from asgi_lint.diagnostics import Finding
    from asgi_lint.rules.rule import Rule
    from asgi_lint.settings import Settings
    from asgi_lint.suppression import Directive, SilencedCode, Suppressions


@dataclass(frozen=True, slots=True)
class Settled:
    """The diagnostics to report, and the suppression comments that could not be understood."""

    diagnostics: tuple[Diagnostic, ...]
    malformed: tuple[tuple[Place, str], ...]


def settle(
    findings: Iterable[tuple[Rule, Finding]],
    sources: MutableMapping[str, Source],
    commented: Collection[str],
    reported: Collection[str],
    settings: Settings,
    rules: Mapping[str, Rule],
    today: dt.date,
    *,
    is_complete: bool = True,
) -> Settled:
    """Keep the findings in `reported` files that nothing silences.

    `rules` maps each code to its rule, `commented` are the Python files that may hold a suppression
    comment. Sources of manifests are added to `sources`, since reporters need them too. Unless the
    run `is_complete`, nobody can tell which comments are not used.
    """
    names = {rule.name: code for code, rule in rules.items()}
    suppressions = _Suppressions(sources, commented, names)
    settling = _Settling(frozenset(reported), settings, suppressions, today)
    settling.take(findings)
    if is_complete:
        settling.take([*settling.about_suppressions(rules)])
    malformed = [
        (Place(filename, directive.span), directive.message)
        for filename in sorted(reported)
        if filename in commented or (is_manifest(filename) and filename in sources)
        for directive in suppressions.of(filename).malformed
    ]
    kept = sorted(set(settling.kept), key=lambda d: d.sort_key)
    return Settled(tuple(kept), tuple(malformed))


@dataclass(slots=True)
class _Settling:
    """The diagnostics kept so far, and by file the suppressions that silenced one."""

    reported: frozenset[str]
    settings: Settings
    suppressions: _Suppressions
    today: dt.date
    kept: list[Diagnostic] = field(default_factory=list)
    used: defaultdict[str, set[tuple[Directive, SilencedCode | None]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def take(self, findings: Iterable[tuple[Rule, Finding]]) -> None:
        """Keep what nothing silences."""
        for rule, finding in findings:
            filename, span = finding.place
            if filename not in self.reported or rule.code not in self.settings.codes_for(filename):
                continue
            directive = self.suppressions.of(filename).covers(rule.code, span, self.today)
            if directive is None:
                may_fix = self.settings.may_fix(rule.code)
                self.kept.append(_diagnostic(rule, finding, may_fix=may_fix))
            else:
                self.used[filename].add((directive, directive.listed(rule.code)))

    def about_suppressions(self, rules: Mapping[str, Rule]) -> Iterator[tuple[Rule, Finding]]:
        """What is wrong with the comments in the files that were analysed."""
        unanalysed = {d.place.filename for d in self.kept if d.code in CANNOT_BE_SILENCED}
        for filename in sorted(self.reported - unanalysed):
            found = NO_SUPPRESSIONS if is_lock(filename) else self.suppressions.of(filename)
            source = self.suppressions.source_of(filename) if found.directives else None
            if source is None:
                continue
            ran = self.settings.codes_for(filename)
            if RULE.code in ran:
                use = Use(source, found, self.used[filename], ran)
                yield from ((RULE, finding) for finding in about(use, rules, self.today))


def _diagnostic(rule: Rule, finding: Finding, *, may_fix: bool) -> Diagnostic:
    fix = finding.fix
    if fix is not None and not may_fix:
        fix = Fix(Applicability.ADVICE, fix.message)
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        message=finding.message,
        severity=finding.severity or rule.severity,
        place=finding.place,
        url=rule.url,
        fix=fix,
        trace=finding.trace,
    )


class _Suppressions:
    """The suppression comments of each file, looked for when first asked."""

    def __init__(
        self,
        sources: MutableMapping[str, Source],
        commented: Collection[str],
        names: Mapping[str, str],
    ) -> None:
        self._sources = sources
        self._commented = commented
        self._names = names
        self._known: dict[str, Suppressions] = {}

    def of(self, filename: str) -> Suppressions:
        known = self._known.get(filename)
        if known is None and self._is_silent(filename):
            known = self._known[filename] = NO_SUPPRESSIONS
        if known is None:
            text, kind = self._text(filename), file_kind(filename)
            known = self._known[filename] = find_suppressions(text, kind, self._names)
        return known

    def _is_silent(self, filename: str) -> bool:
        """Whether it is a Python file without a word that a suppression comment has."""
        is_python = file_kind(filename) is FileKind.PYTHON and not is_manifest(filename)
        return is_python and filename not in self._commented

    def source_of(self, filename: str) -> Source | None:
        """The source of a file that has been looked at."""
        return self._sources.get(filename)

    def _text(self, filename: str) -> str:
        source = self._sources.get(filename)
        if source is not None:
            return source.text
        if file_kind(filename) is FileKind.PYTHON and not is_manifest(filename):
            return ""  # it could not be read, or decoded
        read = load_source(filename)
        if not isinstance(read, Source):
            return ""
        self._sources[filename] = read
        return read.text


def file_kind(filename: str) -> FileKind:
    """Whose comments the file has; those of INI and YAML begin like the ones of requirements."""
    if filename.endswith((".toml", ".lock", "/Pipfile")):
        return FileKind.TOML
    if filename.endswith((".txt", ".in", ".cfg", ".yml", ".yaml")):
        return FileKind.REQUIREMENTS
    return FileKind.PYTHON
