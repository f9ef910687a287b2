"""One project from file names to findings: read, screen, extract, link, check."""

from __future__ import annotations

import re
import symtable
import traceback
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.diagnostics import Finding, Place
from asgi_lint.model.modules import Modules
from asgi_lint.model.project import Project
from asgi_lint.model.stated import NOTHING_STATED, Stated
from asgi_lint.progress import report
from asgi_lint.source import ProblemKind, Source, read_source
from asgi_lint.suppression import CANNOT_BE_SILENCED
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.requirements import ProblemKind as ManifestProblemKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from contextlib import AbstractContextManager

    from asgi_lint.memory import Memory
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
    memory: Memory | None = None,
    stated: Stated = NOTHING_STATED,
) -> Analysis:
    """Run the rules over one project.

    All names are absolute with forward slashes. `unsaved` holds sources that are not to be read
    from disk: standard input, what fixes have made of a file, what an editor shows. `memory` keeps
    facts for the next run of the same process. ValueError for a wrong override.
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
    manifests = frozenset(manifests)
    texts = {
        name: each.text
        for name, each in unsaved.items()
        if isinstance(each, Source) and (name in manifests or not name.endswith(".py"))
    }

    def versions_read() -> Versions:
        return Versions(root, manifests, overrides, scripts, texts)

    read = (manifests, overrides, scripts, texts)
    versions = memory.versions(read, versions_read) if memory is not None else versions_read()
    extracted = _extract(root, filenames, sources, rules, crashes, memory)
    unparsable += extracted.unparsable
    for problem in versions.problems:
        problems = unreadable if problem.kind is ManifestProblemKind.UNREADABLE else unparsable
        problems.append(Finding(problem.place, problem.message))
    facts = extracted.facts
    project = Project(
        root, filenames, facts, versions, options, tuple(unparsable), tuple(unreadable), stated
    )
    about_files = [rule for rule in rules if rule.code in CANNOT_BE_SILENCED]
    others = [rule for rule in rules if rule.code not in CANNOT_BE_SILENCED]
    found = _checked(about_files, project, crashes)
    inputs = ([rule.code for rule in others], options, stated, filenames)
    known = memory.findings(inputs, versions, facts) if memory is not None else None
    if known is None:
        known = _checked(others, project, crashes)
        if memory is not None and not crashes.noted:
            memory.keep_findings(inputs, versions, facts, known)
    if extracted.outdated:
        known = tuple(_without(known, extracted.outdated))
    return Analysis((*found, *known), sources, project, crashes.noted)


def _checked(
    rules: Sequence[Rule], project: Project, crashes: _Crashes
) -> tuple[tuple[Rule, Finding], ...]:
    """What rules find; one that fails finds no more."""
    findings: list[tuple[Rule, Finding]] = []

    def check() -> None:
        for number, rule in enumerate(rules):
            report("rules", number, len(rules))
            with crashes.of_rule(rule):
                findings.extend((rule, finding) for finding in rule.check(project))

    if project.files:
        with_deep_stack(check)
    else:
        check()
    return tuple(findings)


def _without(
    findings: Iterable[tuple[Rule, Finding]], outdated: AbstractSet[str]
) -> Iterator[tuple[Rule, Finding]]:
    """The findings but for those in files whose facts are those of an earlier text."""
    for rule, finding in findings:
        if finding.place.filename in outdated:
            continue
        edits = finding.fix.edits if finding.fix is not None else ()
        if any(edit.place.filename in outdated for edit in edits):
            finding = replace(finding, fix=None)
        yield rule, finding


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
    memory: Memory | None,
) -> _Extracted:
    """The facts of the files that may matter, and what is wrong with any file.

    Those may matter that mention the frameworks' words, and what they import. The others are
    only looked at for their syntax. LibCST is imported only if there is a file for it. A file whose
    extraction failed is tried again by the next run, so that the failure is told there too. Of a
    file that cannot be parsed a memory may know what it said before: while somebody types in it,
    nothing changes for the others.
    """
    facts: dict[str, FileFacts] = {}
    outdated: set[str] = set()
    unparsable: list[Finding] = []
    queue = [name for name, source in sources.items() if _MENTIONS.search(source.text)]
    seen = set(queue)

    def follow_imports() -> None:
        from asgi_lint.model.extract import extract
        from asgi_lint.model.parse import SyntaxProblem

        modules = Modules(root, filenames)
        asked = {each: r for r in rules for each in (r.extract, r.shared_extract) if each}
        extractors = [crashes.extractor(rule, each) for each, rule in asked.items()]
        under = frozenset(rule.code for rule in asked.values())
        while queue:
            report("files", len(seen) - len(queue), len(seen))
            filename = queue.pop()
            with crashes.of(f"the analysis of {filename}"):
                text = sources[filename].text
                known = memory.facts(filename, text, under) if memory is not None else None
                found = known or extract(text, filename, extractors)
                if known is None and memory is not None and not crashes.noted:
                    found = memory.keep_facts(filename, text, under, found)
                if isinstance(found, SyntaxProblem):
                    unparsable.append(_syntax_finding(filename, found))
                    last = memory.last_facts(filename, under) if memory is not None else None
                    if last is None:
                        continue
                    found = last
                    outdated.add(filename)
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
    listed = [facts[name] for name in filenames if name in facts]
    return _Extracted(listed, unparsable, frozenset(outdated))


class _Extracted(NamedTuple):
    """Facts by file, what is wrong with files, and those whose facts are of an earlier text."""

    facts: list[FileFacts]
    unparsable: list[Finding]
    outdated: frozenset[str]


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
