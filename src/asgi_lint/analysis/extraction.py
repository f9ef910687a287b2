"""The facts of the files that may matter: recalled from a cache, or extracted, by several processes
where that pays.

Which files are imported is known only once those that import them are parsed, so it goes in waves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from asgi_lint.analysis.extracting import Extracted, decode, extract_all
from asgi_lint.analysis.workers import Workers, jobs_that_pay
from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.diagnostics import Finding, Place
from asgi_lint.model.modules import Modules
from asgi_lint.progress import report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asgi_lint.analysis.crashes import Crashes
    from asgi_lint.analysis.recall import Recall
    from asgi_lint.analysis.texts import Texts
    from asgi_lint.memory import Memory
    from asgi_lint.model.facts import FileFacts
    from asgi_lint.rules.rule import Rule

    _Item = TypeVar("_Item")


class Extraction:
    """Facts by file, and what is wrong with files, of one project.

    `outdated` are the files whose facts are those of an earlier text, which could be parsed.
    """

    def __init__(
        self,
        root: str,
        filenames: Sequence[str],
        texts: Texts,
        rules: tuple[Rule, ...],
        crashes: Crashes,
        recall: Recall | None,
        memory: Memory | None,
    ) -> None:
        self.unparsable: list[Finding] = []
        self.outdated: set[str] = set()
        self._filenames = filenames
        self._texts = texts
        self._rules = tuple(rule for rule in rules if rule.extractors)
        self._crashes = crashes
        self._recall = recall
        self._memory = memory
        self._under = frozenset(rule.code for rule in self._rules)
        self._modules = Modules(root, filenames)
        self._looked_at: set[str] = set()
        self._facts: dict[str, FileFacts] = {}

    def facts(self, seeds: Iterable[str], jobs: int) -> list[FileFacts]:
        """The facts of the given files and of all that they import, in the order of the files."""
        workers = Workers(self._rules)
        wave = [*seeds]
        try:
            while wave:
                self._looked_at.update(wave)
                imported: set[str] = set()
                for filename, found in self._wave(wave, workers, jobs):
                    imported.update(self._add(filename, found))
                wave = sorted(imported - self._looked_at)
        except BaseException:
            workers.end(at_once=True)
            raise
        workers.end()
        if self._recall is not None:
            self._recall.write_facts()
        return [self._facts[name] for name in self._filenames if name in self._facts]

    def look_at_syntax(self, filenames: Iterable[str]) -> None:
        """Tell the syntax errors of further files."""
        left = [name for name in filenames if name not in self._looked_at]
        self.unparsable += syntax_errors(left, self._texts)

    def _wave(
        self, filenames: Iterable[str], workers: Workers, jobs: int
    ) -> Iterator[tuple[str, Extracted]]:
        """What is extracted from each file; of those that were recalled first."""
        left: list[tuple[str, str]] = []
        digests: dict[str, bytes] = {}
        for filename in filenames:
            if (found := self._remembered(filename)) is not None:
                yield filename, found
                continue
            if self._recall is not None:
                digests[filename] = self._texts.content_digest(filename)
                known = self._recall.facts(digests[filename])
                found = decode(known) if known is not None else None
                if found is not None:
                    yield filename, self._kept(filename, found)
                    continue
            left.append((filename, self._texts[filename].text))
        for filename, result in self._extracted(left, workers, jobs):
            found = decode(result) if isinstance(result, bytes) else result
            if found is None:
                continue
            if self._recall is not None and not found.crashes:
                entry = result if isinstance(result, bytes) else found.encoded()
                if entry is not None:
                    self._recall.add_facts(digests[filename], entry)
            yield filename, self._kept(filename, found)

    def _remembered(self, filename: str) -> Extracted | None:
        if self._memory is None:
            return None
        return self._memory.extracted(filename, self._texts[filename].text, self._under)

    def _kept(self, filename: str, found: Extracted) -> Extracted:
        """What was found under the file's name, remembered unless it is a bug of ours."""
        if found.facts is not None:
            facts = msgspec.structs.replace(found.facts, filename=filename)
            found = msgspec.structs.replace(found, facts=facts)
        if self._memory is None or found.crashes:
            return found
        return self._memory.keep(filename, self._texts[filename].text, self._under, found)

    def _extracted(
        self, files: list[tuple[str, str]], workers: Workers, jobs: int
    ) -> Iterable[tuple[str, Extracted | bytes]]:
        size = sum(len(text) for _, text in files)
        processes = jobs_that_pay(jobs, size, len(files))
        if processes > 1:
            return self._told(workers.extract(files, processes))
        if not files:
            return []
        return with_deep_stack(lambda: extract_all(self._told(files), self._rules))

    def _told(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """The items, one for each file that is extracted, telling how far we are."""
        before = len(self._facts)
        for number, item in enumerate(items):
            report("files", before + number, len(self._looked_at))
            yield item

    def _add(self, filename: str, found: Extracted) -> set[str]:
        """Keep what was extracted from a file; gives the files that its imports may run."""
        for crash in found.crashes:
            self._crashes.note(crash)
        facts = found.facts
        if facts is None:
            if found.message and found.span is not None:
                self.unparsable.append(Finding(Place(filename, found.span), found.message))
            facts = self._earlier(filename)
        if facts is None:
            return self._imported(filename, _stated_imports(self._texts[filename].text))
        for message, place in facts.unread:
            self.unparsable.append(Finding(Place(filename, place), message))
        self._facts[filename] = facts
        imports = {(found.module, found.level, found.name or "") for found in facts.imports}
        return self._imported(filename, imports)

    def _earlier(self, filename: str) -> FileFacts | None:
        """What a file said before: while somebody types in it, nothing changes for the others."""
        if self._memory is None:
            return None
        facts = self._memory.last_facts(filename, self._under)
        if facts is not None:
            self.outdated.add(filename)
        return facts

    def _imported(self, filename: str, imports: Iterable[tuple[str, int, str]]) -> set[str]:
        """The project's files that imports run, each with its module, dots and name."""
        files: set[str | None] = set()
        for stated, level, name in imports:
            module = self._modules.resolve(filename, stated, level)
            if module is not None:
                inner = self._modules.submodule(module, name) if name.isidentifier() else None
                files.add(self._modules.file(module))
                files.add(self._modules.file(inner) if inner is not None else None)
        return {file for file in files if file is not None and file in self._texts}


_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import\b(.*)|import[ \t]+(.+))", re.MULTILINE
)
_WORD = re.compile(r"[\w.]+")


def syntax_errors(filenames: Iterable[str], texts: Texts) -> list[Finding]:
    """Why files cannot be parsed."""
    from asgi_lint.model.syntax_tree import SyntaxProblem, syntax_tree

    def look() -> Iterator[Finding]:
        for filename in filenames:
            source = texts.get(filename)
            problem = syntax_tree(source.text) if source is not None else None
            if isinstance(problem, SyntaxProblem):
                yield Finding(Place(filename, problem.span), problem.message)

    return with_deep_stack(lambda: [*look()])


def _stated_imports(text: str) -> Iterator[tuple[str, int, str]]:
    """What a file that cannot be parsed seems to import, told from its lines."""
    for found in _IMPORT.finditer(text):
        dots, module, names, modules = found.groups()
        if modules is not None:
            yield from ((each, 0, "") for each in _WORD.findall(modules))
        else:
            yield from ((module, len(dots), each) for each in ("", *_WORD.findall(names)))
