"""The steps of a run, in order: discover, analyse each project, settle."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.analysis import analyse
from asgi_lint.baseline import BaselineError
from asgi_lint.caching import cache_folder
from asgi_lint.diagnostics import FILE_START, Diagnostic, Place
from asgi_lint.discovery import Discovered, discover, list_project, missing_paths
from asgi_lint.fingerprints import below, fingerprinted
from asgi_lint.model.stated import NOTHING_STATED, Stated
from asgi_lint.narrowing import narrowed
from asgi_lint.roots import group_by_root, repository_top
from asgi_lint.rules.registry import rules
from asgi_lint.settle import settle
from asgi_lint.source import Source, absolute_filename
from asgi_lint.versions.manifest_text import load_source
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from asgi_lint.analysis import Analysis, Crash
    from asgi_lint.cache.folder import CacheFolder
    from asgi_lint.memory import Memory
    from asgi_lint.settings import Settings
    from asgi_lint.source import SourceProblem


class UsageError(Exception):
    """The run was asked for something that does not exist; the text is for the person."""


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    `sources` has every file that a diagnostic points at, if it could be read. `fails` says whether
    a diagnostic is as severe as its project's `fail-on`. `warnings` are about the run itself: one
    sentence each, with its place. `crashes` are our own bugs. `reported` are the files that
    diagnostics were reported for, as the paths asked. `in_baseline` counts what the baseline hides.
    `cache_problem` is a sentence about why nothing could be kept.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    files_checked: int
    fails: bool
    warnings: tuple[tuple[Place, str], ...]
    crashes: tuple[Crash, ...]
    reported: frozenset[str] = frozenset()
    in_baseline: int = 0
    cache_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """What a run looks at of one project, and with which settings.

    `root` and all names are absolute with forward slashes. `given` are the paths that were asked
    for, `found` the files and manifests that they mean, `listed` those of the project as it lies
    on disk.
    """

    root: str
    given: frozenset[str]
    found: tuple[str, ...]
    listed: Discovered
    settings: Settings


def run(
    paths: Iterable[str],
    settings_for: Callable[[str], Settings],
    *,
    stdin: Source | SourceProblem | None = None,
    today: dt.date | None = None,
) -> Run:
    """Check what lies at and below `paths`, with the settings that hold at each place.

    `stdin` is a Python file whose text comes from standard input; it is checked besides the paths,
    as if it lay on disk under its name. UsageError if a path does not exist or an assumed version
    does not, SettingsError if a configuration is wrong.
    """
    return merged(part for _, part in projects_at(paths, settings_for, stdin=stdin, today=today))


def merged(runs: Iterable[Run]) -> Run:
    """Several runs as one."""
    parts = tuple(runs)
    return Run(
        diagnostics=_sorted(d for p in parts for d in p.diagnostics),
        sources={name: source for p in parts for name, source in p.sources.items()},
        files_checked=sum(p.files_checked for p in parts),
        fails=any(p.fails for p in parts),
        warnings=tuple(dict.fromkeys(w for p in parts for w in p.warnings)),
        crashes=tuple(c for p in parts for c in p.crashes),
        reported=frozenset().union(*(p.reported for p in parts)),
        in_baseline=sum(p.in_baseline for p in parts),
        cache_problem=next((p.cache_problem for p in parts if p.cache_problem), None),
    )


def projects_at(
    paths: Iterable[str],
    settings_for: Callable[[str], Settings],
    *,
    stdin: Source | SourceProblem | None = None,
    unsaved: Mapping[str, Source] | None = None,
    today: dt.date | None = None,
    links: bool = False,
    memory_of: Callable[[str], Memory | None] = lambda _: None,
) -> Iterator[tuple[Analysis | None, Run]]:
    """Each project that lies at or around the paths, with its own run; errors as for `run`.

    With `links` every analysis has its project, though a cache may know the findings. `memory_of`
    gives what is remembered of the project at a root, if anything is to be.

    `unsaved` has what stands for files on disk, Python files and manifests, by filename. A folder
    that cannot be listed is a run of its own, without a project.
    """
    paths = tuple(paths)
    sources: dict[str, Source | SourceProblem] = {}
    found, unlisted = found_at(paths, settings_for)
    given = dict.fromkeys(map(absolute_filename, paths))
    if stdin is not None:
        if is_manifest(stdin.filename) and not stdin.filename.endswith(".py"):
            raise UsageError(
                f'Standard input is a Python file, not a manifest: "{stdin.filename}".'
            )
        given[stdin.filename] = found[stdin.filename] = None
        sources[stdin.filename] = stdin
    sources |= unsaved or {}
    for root, filenames in group_by_root(found, given).items():
        settings = settings_for(root)
        was_walked = any(
            (root == path or _is_below(root, path))
            and _walks_alike(settings, settings_for(path))
            and os.path.isdir(path)  # noqa: PTH112 (a Path would cost more)
            for path in given
        )
        extent = extent_at(root, filenames, given, settings, was_walked=was_walked)
        day = today or current_day()
        yield check_project(extent, sources, day, memory_of(root), links=links)
    for problem in unlisted:
        yield None, unlisted_folder(problem)


def _walks_alike(one: Settings, other: Settings) -> bool:
    """Whether a walk with either settings finds the same."""
    return one is other or (
        (one.exclude, one.extend_exclude, one.respect_gitignore)
        == (other.exclude, other.extend_exclude, other.respect_gitignore)
    )


def _sorted(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(set(diagnostics), key=lambda d: d.sort_key))


def current_day() -> dt.date:
    """Today, here: what `until=` in a suppression is compared with."""
    return dt.datetime.now(tz=dt.timezone.utc).astimezone().date()


def found_at(
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
        found |= dict.fromkeys((*discovered.files, *discovered.manifests))
    if missing:
        raise UsageError(missing_paths(missing))
    return found, unreadable


def extent_at(
    root: str,
    found: Iterable[str],
    given: Iterable[str],
    settings: Settings,
    *,
    was_walked: bool = False,
) -> Extent:
    """The extent of a run over the project at `root`.

    The disk is searched for its files, unless it `was_walked`: then they are among the found ones.
    """
    found = tuple(found)
    listed = _as_listed(found) if was_walked else list_project(root, settings, is_manifest)
    return Extent(root, frozenset(given), found, listed, settings)


def check_project(
    extent: Extent,
    unsaved: Mapping[str, Source | SourceProblem],
    today: dt.date,
    memory: Memory | None = None,
    *,
    links: bool = False,
) -> tuple[Analysis, Run]:
    """One project and its run. `unsaved` has what is not to be read from disk, by filename.

    What a `memory` knows of a text is not found out again; while it knows nothing yet, a cache is
    asked too. With `links` the analysis has its project in any case. Errors as for `run`.
    """
    root, given, settings = extent.root, extent.given, extent.settings
    overrides = overrides_of(root, settings)
    files, manifests = set(extent.listed.files), set(extent.listed.manifests)
    reported = _reported(root, extent.found, given, extent.listed)
    for filename in reported:
        if is_manifest(filename):
            manifests.add(filename)
        if filename.endswith(".py") or not is_manifest(filename):
            files.add(filename)
    every = rules()
    cache = cache_folder(root, settings) if memory is None or memory.is_new else None
    analysis = analyse(
        root,
        sorted(files),
        sorted(manifests),
        [rule for rule in every.values() if rule.code in settings.codes],
        overrides=overrides,
        options={rule.name: settings.options_for(rule) for rule in every.values()},
        unsaved=unsaved,
        memory=memory,
        stated=_stated(settings),
        named=reported.intersection(given),
        cache=cache,
        jobs=settings.jobs,
        links=links,
    )
    sources = analysis.sources
    sources.update({name: each for name, each in unsaved.items() if isinstance(each, Source)})
    reported |= _included(analysis, given)
    settled = settle(
        analysis.findings,
        sources,
        analysis.commented,
        reported,
        settings,
        every,
        today,
        is_complete=not analysis.crashes,
    )
    pointed_at = {d.place.filename for d in settled.diagnostics}
    # Not `in`: a file that was let go of may not be readable any more.
    pointed_into = {name: sources.get(name) for name in pointed_at}
    texts = {name: each.text for name, each in pointed_into.items() if each is not None}
    top = repository_top(root) or root
    diagnostics = fingerprinted(settled.diagnostics, texts, below(top))

    def has_looked_at(filename: str) -> bool:
        is_gone = not os.path.lexists(filename)
        asked = _is_below(filename, root) and any(_is_at_or_below(filename, p) for p in given)
        return filename in reported or (is_gone and asked)

    try:
        new = narrowed(diagnostics, settings, top, has_looked_at)
    except BaselineError as error:
        raise UsageError(str(error)) from None
    warnings = (*settled.malformed, *new.remarks)
    shown = {place.filename for d in new.diagnostics for place in _places(d)}
    shown |= {place.filename for place, _ in warnings}
    outcome = Run(
        diagnostics=new.diagnostics,
        sources=_sources_of(shown, sources, manifests | analysis.stated),
        files_checked=len(reported),
        fails=any(d.severity.rank >= settings.fail_on.rank for d in new.diagnostics),
        warnings=warnings,
        crashes=analysis.crashes,
        reported=frozenset(reported),
        in_baseline=new.in_baseline,
        cache_problem=_cache_problem(cache),
    )
    return analysis, outcome


def _stated(settings: Settings) -> Stated:
    keys = (
        settings.base_http_middleware,
        settings.asgi_middleware,
        settings.streaming_responses,
        settings.resource_managers,
    )
    if not any(keys):
        return NOTHING_STATED
    from asgi_lint.model.frameworks import canonical  # late: it knows what hundreds of names mean

    return Stated(*(frozenset(map(canonical, names)) for names in keys))


def _cache_problem(cache: CacheFolder | None) -> str | None:
    if cache is None or cache.problem is None:
        return None
    return f'Nothing is kept in "{cache.path}": {cache.problem}.'


def reported_at(paths: Iterable[str], settings_for: Callable[[str], Settings]) -> tuple[str, ...]:
    """The files and manifests that a run over `paths` reports on, sorted; errors as for `run`."""
    paths = tuple(paths)
    found, _ = found_at(paths, settings_for)
    given = dict.fromkeys(map(absolute_filename, paths))
    reported: set[str] = set()
    for root, filenames in group_by_root(found, given).items():
        listed = list_project(root, settings_for(root), is_manifest)
        reported |= _reported(root, filenames, given, listed)
    return tuple(sorted(reported))


def _as_listed(found: Iterable[str]) -> Discovered:
    """What a walk over the project would list, where one over more has found all of it."""
    names = sorted(found)
    return Discovered(
        files=tuple(name for name in names if name.endswith(".py") or not is_manifest(name)),
        manifests=tuple(name for name in names if is_manifest(name)),
    )


def _reported(
    root: str, found: Iterable[str], given: Collection[str], listed: Discovered
) -> set[str]:
    """Which of the files that were found at the given paths the project reports on."""
    own = {*listed.files, *listed.manifests}
    return {name for name in found if name in own or _is_asked_for(name, root, given)}


def overrides_of(root: str, settings: Settings) -> dict[str, str]:
    """The versions to assume by package; UsageError where one does not exist."""
    stated = {"starlette": settings.starlette_version, "fastapi": settings.fastapi_version}
    overrides = {package: version for package, version in stated.items() if version is not None}
    if not overrides:
        return overrides
    from asgi_lint.versions.effective import Versions

    try:
        Versions(root, (), overrides)
    except ValueError as error:
        message = str(error)
        raise UsageError(f"{message[:1].upper()}{message[1:]}.") from None
    return overrides


def _is_asked_for(filename: str, root: str, given: Collection[str]) -> bool:
    """Whether a path means the file though its project at `root` leaves it out.

    A path to a folder above the project does not: there the project's own settings decide.
    """
    return filename in given or any(
        _is_below(filename, path) and not _is_below(root, path) for path in given
    )


def _included(analysis: Analysis, given: Iterable[str]) -> set[str]:
    """The manifests below the given folders that only a `-r` in another one makes a manifest."""
    return {
        name
        for name in analysis.stated
        if not (name.endswith(".py") or is_manifest(name))
        and any(_is_below(name, path) for path in given)
    }


def _is_at_or_below(path: str, given: str) -> bool:
    return path == given or _is_below(path, given)


def _sources_of(
    filenames: Iterable[str], known: Mapping[str, Source], manifests: Collection[str]
) -> dict[str, Source]:
    """The sources of the files that can be read; manifests that only a fix edits are not yet."""
    found = {
        name: known.get(name) or load_source(name)
        for name in sorted(filenames)
        if name in known or name in manifests
    }
    return {name: each for name, each in found.items() if isinstance(each, Source)}


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _places(diagnostic: Diagnostic) -> list[Place]:
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    return [
        diagnostic.place,
        *(step.place for step in diagnostic.trace),
        *(edit.place for edit in edits),
    ]


def unlisted_folder(problem: SourceProblem) -> Run:
    """The run for a folder that cannot be listed: it is reported like an unreadable file."""
    rule = rules()["ASG002"]
    place = Place(problem.filename, FILE_START)
    diagnostic = Diagnostic(rule.code, rule.name, problem.message, rule.severity, place, rule.url)
    top = repository_top(problem.filename) or problem.filename
    found = fingerprinted([diagnostic], {}, below(top))
    return Run(found, {}, files_checked=0, fails=True, warnings=(), crashes=())
