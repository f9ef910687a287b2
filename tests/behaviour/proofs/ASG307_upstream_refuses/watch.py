"""Whether the answer of an upstream server that refuses is closed."""

from bench.client import get
from bench.marks import EVENTS


def watch(port: int) -> str:
    get(port, "/models/large")
    return EVENTS.wait_for("closed", seconds=1) or "left open"
