"""Diagnostics as an editor shows them: ranges, links to related places, the rule's page."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from asgi_lint.diagnostics import Applicability, Severity
from asgi_lint.rules.files.unused_suppression import RULE as UNUSED_SUPPRESSION
from asgi_lint.server.positions import Positions
from asgi_lint.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Diagnostic, Place
    from asgi_lint.pipeline import Run
    from asgi_lint.server.documents import View
    from asgi_lint.server.positions import Units

NAME = "asgi-lint"
"""What diagnostics say of where they come from."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}


@dataclass(frozen=True, slots=True)
class Published:
    """What is shown for one file. `identifier` is another one whenever it says something else."""

    items: tuple[types.Diagnostic, ...]

    @property
    def identifier(self) -> str:
        """Stands for the content."""
        return blake2b(repr(self.items).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Publisher:
    """Turns runs into what an editor shows. `relates` says whether it follows related places."""

    view: View
    units: Units
    relates: bool

    def by_file(self, run: Run) -> dict[str, Published]:
        """What is shown for each file that the run reported on, be that nothing."""
        found: dict[str, list[types.Diagnostic]] = {name: [] for name in sorted(run.reported)}
        for diagnostic in run.diagnostics:
            shown = self.diagnostic(diagnostic, run.sources)
            found.setdefault(diagnostic.place.filename, []).append(shown)
        for place, message in run.warnings:
            found.setdefault(place.filename, []).append(self._warning(place, message, run.sources))
        return {name: Published(tuple(each)) for name, each in found.items()}

    def diagnostic(self, diagnostic: Diagnostic, sources: Mapping[str, Source]) -> types.Diagnostic:
        """One diagnostic; its `data` finds it again when its fixes are asked for."""
        is_unused = diagnostic.code == UNUSED_SUPPRESSION.code
        related = [*self._related(diagnostic, sources)] if self.relates else []
        return types.Diagnostic(
            range=self._range(diagnostic.place, sources),
            message=_message(diagnostic),
            severity=_SEVERITIES[diagnostic.severity],
            code=diagnostic.code,
            code_description=types.CodeDescription(diagnostic.url),
            source=NAME,
            tags=[types.DiagnosticTag.Unnecessary] if is_unused else None,
            related_information=related or None,
            data={"fingerprint": diagnostic.fingerprint},
        )

    def _warning(
        self, place: Place, message: str, sources: Mapping[str, Source]
    ) -> types.Diagnostic:
        """What is wrong with a comment that was meant to silence something; it has no rule."""
        severity = types.DiagnosticSeverity.Warning
        return types.Diagnostic(
            self._range(place, sources), message, severity=severity, source=NAME
        )

    def _related(
        self, diagnostic: Diagnostic, sources: Mapping[str, Source]
    ) -> Iterator[types.DiagnosticRelatedInformation]:
        for step in diagnostic.trace:
            uri = self.view.uri(step.place.filename)
            location = types.Location(uri, self._range(step.place, sources))
            yield types.DiagnosticRelatedInformation(location, step.message)

    def _range(self, place: Place, sources: Mapping[str, Source]) -> types.Range:
        document = self.view.documents.get(place.filename)
        source = sources.get(place.filename) or (document.source if document is not None else None)
        return Positions(source or Source(place.filename, ""), self.units).range(place.span)


def _message(diagnostic: Diagnostic) -> str:
    """The message, and below it what to do where no edit can do it."""
    fix = diagnostic.fix
    if fix is None or fix.applicability is not Applicability.ADVICE:
        return diagnostic.message
    return f"{diagnostic.message}\n{fix.message}."
