"""One server for most tests: each opens a folder of its own in it, and closes it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from command_line import AFFECTED, APPLICATION, lay_out
from editor import Connection, Editor, connected, in_time, vs_code

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def connection() -> AsyncIterator[Connection]:
    found = await connected(vs_code())
    yield found
    await in_time(found.client.shutdown_session())


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project with ASG201 in row 20 of `main.py` and ASG802 in its requirements."""
    folder = tmp_path / "shop"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    return folder


@pytest_asyncio.fixture(loop_scope="session")
async def editor(connection: Connection, shop: Path) -> AsyncIterator[Editor]:
    """The project opened, with nothing open in it."""
    connection.client.messages.clear()
    found = Editor(connection, shop)
    await found.add_folder(shop)
    await found.shows("main.py", "20 ASG201")
    yield found
    for uri in [*found.texts]:
        found.close(uri)
    await found.remove_folder(shop)
    await found.shows("main.py")
    assert connection.client.error is None
