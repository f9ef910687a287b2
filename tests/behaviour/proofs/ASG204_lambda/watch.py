"""Whether the receipt is sent."""

from bench.client import get
from bench.marks import EVENTS


def watch(port: int) -> str:
    get(port, "/")
    return "sent" if EVENTS.wait_for("receipt for 7", seconds=1) else "not sent"
