from __future__ import annotations

import pytest
from packaging.version import Version

from asgi_lint.versions.hazards import HAZARDS, Hazard


@pytest.mark.parametrize(
    ("identifier", "affected", "unaffected"),
    [
        ("background-tasks-cancelled", ("0.15.0", "0.20.4"), ("0.14.2", "0.21.0", "1.10.0")),
        ("stream-ignores-disconnect", ("0.9.0", "0.13.2"), ("0.13.3", "1.10.0")),
        ("stream-fails-on-python-3.11", ("0.13.3", "0.13.8"), ("0.13.2", "0.14.0")),
        ("file-response-ignores-disconnect", ("0.12.0", "1.7.0"), ("1.8.0", "1.10.0")),
        ("is-disconnected-blind", ("0.21.0", "1.10.0", "2.0.0"), ("0.20.4",)),
        ("stream-cleanup-cut", ("0.15.0", "1.10.0"), ("0.14.2",)),
        ("stream-cancellation-swallowed", ("0.9.0", "0.15.0", "1.10.0"), ()),
    ],
)
def test_boundaries(
    identifier: str, affected: tuple[str, ...], unaffected: tuple[str, ...]
) -> None:
    hazard = HAZARDS[identifier]
    assert [release for release in affected if not hazard.affects(Version(release))] == []
    assert [release for release in unaffected if hazard.affects(Version(release))] == []


@pytest.mark.parametrize(
    ("identifier", "phrase"),
    [
        ("background-tasks-cancelled", "Starlette 0.15.0 to 0.20.4"),
        ("file-response-ignores-disconnect", "Starlette before 1.8.0"),
        ("is-disconnected-blind", "Starlette 0.21.0 and newer"),
        ("stream-cancellation-swallowed", "every Starlette"),
    ],
)
def test_affected_releases_for_people(identifier: str, phrase: str) -> None:
    assert HAZARDS[identifier].releases == phrase


def test_a_hazard_may_have_several_ranges() -> None:
    hazard = Hazard("x", "fastapi", "<0.2.0||>=0.85.0,<0.87.0", "", (), "")
    assert hazard.releases == "FastAPI before 0.2.0 and 0.85.0 to 0.86.0"
    assert hazard.affects(Version("0.1.0"))
    assert hazard.affects(Version("0.86.0"))
    assert not hazard.affects(Version("0.50.0"))
