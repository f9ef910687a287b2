"""A large file; the client leaves after its first bytes."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.responses import FileResponse

from bench.client import leave_after
from bench.marks import Marks
from bench.server import serving

AFFECTED = ("reads-all",)
UNAFFECTED = ("stops",)

SIZE = 16 * 1024 * 1024  # more than the kernel keeps for a client that does not read
PACE = 0.005  # seconds; slow enough for the disconnect to be noticed before the end


class Counted(FileResponse):
    """Marks, once it is done, whether it has read and sent on all of the file.

    Counted here and not at the server: what stands between may drop what it is sent.
    """

    chunk_size = 64 * 1024

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Starlette 0.36.0 fails without them, and uvicorn does not give any; other servers do.
        scope.setdefault("extensions", {})
        sent = 0

        async def counting(message: Any) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            await send(message)
            await asyncio.sleep(PACE)

        try:
            await super().__call__(scope, receive, counting)
        except Exception:
            marks.add("fails")
            raise
        finally:
            marks.add("reads-all" if sent == SIZE else "stops")


marks = Marks()
folder = tempfile.TemporaryDirectory()
large = Path(folder.name) / "large.bin"


async def download(request: Any) -> FileResponse:
    return Counted(str(large))


app = Starlette()
app.add_route("/", download)


def observe() -> str:
    with folder:
        with large.open("wb") as file:
            file.truncate(SIZE)
        with serving(app) as port:
            leave_after(b"\0", port, "/", receive_buffer=4096)
            return marks.wait_for("reads-all", "stops", "fails", seconds=20) or "gets-stuck"
