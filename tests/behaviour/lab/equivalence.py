"""Compares two programs: the same requests, in the environment of a release, must go alike.

    requests = [Request("/"), Request("/big", leaves_after=0)]
    assert_equivalent(before, after, requests, subject("starlette", "0.20.4"))

`before` and `after` are the texts of modules that define `app`. They may tell of themselves with
`from bench.marks import mark`: marks are events, and the order of events is compared too.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from bench.requests import Exchange, Request, Transcript, as_json, transcript_from
from lab.environments import cache_folder, environment
from lab.run import bench

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.subject import Subject

__all__ = ["Request", "assert_equivalent", "differences", "transcripts"]

_START_SECONDS = 30
_REQUEST_SECONDS = 12

# What changes from one answer to the next, or with the program's file.
_VOLATILE_HEADERS = frozenset({"date"})
_ENDS = "answer ends"


def assert_equivalent(
    before: str, after: str, requests: Sequence[Request], subject: Subject
) -> None:
    """AssertionError, with one line for each difference, unless both programs do the same.

    A program that cannot be served is like no other, not even like itself.
    """
    first, second = transcripts([before, after], requests, subject)
    if first.failure:
        raise AssertionError(f"on {subject.package} {subject.release}: {first.failure}")
    if found := list(differences(first, second)):
        raise AssertionError("\n".join([f"on {subject.package} {subject.release}:", *found]))


def transcripts(
    programs: Sequence[str], requests: Sequence[Request], subject: Subject
) -> list[Transcript]:
    """What each of `programs` does with `requests` on `subject`, each served on its own.

    Raises InstallationError and RunError.
    """
    python = environment(subject, cache_folder())
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for number, text in enumerate(programs):
            path = Path(name) / f"program_{number}" / "main.py"
            path.parent.mkdir()
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        job = Path(name) / "job.json"
        job.write_text(json.dumps({"programs": paths, "requests": [*map(as_json, requests)]}))
        seconds = len(programs) * (_START_SECONDS + len(requests) * _REQUEST_SECONDS)
        seen = bench(python, "transcribe", str(job), seconds)
    return [transcript_from(each) for each in seen["transcripts"]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """An exchange without what may differ between any two runs."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    ending: str
    events: tuple[str, ...]


def differences(before: Transcript, after: Transcript) -> Iterator[str]:
    """Everything in which the two differ, a line for each; nothing if a user could not tell."""
    for name in ("failure", "start", "end"):
        yield from _difference(name, getattr(before, name), getattr(after, name))
    for first, second in zip(before.exchanges, after.exchanges, strict=False):
        request = first.request
        for field in fields(_Seen):
            was, now = (getattr(_seen(each), field.name) for each in (first, second))
            yield from _difference(f"{request.method} {request.path}: {field.name}", was, now)


def _difference(what: str, was: object, now: object) -> Iterator[str]:
    if was != now:
        yield f"{what}: {was!r} became {now!r}"


def _seen(exchange: Exchange) -> _Seen:
    """Of a client that leaves early, how much it got is chance, and the end goes to nobody."""
    kept = ((name.lower(), value) for name, value in exchange.headers)
    has_left = exchange.ending == "left"
    return _Seen(
        status=exchange.status,
        headers=tuple(sorted(each for each in kept if each[0] not in _VOLATILE_HEADERS)),
        body="" if has_left else exchange.body,
        ending=exchange.ending,
        events=tuple(each for each in exchange.events if not (has_left and each == _ENDS)),
    )
