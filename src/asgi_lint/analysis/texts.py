"""The Python files of one project: each read once, as bytes, and decoded when it is needed."""

from __future__ import annotations

from collections.abc import MutableMapping
from hashlib import blake2b
from typing import TYPE_CHECKING

from asgi_lint.analysis.screen import mentions_framework, registers_routes
from asgi_lint.source import (
    Source,
    SourceProblem,
    decode_source,
    read_bytes,
    read_source,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_SCRIPT = b"# /// script"
"""What begins the header of a script that states its own requirements (PEP 723)."""


class Texts(MutableMapping[str, Source]):
    """Sources by filename; those that cannot be read or decoded are left out.

    `mentioning` are the files with one of the given words, `registering` others that decorate
    routes, `scripts` those that may state requirements, `commented` those that may hold a
    suppression comment. Everything is told from the bytes alone.
    """

    def __init__(
        self,
        filenames: Iterable[str],
        unsaved: Mapping[str, Source | SourceProblem],
        words: Sequence[bytes],
    ) -> None:
        self._words = words
        self.mentioning: list[str] = []
        self.registering: list[str] = []
        self.scripts: list[str] = []
        self.commented: set[str] = set()
        self.problems: list[SourceProblem] = []
        self._bytes: dict[str, bytes | None] = {}
        self._sources: dict[str, Source] = {}
        self._digest = blake2b(digest_size=16)
        for filename in filenames:
            known = unsaved.get(filename)
            if known is None:
                self._read(filename)
            elif isinstance(known, Source):
                self._sources[filename] = known
                self._look_at(filename, known.text.encode())
            else:
                self._refuse(known)

    @property
    def digest(self) -> bytes:
        """What all names and contents come to, unreadable ones included."""
        return self._digest.digest()

    def _read(self, filename: str) -> None:
        data = read_bytes(filename)
        if isinstance(data, SourceProblem):
            self._refuse(data)
            return
        self._look_at(filename, data)

    def _refuse(self, problem: SourceProblem) -> None:
        self.problems.append(problem)
        said = f"{problem.filename}\0{problem.message}\0\0"
        self._digest.update(said.encode("utf-8", "surrogateescape"))

    def _look_at(self, filename: str, data: bytes) -> None:
        self._digest.update(f"{filename}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        self._digest.update(data)
        self._bytes[filename] = data
        if mentions_framework(data, self._words):
            self.mentioning.append(filename)
        elif registers_routes(data):
            self.registering.append(filename)
        if _SCRIPT in data:
            self.scripts.append(filename)
        lowered = data.lower()
        if b"noqa" in lowered or b"asgi-lint" in lowered:
            self.commented.add(filename)

    def undecodable(self) -> list[SourceProblem]:
        """Why files are no text; most are told to be text by their bytes alone."""
        found = []
        for filename, data in self._bytes.items():
            if data is None or filename in self._sources or _is_plain(data):
                continue
            source = self._decoded(filename, data)
            if isinstance(source, SourceProblem):
                found.append(source)
        for problem in found:
            del self._bytes[problem.filename]
        return found

    def keep(self, filenames: Iterable[str]) -> None:
        """Let go of the content of all other files; they are read again should they be needed."""
        kept = {*filenames, *self.commented, *self._sources}
        self._bytes = {name: d if name in kept else None for name, d in self._bytes.items()}

    def content_digest(self, filename: str) -> bytes:
        """What identifies a file's text wherever it lies."""
        source = self._sources.get(filename)
        data = source.text.encode() if source is not None else self._bytes[filename] or b""
        return blake2b(data, digest_size=16).digest()

    def _decoded(self, filename: str, data: bytes) -> Source | SourceProblem:
        source = decode_source(data, filename)
        if isinstance(source, Source):
            self._sources[filename] = source
        return source

    def __getitem__(self, filename: str) -> Source:
        source = self._sources.get(filename)
        if source is not None:
            return source
        data = self._bytes[filename]
        read = self._decoded(filename, data) if data is not None else read_source(filename)
        if isinstance(read, SourceProblem):  # it changed since it was read
            raise KeyError(filename)
        self._sources[filename] = read
        return read

    def __setitem__(self, filename: str, source: Source) -> None:
        self._sources[filename] = source
        self._bytes.setdefault(filename, None)

    def __delitem__(self, filename: str) -> None:
        del self._bytes[filename]
        self._sources.pop(filename, None)

    def __contains__(self, filename: object) -> bool:
        return filename in self._bytes

    def __iter__(self) -> Iterator[str]:
        return iter(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)


def _is_plain(data: bytes) -> bool:
    """Whether it is text in any case: ASCII that declares no encoding."""
    return data.isascii() and b"coding" not in data and b"\0" not in data
