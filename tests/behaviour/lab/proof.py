"""Runs a project's program while a watcher uses it, on the release that the project requires."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from lab.environments import cache_folder, environment
from lab.run import bench

if TYPE_CHECKING:
    from lab.subject import Subject

_SECONDS = 60


def required(project: Path) -> tuple[str, ...]:
    """What `requirements.txt` asks for: the package and release that it pins first, and the rest.

    ValueError if the first line pins no release.
    """
    first, *more = (project / "requirements.txt").read_text(encoding="utf-8").split()
    requirement = Requirement(first)
    (clause,) = requirement.specifier
    if clause.operator != "==":
        raise ValueError(f"{first} pins no release")
    return requirement.name, clause.version, *more


def watched(project: Path, watcher: Path, subject: Subject) -> str:
    """What the watcher says of the project's `app.py`; raises InstallationError and RunError."""
    python = environment(subject, cache_folder())
    with tempfile.TemporaryDirectory() as name:
        job = Path(name) / "job.json"
        paths = {"program": str(project / "app.py"), "watcher": str(watcher)}
        job.write_text(json.dumps(paths), encoding="utf-8")
        word: str = bench(python, "watch", str(job), _SECONDS)["word"]
    return word
