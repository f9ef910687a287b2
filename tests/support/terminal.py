"""A command on a terminal of its own, and what it shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROWS, COLUMNS = 24, 80
PATIENCE = 60.0
"""Seconds after which a test has failed that waits for a command."""


class Terminal:
    """`asgi-lint` with some arguments, run on a terminal; what it writes is kept in `shown`.

    `program` runs in its place: what Python is given before the arguments.
    """

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        program: tuple[str, ...] = ("-m", "asgi_lint"),
    ) -> None:
        self.shown = ""
        self._descriptor, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        own = {name: value for name, value in os.environ.items() if name not in _COLOR}
        self.process = subprocess.Popen(
            [sys.executable, *program, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env={**own, "TERM": "xterm", "NO_COLOR": "1", **(env or {})},
            start_new_session=True,
        )
        os.close(inner)

    def close(self) -> None:
        """End the command if it still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._descriptor)

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Read until `text` has been shown that often."""
        end = time.monotonic() + PATIENCE
        while self.shown.count(text) < times:
            assert time.monotonic() < end, f"waited for {text!r}, got {self.shown!r}"
            assert self._read() or self.shown.count(text) >= times, self.shown

    def finish(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        """Read what has come; whether there may be more."""
        if not select.select([self._descriptor], [], [], 1)[0]:
            return True
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # how Linux tells that the other end is closed
            return False
        self.shown += data.decode().replace("\r\n", "\n")
        return bool(data)


_COLOR = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CI")
