"""Whether a stream ends when its client leaves."""

from bench.client import leave_after
from bench.marks import EVENTS


def watch(port: int) -> str:
    leave_after(b"tick", port, "/")
    return EVENTS.wait_for("stops", seconds=2) or "goes on"
