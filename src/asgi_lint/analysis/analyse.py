"""The steps of the analysis of one project, in order, unless a cache knows what they lead to."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.analysis.crashes import Crashes, of_rule
from asgi_lint.analysis.recall import Recall
from asgi_lint.analysis.screen import words_of
from asgi_lint.analysis.texts import Texts
from asgi_lint.diagnostics import Finding, Place
from asgi_lint.model.stated import NOTHING_STATED, Stated
from asgi_lint.progress import report
from asgi_lint.source import ProblemKind, Source
from asgi_lint.suppression import CANNOT_BE_SILENCED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
    from collections.abc import Set as AbstractSet

    from asgi_lint.analysis.crashes import Crash
    from asgi_lint.cache.folder import CacheFolder
    from asgi_lint.memory import Memory
    from asgi_lint.model.facts import FileFacts
    from asgi_lint.model.project import Project
    from asgi_lint.rules.rule import Rule
    from asgi_lint.source import SourceProblem
    from asgi_lint.versions.effective import Versions


@dataclass(frozen=True, slots=True)
class Analysis:
    """The findings of one project, by rule, and the sources that were read.

    `stated` are the files in which requirements stand. `project` is None where a cache knew the
    findings, so that nothing was linked.
    """

    root: str
    findings: tuple[tuple[Rule, Finding], ...]
    sources: MutableMapping[str, Source]
    commented: frozenset[str]
    stated: frozenset[str]
    project: Project | None
    crashes: tuple[Crash, ...] = ()


def analyse(
    root: str,
    filenames: Sequence[str],
    manifests: Iterable[str],
    rules: Iterable[Rule],
    *,
    overrides: Mapping[str, str] | None = None,
    options: Mapping[str, Mapping[str, bool | str]] | None = None,
    unsaved: Mapping[str, Source | SourceProblem] | None = None,
    stated: Stated = NOTHING_STATED,
    named: Collection[str] = (),
    cache: CacheFolder | None = None,
    memory: Memory | None = None,
    jobs: int = 1,
    links: bool = False,
    screens: bool = True,
) -> Analysis:
    """Run the rules over one project.

    All names are absolute with forward slashes. `unsaved` holds sources that are not to be read
    from disk: standard input, what fixes have made of a file, what an editor shows. `named` are
    files that were asked for by name: their syntax counts in any case. `memory` is what the
    process remembers of earlier runs. `jobs` are the processes that may parse, 0 for as many as
    pay. `links` asks for the project in any case. Without `screens` every file is parsed: the
    findings are the same. ValueError for a wrong override.
    """
    rules, manifests = tuple(rules), sorted(manifests)
    options, unsaved = options or {}, unsaved or {}
    texts = Texts(filenames, unsaved, words_of(stated))
    undecodable = texts.undecodable()  # first: what is no text is then no part of the texts
    alone = [name for name in sorted(named) if name in texts and name not in texts.mentioning]
    recall = Recall(cache, root, rules) if cache is not None else None
    inputs = (texts.digest, manifests, overrides or {}, options, screens, stated.names())
    usable = recall if not links and not any(name in unsaved for name in manifests) else None
    if usable is not None and (known := usable.findings(inputs)) is not None:
        findings = (*known.findings, *_unparsable(alone, texts, rules))
        return Analysis(root, findings, texts, frozenset(texts.commented), known.stated, None)
    with _no_collection():
        step = _Steps(root, filenames, rules, texts, options, stated, recall, memory, jobs, screens)
        witnesses, analysis = step.analysis(manifests, overrides, unsaved, undecodable)
    if usable is not None and not analysis.crashes:
        usable.keep_findings(inputs, analysis.findings, analysis.stated, witnesses)
    more = _unparsable(alone, texts, rules)
    return replace(analysis, findings=(*analysis.findings, *more)) if more else analysis


def _unparsable(
    filenames: Sequence[str], texts: Texts, rules: Iterable[Rule]
) -> list[tuple[Rule, Finding]]:
    """Syntax errors of files that do not matter to any rule."""
    rule = next((each for each in rules if each.code == "ASG001"), None)
    if rule is None or not filenames:
        return []
    from asgi_lint.analysis.extraction import syntax_errors

    return [(rule, finding) for finding in syntax_errors(filenames, texts)]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let no garbage be looked for: trees hold no cycles, and looking takes as long as parsing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Steps:
    root: str
    filenames: Sequence[str]
    rules: tuple[Rule, ...]
    texts: Texts
    options: Mapping[str, Mapping[str, bool | str]]
    stated: Stated
    recall: Recall | None
    memory: Memory | None
    jobs: int
    screens: bool

    def analysis(
        self,
        manifests: Iterable[str],
        overrides: Mapping[str, str] | None,
        unsaved: Mapping[str, Source | SourceProblem],
        undecodable: Iterable[SourceProblem],
    ) -> tuple[Mapping[tuple[str, str], str], Analysis]:
        # Late: what a cache knows needs none of them.
        from asgi_lint.model.index import FileIndex
        from asgi_lint.model.project import Project
        from asgi_lint.versions import disk
        from asgi_lint.versions.effective import Versions

        crashes, texts = Crashes(), self.texts
        scripts = {name: texts[name].text for name in texts.scripts if name in texts}
        manifests = frozenset(manifests)
        saved = {
            name: each.text
            for name, each in unsaved.items()
            if isinstance(each, Source) and (name in manifests or not name.endswith(".py"))
        }

        def versions_read() -> Versions:
            return Versions(self.root, manifests, overrides, scripts, saved)

        with disk.recorded() as witnesses:
            if self.memory is None:
                versions = versions_read()
            else:
                read = (manifests, overrides, scripts, saved)
                versions = self.memory.versions(read, versions_read)
            facts, unparsable, outdated = self._facts(crashes)
            unreadable = [_finding(each) for each in texts.problems if _is_unreadable(each)]
            unparsable += [_finding(each) for each in texts.problems if not _is_unreadable(each)]
            unparsable += map(_finding, undecodable)
            _add_problems(versions, unreadable, unparsable)
            project = Project(
                self.root,
                self.filenames,
                facts,
                versions,
                self.options,
                tuple(sorted(unparsable, key=lambda each: each.place)),
                tuple(unreadable),
                self.stated,
                self.memory.index if self.memory is not None else FileIndex,
            )
            findings = self._findings(project, facts, outdated, crashes)
            stated = frozenset(each.place.filename for each in versions.requirements)
        commented = frozenset(texts.commented)
        return witnesses, Analysis(
            self.root, findings, texts, commented, stated, project, crashes.noted
        )

    def _facts(self, crashes: Crashes) -> tuple[list[FileFacts], list[Finding], AbstractSet[str]]:
        """The facts, what is wrong with files, and those whose facts are of an earlier text."""
        texts = self.texts
        everything = [name for name in self.filenames if name in texts]
        seeds = [name for name in texts.mentioning if name in texts]
        if seeds:
            seeds += [name for name in texts.registering if name in texts]
        if not self.screens:
            seeds = everything
        if not seeds and not self._every_file:
            return [], [], frozenset()
        from asgi_lint.analysis.extraction import Extraction

        extraction = Extraction(
            self.root, self.filenames, texts, self.rules, crashes, self.recall, self.memory
        )
        facts = extraction.facts(seeds, self.jobs)
        if self._every_file:
            extraction.look_at_syntax(everything)
        texts.keep(each.filename for each in facts)
        return facts, extraction.unparsable, extraction.outdated

    @property
    def _every_file(self) -> bool:
        """Whether a syntax error counts wherever it stands."""
        return any(
            rule.code == "ASG001" and self.options.get(rule.name, {}).get("every-file") is True
            for rule in self.rules
        )

    def _findings(
        self,
        project: Project,
        facts: list[FileFacts],
        outdated: AbstractSet[str],
        crashes: Crashes,
    ) -> tuple[tuple[Rule, Finding], ...]:
        """What the rules find; the same facts lead to the same findings."""
        about_files = [rule for rule in self.rules if rule.code in CANNOT_BE_SILENCED]
        others = [rule for rule in self.rules if rule.code not in CANNOT_BE_SILENCED]
        found = self._checked(about_files, project, crashes)
        if self.memory is None:
            return (*found, *self._checked(others, project, crashes))
        codes = [rule.code for rule in others]
        inputs = (codes, self.options, self.stated, self.filenames)
        known = self.memory.findings(inputs, project.versions, facts)
        if known is None:
            known = self._checked(others, project, crashes)
            if not crashes.noted:
                self.memory.keep_findings(inputs, project.versions, facts, known)
        return (*found, *_without(known, outdated))

    def _checked(
        self, rules: Sequence[Rule], project: Project, crashes: Crashes
    ) -> tuple[tuple[Rule, Finding], ...]:
        findings: list[tuple[Rule, Finding]] = []

        def check() -> None:
            for number, rule in enumerate(rules):
                report("rules", number, len(rules))
                with crashes.of(of_rule(rule, self.root)):
                    findings.extend((rule, finding) for finding in rule.check(project))

        if project.files:
            from asgi_lint.deep_stack import with_deep_stack

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


def _is_unreadable(problem: SourceProblem) -> bool:
    return problem.kind is ProblemKind.UNREADABLE


def _finding(problem: SourceProblem) -> Finding:
    return Finding(Place(problem.filename, problem.span), problem.message)


def _add_problems(versions: Versions, unreadable: list[Finding], unparsable: list[Finding]) -> None:
    """What is wrong with manifests belongs to the same two lists."""
    from asgi_lint.versions.requirements import ProblemKind as ManifestProblemKind

    for problem in versions.problems:
        is_unreadable = problem.kind is ManifestProblemKind.UNREADABLE
        problems = unreadable if is_unreadable else unparsable
        problems.append(Finding(problem.place, problem.message))
