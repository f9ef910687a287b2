"""Whether what a stream has used is counted when its client leaves."""

from bench.client import leave_after
from bench.marks import EVENTS


def watch(port: int) -> str:
    leave_after(b"data", port, "/chat?words=1000")
    return EVENTS.wait_for("counted some", seconds=2) or "not counted"
