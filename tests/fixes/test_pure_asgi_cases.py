"""Middleware as people write it: what becomes of it, and that nobody can tell the difference.

Each folder of `fixtures/pure_asgi` is one: `before.py`, and `after.py`, which is what the edits
make of it. Both are run. A first line `# lasting: ...` names the events which the rewritten program
has when the response is complete, and the original one when it starts.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asgi_driver import Exchange, transcript
from rewritten import rewritten

CASES = Path(__file__).parents[2] / "fixtures" / "pure_asgi"
ENDPOINTS = (CASES / "endpoints.py").read_text(encoding="utf-8")
NAMES = sorted(path.parent.name for path in CASES.glob("*/before.py"))


def text(case: str, name: str) -> str:
    return (CASES / case / f"{name}.py").read_bytes().decode()


@pytest.mark.parametrize("case", NAMES)
def test_edits_make_the_program_that_is_expected(case: str) -> None:
    assert rewritten(text(case, "before")) == text(case, "after")


@pytest.mark.parametrize("case", NAMES)
def test_nobody_can_tell_the_difference(case: str) -> None:
    before, after = text(case, "before"), text(case, "after")
    lasting = lasting_events(before)
    was, now = transcript(before, ENDPOINTS), transcript(after, ENDPOINTS)
    for old, new in zip(was, now, strict=True):
        if isinstance(old, Exchange) and isinstance(new, Exchange):
            assert without(lasting, new) == without(lasting, old)
            assert new.error or last_until_complete(lasting, new)
        else:
            assert new == old


@pytest.mark.parametrize("case", NAMES)
def test_every_way_through_a_case_is_one_that_the_requests_take(case: str) -> None:
    """Two answers at least differ, or the comparison would say nothing about the middleware."""
    exchanges = [e for e in transcript(text(case, "before"), ENDPOINTS) if isinstance(e, Exchange)]
    assert len({(e.status, tuple(e.headers), tuple(e.happened)) for e in exchanges}) > 5


def lasting_events(program: str) -> set[str]:
    first = program.partition("\n")[0]
    return {first.removeprefix("# lasting: ")} if first.startswith("# lasting: ") else set()


def without(events: set[str], exchange: Exchange) -> Exchange:
    """The exchange without these events, and where it fails without the end of its answer.

    Since 0.21 a BaseHTTPMiddleware ends an answer properly even if its stream has failed.
    """
    left_out = {*events, *(["(end)"] if exchange.error else [])}
    return replace(exchange, happened=[e for e in exchange.happened if e not in left_out])


def last_until_complete(events: set[str], exchange: Exchange) -> bool:
    """Whether they come after everything that the application does."""
    last = [event for event in exchange.happened if event in events]
    return exchange.happened[len(exchange.happened) - len(last) :] == last
