"""One run: a hazard's program on one release, and what came of it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from lab.environments import cache_folder, environment
from lab.plan import program, subject_for
from lab.results import Environment, Run
from lab.run import bench

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.version import Version

    from asgi_lint.versions.hazard import Hazard

_SECONDS = 60


def observed(hazard: Hazard, release: Version, cache: Path | None = None) -> Run:
    """Run a hazard's program on a release.

    Raises MissingInterpreterError, InstallationError and RunError.
    """
    subject = subject_for(hazard, release)
    python = environment(subject, cache or cache_folder())
    seen = bench(python, "observe", program(hazard.identifier).stem, _SECONDS)
    packages = {name: seen["packages"][name] for name in sorted(seen["packages"])}
    packages.pop(subject.package, None)
    where = Environment(
        subject.name, subject.package, str(subject.release), seen["python"], packages
    )
    today = datetime.now(tz=timezone.utc).date().isoformat()
    return Run(hazard.identifier, where, seen["word"], seen["affected"], today)
