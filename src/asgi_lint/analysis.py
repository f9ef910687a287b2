"""One project from file names to findings: read, screen, extract, link, check."""

from __future__ import annotations

import re
import symtable
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.diagnostics import Finding, Place
from asgi_lint.model.modules import Modules
from asgi_lint.model.project import Project
from asgi_lint.source import ProblemKind, Source, read_source
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.requirements import ProblemKind as ManifestProblemKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.facts import FileFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.parse import SyntaxProblem
    from asgi_lint.rules.rule import Rule
    from asgi_lint.source import SourceProblem

_MENTIONS = re.compile(
    r"starlette|fastapi|FastAPI|BackgroundTask|add_task|[mM]iddleware|StreamingResponse"
    r"|EventSourceResponse|FileResponse|is_disconnected|APIRouter|include_router"
)
"""What a file mentions that may matter; others are parsed only if such a file imports them."""


_SCRIPT = "# /// script"
"""What begins the header of a script that states its own requirements (PEP 723)."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The findings of one project, by rule, and the sources that were read."""

    findings: tuple[tuple[Rule, Finding], ...]
    sources: Mapping[str, Source]
    project: Project
    crashes: tuple[Crash, ...] = ()


@dataclass(frozen=True, slots=True)
class Crash:
    """A failure that is a bug of ours: of what, such as "ASG201 on /project", and its traceback."""

    of: str
    report: str


def analyse(
    root: str,
    filenames: Sequence[str],
    manifests: Iterable[str],
    rules: Iterable[Rule],
    *,
    overrides: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, bool | str]] | None = None,
    unsaved: Mapping[str, Source | SourceProblem] | None = None,
) -> Analysis:
    """Run the rules over one project.

    All names are absolute with forward slashes. `unsaved` holds sources that are not to be read
    from disk: standard input, and what fixes have made of a file. ValueError for a wrong override.
    """
    rules = tuple(rules)
    unsaved = unsaved or {}
    crashes = _Crashes(root)
    sources: dict[str, Source] = {}
    unreadable: list[Finding] = []
    unparsable: list[Finding] = []
    for filename in filenames:
        source = unsaved.get(filename) or read_source(filename)
        if isinstance(source, Source):
            sources[filename] = source
        else:
            problems = unreadable if source.kind is ProblemKind.UNREADABLE else unparsable
            problems.append(Finding(Place(filename, source.span), source.message))
    scripts = {name: each.text for name, each in sources.items() if _SCRIPT in each.text}
    texts = {name: each.text for name, each in unsaved.items() if isinstance(each, Source)}
    versions = Versions(root, manifests, overrides, scripts, texts)
    facts, broken = _extract(root, filenames, sources, rules, crashes)
    unparsable += broken
    for problem in versions.problems:
        problems = unreadable if problem.kind is ManifestProblemKind.UNREADABLE else unparsable
        problems.append(Finding(problem.place, problem.message))
    project = Project(
        root, filenames, facts, versions, options, tuple(unparsable), tuple(unreadable)
    )
    findings: list[tuple[Rule, Finding]] = []

    def check() -> None:
        for rule in rules:
            with crashes.of_rule(rule):
                findings.extend((rule, finding) for finding in rule.check(project))

    if facts:
        with_deep_stack(check)
    else:
        check()
    return Analysis(tuple(findings), sources, project, crashes.noted)


class _Crashes:
    """What failed on one project; the rest goes on. Of each thing the first failure is noted."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._reports: dict[str, str] = {}

    @property
    def noted(self) -> tuple[Crash, ...]:
        return tuple(Crash(of, self._reports[of]) for of in sorted(self._reports))

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._reports.setdefault(what, traceback.format_exc(limit=-12).rstrip())

    def of_rule(self, rule: Rule) -> AbstractContextManager[None]:
        return self.of(f"{rule.code} on {self._root}")

    def extractor(
        self, rule: Rule, extract: Callable[[FunctionTree], Iterator[Candidate]]
    ) -> Callable[[FunctionTree], Iterator[Candidate]]:
        """The rule's `extract`; where it fails it yields no more."""

        def guarded(tree: FunctionTree) -> Iterator[Candidate]:
            with self.of_rule(rule):
                yield from extract(tree)

        return guarded


def _extract(
    root: str,
    filenames: Sequence[str],
    sources: Mapping[str, Source],
    rules: Iterable[Rule],
    crashes: _Crashes,
) -> tuple[list[FileFacts], list[Finding]]:
    """The facts of the files that may matter, and what is wrong with any file.

    Those may matter that mention the frameworks' words, and what they import. The others are
    only looked at for their syntax. LibCST is imported only if there is a file for it.
    """
    facts: dict[str, FileFacts] = {}
    unparsable: list[Finding] = []
    queue = [name for name, source in sources.items() if _MENTIONS.search(source.text)]
    seen = set(queue)

    def follow_imports() -> None:
        from asgi_lint.model.extract import extract
        from asgi_lint.model.parse import SyntaxProblem

        modules = Modules(root, filenames)
        extractors = [crashes.extractor(r, r.extract) for r in rules if r.extract is not None]
        while queue:
            filename = queue.pop()
            with crashes.of(f"the analysis of {filename}"):
                found = extract(sources[filename].text, filename, extractors)
                if isinstance(found, SyntaxProblem):
                    unparsable.append(_syntax_finding(filename, found))
                    continue
                facts[filename] = found
                imported = {name for name in _imported_files(modules, found) if name in sources}
                queue.extend(imported - seen)
                seen.update(imported)

    def look_at_syntax(suspects: Iterable[str]) -> None:
        from asgi_lint.model.parse import SyntaxProblem, parse

        for filename in suspects:
            with crashes.of(f"the analysis of {filename}"):
                problem = parse(sources[filename].text)
                if isinstance(problem, SyntaxProblem):
                    unparsable.append(_syntax_finding(filename, problem))

    if queue:
        with_deep_stack(follow_imports)
    if suspects := [name for name in sources if name not in seen and not _compiles(sources[name])]:
        with_deep_stack(lambda: look_at_syntax(suspects))
    return [facts[name] for name in filenames if name in facts], unparsable


def _compiles(source: Source) -> bool:
    """Whether the running Python takes it, at a twentieth of what LibCST's answer would take.

    Its grammar is only that of the running Python, so where it says no LibCST has the last word.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            symtable.symtable(source.text, "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


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
