"""A real uvicorn on the loopback, in a thread of its own."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 15
_STOP_SECONDS = 2


class ServerStartError(Exception):
    """The server gave up, or was not ready in time."""


@contextmanager
def serving(app: Any, lifespan: str = "off") -> Iterator[int]:
    """Serve the application while the block runs; yields the port.

    The server is asked to stop at the end, but not waited for beyond two seconds: some programs
    block it for ever. Raises ServerStartError.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        config = uvicorn.Config(app, lifespan=lifespan, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listening]}, name="server", daemon=True
        )
        thread.start()
        try:
            _wait_for(server, thread)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join(_STOP_SECONDS)


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise ServerStartError
        time.sleep(0.01)
