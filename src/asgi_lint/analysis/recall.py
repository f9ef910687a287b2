"""What earlier runs over a project found: the facts of its files, and its findings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from asgi_lint.cache.findings import decoded, encoded, finding_lists
from asgi_lint.cache.pack import Pack, packed
from asgi_lint.cache.stamp import tool_stamp
from asgi_lint.versions import disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgi_lint.cache.folder import CacheFolder
    from asgi_lint.diagnostics import Finding
    from asgi_lint.rules.rule import Rule

_UNUSED_BYTES = 32 * 1024 * 1024
"""Facts of earlier contents that are kept: those of the branch that was checked out before."""


@dataclass(frozen=True, slots=True)
class Known:
    """The findings of an earlier run that still hold, and the files that state requirements."""

    findings: tuple[tuple[Rule, Finding], ...]
    stated: frozenset[str]


class Recall:
    """One project's part of a cache. Facts hold for a file's content and the rules that run."""

    def __init__(self, folder: CacheFolder, root: str, rules: tuple[Rule, ...]) -> None:
        self._folder = folder
        self._rules = {rule.code: rule for rule in rules}
        codes = " ".join(self._rules)
        self._stamp = tool_stamp()
        key = blake2b(self._stamp + f"{root}\0{codes}".encode("utf-8", "surrogateescape"))
        self._name = key.hexdigest()[:32]
        self._pack: Pack | None = None
        self._used: dict[bytes, bytes] = {}
        self._is_changed = False

    def findings(self, inputs: tuple[Any, ...]) -> Known | None:
        """The findings of a run over the same inputs, if nothing else that counts has changed."""
        data = self._folder.read(f"{self._name}.findings")
        entry = decoded(data) if data is not None else None
        if entry is None or entry.inputs != _digest(inputs):
            return None
        if not disk.agree(entry.witnesses) or any(c not in self._rules for c, _ in entry.findings):
            return None
        found = tuple((self._rules[code], finding) for code, finding in entry.findings)
        return Known(found, entry.stated)

    def keep_findings(
        self,
        inputs: tuple[Any, ...],
        findings: Iterable[tuple[Rule, Finding]],
        stated: Iterable[str],
        witnesses: Mapping[tuple[str, str], str],
    ) -> None:
        """Keep what a run over these inputs found."""
        entry = {
            "inputs": _digest(inputs),
            "witnesses": [[what, path, seen] for (what, path), seen in witnesses.items()],
            "findings": finding_lists((rule.code, finding) for rule, finding in findings),
            "stated": sorted(stated),
        }
        self._folder.write(f"{self._name}.findings", encoded(entry))

    def facts(self, digest: bytes) -> bytes | None:
        """The facts of a file with that content."""
        if self._pack is None:
            self._pack = Pack(self._folder.read(f"{self._name}.facts") or b"")
        blob = self._pack.get(digest)
        if blob is not None:
            self._used[digest] = blob
        return blob

    def add_facts(self, digest: bytes, blob: bytes) -> None:
        """Keep the facts of a file with that content."""
        self._used[digest] = blob
        self._is_changed = True

    def write_facts(self) -> None:
        """Write what was added, and of what was not used this time as much as fits."""
        if not self._is_changed or self._pack is None:
            return
        entries, unused = dict(self._used), 0
        for digest in self._pack:
            blob = self._pack.get(digest) if digest not in entries else None
            if blob is not None and unused + len(blob) <= _UNUSED_BYTES:
                entries[digest] = blob
                unused += len(blob)
        self._folder.write(f"{self._name}.facts", packed(entries))
        self._is_changed = False


def _digest(inputs: tuple[Any, ...]) -> str:
    content, *others = inputs
    text = json.dumps([content.hex(), *others], sort_keys=True)
    return blake2b(text.encode(), digest_size=16).hexdigest()
