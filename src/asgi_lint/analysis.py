"""One project from file names to findings: read, screen, extract, link, check."""

from __future__ import annotations

import re
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Finding, Place
from asgi_lint.model.project import Project
from asgi_lint.source import ProblemKind, Source, read_source
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.requirements import ProblemKind as ManifestProblemKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asgi_lint.model.facts import FileFacts
    from asgi_lint.model.modules import Modules
    from asgi_lint.model.parse import SyntaxProblem
    from asgi_lint.rules.rule import Rule
    from asgi_lint.source import SourceProblem

_MENTIONS = re.compile(
    r"starlette|fastapi|FastAPI|BackgroundTask|add_task|[mM]iddleware|StreamingResponse"
    r"|EventSourceResponse|FileResponse|is_disconnected|APIRouter|include_router"
)
"""What a file mentions that may matter; others are parsed only if such a file imports them."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The findings of one project, by rule, and the sources that were read."""

    findings: tuple[tuple[Rule, Finding], ...]
    sources: Mapping[str, Source]
    project: Project
    crashes: tuple[Crash, ...] = ()


@dataclass(frozen=True, slots=True)
class Crash:
    """A rule that failed on a project: a bug of ours. `report` is the traceback."""

    code: str
    root: str
    report: str


def analyse(
    root: str,
    filenames: Sequence[str],
    manifests: Iterable[str],
    rules: Iterable[Rule],
    *,
    overrides: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, bool | str]] | None = None,
    given: Mapping[str, Source | SourceProblem] | None = None,
) -> Analysis:
    """Run the rules over one project.

    All names are absolute with forward slashes. `given` holds sources that are not to be read
    from disk, such as standard input. ValueError for a wrong override.
    """
    rules = tuple(rules)
    versions = Versions(root, manifests, overrides)
    sources: dict[str, Source] = {}
    unreadable: list[Finding] = []
    unparsable: list[Finding] = []
    for filename in filenames:
        source = (given or {}).get(filename) or read_source(filename)
        if isinstance(source, Source):
            sources[filename] = source
        else:
            problems = unreadable if source.kind is ProblemKind.UNREADABLE else unparsable
            problems.append(Finding(Place(filename, source.span), source.message))
    facts, broken = _extract(root, filenames, sources, rules)
    unparsable += broken
    for problem in versions.problems:
        problems = unreadable if problem.kind is ManifestProblemKind.UNREADABLE else unparsable
        problems.append(Finding(problem.place, problem.message))
    project = Project(
        root, filenames, facts, versions, options, tuple(unparsable), tuple(unreadable)
    )
    findings: list[tuple[Rule, Finding]] = []
    crashes: list[Crash] = []

    def check() -> None:
        for rule in rules:
            try:
                findings.extend((rule, finding) for finding in rule.check(project))
            except Exception:
                crashes.append(Crash(rule.code, root, traceback.format_exc(limit=-12)))

    if facts:
        from asgi_lint.model.parse import with_deep_stack

        with_deep_stack(check)
    else:
        check()
    return Analysis(tuple(findings), sources, project, tuple(crashes))


def _extract(
    root: str,
    filenames: Sequence[str],
    sources: Mapping[str, Source],
    rules: Sequence[Rule],
) -> tuple[list[FileFacts], list[Finding]]:
    """The facts of the files that may matter, and what is wrong with any file.

    Those may matter that mention the frameworks' words, and what they import. The others are
    only looked at for their syntax.
    """
    from asgi_lint.model.extract import extract
    from asgi_lint.model.modules import Modules
    from asgi_lint.model.parse import SyntaxProblem, syntax_problem, with_deep_stack

    modules = Modules(root, filenames)
    extractors = [rule.extract for rule in rules if rule.extract is not None]
    facts: dict[str, FileFacts] = {}
    unparsable: list[Finding] = []

    def run() -> None:
        queue = [name for name, source in sources.items() if _MENTIONS.search(source.text)]
        seen = set(queue)
        while queue:
            filename = queue.pop()
            found = extract(sources[filename].text, filename, extractors)
            if isinstance(found, SyntaxProblem):
                unparsable.append(_syntax_finding(filename, found))
                continue
            facts[filename] = found
            for target in _imported_files(modules, found):
                if target in sources and target not in seen:
                    seen.add(target)
                    queue.append(target)
        for filename in sources.keys() - seen:
            problem = syntax_problem(sources[filename].text)
            if problem is not None:
                unparsable.append(_syntax_finding(filename, problem))

    with_deep_stack(run)
    return [facts[name] for name in filenames if name in facts], unparsable


def _syntax_finding(filename: str, problem: SyntaxProblem) -> Finding:
    return Finding(Place(filename, problem.span), problem.message)


def _imported_files(modules: Modules, facts: FileFacts) -> Iterator[str]:
    """The project's files that a file's imports may run."""
    for found in facts.imports:
        module = modules.resolve(facts.filename, found.module, found.level)
        if module is None:
            continue
        inner = modules.submodule(module, found.name) if found.name not in (None, "*") else None
        for each in (module, inner):
            file = modules.file(each) if each is not None else None
            if file is not None:
                yield file
