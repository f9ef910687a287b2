"""`asgi-lint` and `python -m asgi_lint`: the command line, in a process that ends well."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from types import FrameType

_SAID = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_NEW_LINE = "\r\x1b[K" if os.name == "posix" else "\n"
"""What begins a line on a terminal: over a progress bar, and over the ^C that it shows."""


def main() -> None:
    """Run the command line; Ctrl-C and SIGTERM end it at once, with one line and no traceback."""
    _end_on_signals()
    from asgi_lint.cli import main as command_line  # late: this takes a while, and may be ended

    command_line(prog_name="asgi-lint")


def _end_on_signals() -> None:
    first = os.getpid()

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        if os.getpid() == first:  # what was forked from it ends in silence
            _say(_SAID[signal.Signals(number)])
        # Not an exception, which the code where it arrives might swallow, and not sys.exit: a
        # parser that still runs in its thread aborts a Python that winds down.
        os._exit(128 + number)

    for each in _SAID:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup and shells want it
            signal.signal(each, end)


def _say(what: str) -> None:
    try:
        start = _NEW_LINE if os.isatty(2) else ""
        os.write(2, f"{start}asgi-lint: {what}\n".encode())
    except OSError:
        pass


if __name__ == "__main__":
    main()
