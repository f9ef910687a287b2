"""The steps of a run, in order: discover, analyse each project, settle."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.analysis import analyse
from asgi_lint.diagnostics import FILE_START, Diagnostic, Place
from asgi_lint.discovery import discover, list_project, missing_paths
from asgi_lint.roots import group_by_root
from asgi_lint.rules.registry import rules
from asgi_lint.settle import settle
from asgi_lint.source import Source, absolute_filename
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asgi_lint.analysis import Crash
    from asgi_lint.settings import Settings
    from asgi_lint.source import SourceProblem


class UsageError(Exception):
    """The run was asked for something that does not exist; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    `sources` has the decoded text of every file that a diagnostic points at. `warnings` are
    about the run itself: one sentence each, with its place. `crashes` are our own bugs.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    files_checked: int
    warnings: tuple[tuple[Place, str], ...]
    crashes: tuple[Crash, ...]


def run(
    paths: Iterable[str],
    settings_for: Callable[[str], Settings],
    *,
    stdin: Source | SourceProblem | None = None,
    today: dt.date | None = None,
) -> Run:
    """Check what lies at and below `paths`, with the settings that hold at each place.

    `stdin` is a file whose text comes from standard input; it is checked besides the paths, as if
    it lay on disk under its name. UsageError if a path does not exist, SettingsError if a
    configuration is wrong.
    """
    paths = tuple(paths)
    reported, unlisted = _reported(paths, settings_for)
    if stdin is not None:
        reported[stdin.filename] = None
    by_root = group_by_root(reported, map(absolute_filename, paths))
    parts = [
        _check_project(root, filenames, settings_for(root), stdin, today or _today())
        for root, filenames in sorted(by_root.items())
    ]
    merged = Run(
        diagnostics=tuple(
            sorted((d for p in parts for d in p.diagnostics), key=lambda d: d.sort_key)
        ),
        sources={name: text for p in parts for name, text in p.sources.items()},
        files_checked=len(reported),
        warnings=tuple(w for p in parts for w in p.warnings),
        crashes=tuple(c for p in parts for c in p.crashes),
    )
    unreadable = [_unlisted(problem) for problem in unlisted]
    return replace(merged, diagnostics=(*unreadable, *merged.diagnostics)) if unreadable else merged


def _today() -> dt.date:
    return dt.datetime.now(tz=dt.timezone.utc).astimezone().date()


def _reported(
    paths: Iterable[str], settings_for: Callable[[str], Settings]
) -> tuple[dict[str, None], list[SourceProblem]]:
    """The files and manifests that the paths mean, each once, and folders that cannot be read."""
    found: dict[str, None] = {}
    missing: list[str] = []
    unreadable: list[SourceProblem] = []
    for path in paths:
        discovered = discover([path], settings_for(path), is_manifest)
        missing += discovered.missing
        unreadable += discovered.unreadable
        found |= dict.fromkeys(map(absolute_filename, discovered.files))
        found |= dict.fromkeys(map(absolute_filename, discovered.manifests))
    if missing:
        raise UsageError(missing_paths(missing))
    return found, unreadable


def _check_project(
    root: str,
    reported: list[str],
    settings: Settings,
    stdin: Source | SourceProblem | None,
    today: dt.date,
) -> Run:
    listed = list_project(root, settings, is_manifest)
    files = dict.fromkeys(map(absolute_filename, listed.files))
    manifests = dict.fromkeys(map(absolute_filename, listed.manifests))
    for filename in reported:
        (manifests if is_manifest(filename) else files)[filename] = None
    every = rules()
    analysis = analyse(
        root,
        sorted(files),
        sorted(manifests),
        [rule for rule in every.values() if rule.code in settings.codes],
        overrides=_overrides(settings),
        options={rule.name: settings.options_for(rule) for rule in every.values()},
        given={stdin.filename: stdin} if stdin is not None else {},
    )
    sources = dict(analysis.sources)
    names = {rule.name: rule.code for rule in every.values()}
    settled = settle(analysis.findings, sources, set(reported), settings, names, today)
    shown = {place.filename for d in settled.diagnostics for place in _places(d)}
    return Run(
        diagnostics=settled.diagnostics,
        sources={name: sources[name].text for name in sorted(shown) if name in sources},
        files_checked=0,
        warnings=settled.malformed,
        crashes=analysis.crashes,
    )


def _overrides(settings: Settings) -> dict[str, str]:
    stated = {"starlette": settings.starlette_version, "fastapi": settings.fastapi_version}
    return {package: version for package, version in stated.items() if version is not None}


def _places(diagnostic: Diagnostic) -> list[Place]:
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    return [
        diagnostic.place,
        *(step.place for step in diagnostic.trace),
        *(edit.place for edit in edits),
    ]


def _unlisted(problem: SourceProblem) -> Diagnostic:
    """A folder that cannot be listed is reported like a file that cannot be read."""
    rule = rules()["ASG002"]
    place = Place(problem.filename, FILE_START)
    return Diagnostic(rule.code, rule.name, problem.message, rule.severity, place, rule.url)
