"""Whether a stream's slot is free again when what it streams from has failed."""

from bench.client import get
from bench.marks import EVENTS


def watch(port: int) -> str:
    get(port, "/")
    return EVENTS.wait_for("released", seconds=2.0) or "taken for good"
