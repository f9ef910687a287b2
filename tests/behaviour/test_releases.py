"""The lab itself: a few hazards on the releases on either side of an edge they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from lab.measure import observed
from lab.plan import measured_hazards

if TYPE_CHECKING:
    from conftest import OnRelease


@pytest.mark.parametrize("release", ["0.20.4", "0.21.0"])
@pytest.mark.parametrize(
    "identifier",
    [
        "background-tasks-cancelled",
        "is-disconnected-blind",
        "patched-receive-ends-streams",
        "file-response-ignores-disconnect-behind-base-middleware",
    ],
)
def test_the_edge_at_starlette_0_21(identifier: str, release: str, on_release: OnRelease) -> None:
    subject = on_release("starlette", release)
    hazard = measured_hazards()[identifier]
    run = observed(hazard, subject.release)
    assert run.affected == hazard.affects(Version(release)), run.word
