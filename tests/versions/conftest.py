from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.versions.readers import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asgi_lint.versions.requirements import Reading


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str, str | bytes], Reading]:
    """Write a manifest into the test's folder and read it."""

    def write_and_read(name: str, content: str | bytes) -> Reading:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_manifest(path.as_posix())

    return write_and_read
