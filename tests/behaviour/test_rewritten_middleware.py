"""Middleware before and after it is rewritten, under a real server and on real releases.

The programs are those of `fixtures/pure_asgi`. What may differ is what `docs/pure-asgi.md` tells
of, and then the rewritten program is the one that does as an application without middleware.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asgi_driver import ASKED

from lab.equivalence import Request, differences, transcripts

if TYPE_CHECKING:
    from bench.requests import Exchange, Transcript
    from conftest import OnRelease

CASES = Path(__file__).parents[2] / "fixtures/pure_asgi"
REQUESTS = tuple(
    Request(each.path, each.method, each.headers, (each.body.decode(),) if each.body else ())
    for each in ASKED
)
RELEASES = (
    ("starlette", "0.20.4"),
    ("starlette", "0.21.0"),
    ("starlette", "0.27.0"),
    ("starlette", "1.10.0"),
    ("fastapi", "0.86.0"),
    ("fastapi", "0.165.0"),
)
STARTS, ENDS = "answer starts", "answer ends"


def cases(package: str) -> list[str]:
    """The cases that import that package and no other on top of it."""
    texts = {path.parent.name: path.read_text("utf-8") for path in CASES.glob("*/before.py")}
    wants_fastapi = package == "fastapi"
    return sorted(name for name, text in texts.items() if ("fastapi" in text) == wants_fastapi)


@pytest.mark.parametrize(("package", "release"), RELEASES)
def test_nobody_can_tell_the_difference_on_a_release(
    package: str, release: str, on_release: OnRelease
) -> None:
    subject = on_release(package, release)
    names = cases(package)
    programs = [(CASES / n / f"{when}.py").read_text("utf-8") for n in names for when in WHEN]
    endpoints = (CASES / "endpoints.py").read_text("utf-8")
    seen = transcripts(programs, REQUESTS, subject, {"endpoints.py": endpoints})
    for name, before, after in zip(names, seen[::2], seen[1::2], strict=True):
        assert before.failure == ""
        left_out = lasting_events(programs[2 * names.index(name)])
        was, now = comparable(before, left_out), comparable(after, left_out)
        assert list(differences(was, now)) == [], name
        assert all(map(is_as_without_middleware, after.exchanges)), name


WHEN = ("before", "after")


def test_most_cases_are_run_on_every_release() -> None:
    assert len(cases("starlette")) >= 15
    assert len(cases("fastapi")) >= 5


def lasting_events(program: str) -> frozenset[str]:
    """What the rewritten program does at the end and the original when the response starts."""
    first = program.partition("\n")[0]
    return frozenset({first.removeprefix("# lasting: ")} if first.startswith("# lasting: ") else ())


def comparable(transcript: Transcript, left_out: frozenset[str]) -> Transcript:
    return replace(
        transcript,
        exchanges=tuple(_comparable(each, left_out) for each in transcript.exchanges),
    )


def _comparable(exchange: Exchange, left_out: frozenset[str]) -> Exchange:
    """The exchange without what BaseHTTPMiddleware alone does to it on some releases.

    It ends an answer whose stream has failed, or keeps the end back until background tasks are
    done. A deleted cookie's header tells the time.
    """
    is_broken = fails_after_start(exchange)
    if is_broken or "background" in exchange.events:
        left_out |= {ENDS}
    headers = tuple((n, re.sub("expires=[^;]+", "expires=...", v)) for n, v in exchange.headers)
    events = tuple(each for each in exchange.events if each not in left_out)
    ending = "" if is_broken else exchange.ending
    return replace(exchange, headers=headers, events=events, ending=ending)


def fails_after_start(exchange: Exchange) -> bool:
    last = exchange.events[-1]
    return STARTS in exchange.events and last.startswith("application raises")


def is_as_without_middleware(exchange: Exchange) -> bool:
    """Whether a client can tell a broken stream, and no background task delays an answer's end."""
    if fails_after_start(exchange) and exchange.request.path == "/breaks-late":
        return exchange.ending == "cut"
    events = [each for each in exchange.events if each in (ENDS, "background")]
    return "background" not in events or events == [ENDS, "background"]
