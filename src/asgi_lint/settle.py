"""Findings to diagnostics: selection, per-file ignores and suppression comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Diagnostic, Fix, Place
from asgi_lint.source import Source
from asgi_lint.suppression import NO_SUPPRESSIONS, FileKind, find_suppressions
from asgi_lint.versions.manifest_text import load_source
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, MutableMapping

    from asgi_lint.diagnostics import Finding
    from asgi_lint.rules.rule import Rule
    from asgi_lint.settings import Settings
    from asgi_lint.suppression import Suppressions


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
    names: Mapping[str, str],
    today: dt.date,
) -> Settled:
    """Keep the findings in `reported` files that nothing silences.

    `names` maps each rule's name to its code, `commented` are the Python files that may hold a
    suppression comment. Sources of manifests are added to `sources`, since
    reporters need them too.
    """
    suppressions = _Suppressions(sources, commented, names)
    kept: list[Diagnostic] = []
    for rule, finding in findings:
        filename = finding.place.filename
        if filename not in reported or rule.code not in settings.codes_for(filename):
            continue
        if suppressions.of(filename).covers(rule.code, finding.place.span, today) is None:
            kept.append(_diagnostic(rule, finding, may_fix=settings.may_fix(rule.code)))
    malformed = [
        (Place(filename, directive.span), directive.message)
        for filename in sorted(reported)
        if filename in commented or (is_manifest(filename) and filename in sources)
        for directive in suppressions.of(filename).malformed
    ]
    return Settled(tuple(sorted(set(kept), key=lambda d: d.sort_key)), tuple(malformed))


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
            text, kind = self._text(filename), _kind(filename)
            known = self._known[filename] = find_suppressions(text, kind, self._names)
        return known

    def _is_silent(self, filename: str) -> bool:
        """Whether it is a Python file without a word that a suppression comment has."""
        is_python = _kind(filename) is FileKind.PYTHON and not is_manifest(filename)
        return is_python and filename not in self._commented

    def _text(self, filename: str) -> str:
        source = self._sources.get(filename)
        if source is not None:
            return source.text
        if _kind(filename) is FileKind.PYTHON and not is_manifest(filename):
            return ""  # it could not be read, or decoded
        read = load_source(filename)
        if not isinstance(read, Source):
            return ""
        self._sources[filename] = read
        return read.text


def _kind(filename: str) -> FileKind:
    """Whose comments the file has; those of INI and YAML begin like the ones of requirements."""
    if filename.endswith((".toml", ".lock", "/Pipfile")):
        return FileKind.TOML
    if filename.endswith((".txt", ".in", ".cfg", ".yml", ".yaml")):
        return FileKind.REQUIREMENTS
    return FileKind.PYTHON
