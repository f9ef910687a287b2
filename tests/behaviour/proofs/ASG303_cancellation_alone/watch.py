"""Whether a stream ends when its client leaves."""

from bench.client import leave_after
from bench.marks import EVENTS


def watch(port: int) -> str:
    leave_after(b"data", port, "/events")
    EVENTS.wait_for("client left", seconds=5)
    EVENTS.take()
    return "goes on" if EVENTS.wait_for("event", "client left", seconds=1) else "stops"
