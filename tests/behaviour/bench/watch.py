"""Serves a program and lets a watcher use it: what a proof that a fix works is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.marks import EVENTS
from bench.programs import loaded
from bench.server import ServerStartError, serving

if TYPE_CHECKING:
    from pathlib import Path

DOES_NOT_START = "does not start"


def watched(program: Path, watcher: Path) -> str:
    """What `watch(port)` of the module `watcher` says while the `app` of `program` is served."""
    EVENTS.take()
    with loaded(watcher) as watching, loaded(program) as module:
        try:
            with serving(module.app, lifespan="auto") as port:
                word: str = watching.watch(port)
        except ServerStartError:
            return DOES_NOT_START
    return word
