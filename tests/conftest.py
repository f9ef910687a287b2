"""What all tests share: snapshots of texts, and properties that hold on a slow machine too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Snapshot: TypeAlias = Callable[[Path, str], None]

_TESTS = Path(__file__).parent

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


_RUN_RELEASES = frozenset({"behaviour", "fixes"})
"""Folders whose tests share the environments that they install."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a folder's tests, else a file's, in one process where several run tests (`-n 2`)."""
    for item in items:
        first = item.path.relative_to(_TESTS).parts[0]
        group = "releases" if first in _RUN_RELEASES else first
        item.add_marker(pytest.mark.xdist_group(group))


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
