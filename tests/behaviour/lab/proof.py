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


def required(project: Path) -> tuple[str, str]:
    """The package and the release that `requirements.txt` pins first; ValueError if it does not."""
    line = (project / "requirements.txt").read_text(encoding="utf-8").split("\n")[0]
    requirement = Requirement(line)
    (clause,) = requirement.specifier
    if clause.operator != "==":
        raise ValueError(f"{line} pins no release")
    return requirement.name, clause.version


def watched(project: Path, watcher: Path, subject: Subject) -> str:
    """What the watcher says of the project's `app.py`; raises InstallationError and RunError."""
    python = environment(subject, cache_folder())
    with tempfile.TemporaryDirectory() as name:
        job = Path(name) / "job.json"
        paths = {"program": str(project / "app.py"), "watcher": str(watcher)}
        job.write_text(json.dumps(paths), encoding="utf-8")
        word: str = bench(python, "watch", str(job), _SECONDS)["word"]
    return word
