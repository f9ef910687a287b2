"""Whether a plain generator releases what it holds when its client leaves."""

import gc

from bench.client import leave_after
from bench.marks import EVENTS


def watch(port: int) -> str:
    leave_after(b"data", port, "/chat?words=1000")
    for _ in range(20):
        gc.collect()  # it is closed when nobody refers to it any more
        if EVENTS.wait_for("released", seconds=0.1):
            return "released"
    return "not released"
