"""Whether a background task is carried out for a client that leaves after the response."""

from bench.client import leave_after
from bench.marks import EVENTS


def watch(port: int) -> str:
    leave_after(b"welcome", port, "/")
    return EVENTS.wait_for("completed", "cancelled", seconds=5) or "neither"
