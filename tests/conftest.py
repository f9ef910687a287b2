"""What all tests share: snapshots of texts, and properties that hold on a slow machine too."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Snapshot: TypeAlias = Callable[[Path, str], None]

settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots",
        action="store_true",
        help="write the snapshots anew instead of comparing with them",
    )


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Snapshot:
    """`snapshot(path, text)` fails unless the file at `path` holds `text`, byte for byte."""
    update: bool = request.config.getoption("--update-snapshots")

    def compare(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        assert path.exists(), f"no snapshot {path.name}: run pytest --update-snapshots"
        assert path.read_bytes().decode() == text

    return compare


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test finds must not come from another; tests of the cache ask for it."""
    monkeypatch.setenv("ASGI_LINT_CACHE", "no")
