"""Sessions that are run now and then; what every change must pass is in `.ci/run`."""

from __future__ import annotations

import nox


@nox.session(name="lab")
def behaviour_lab(session: nox.Session) -> None:
    """Measure real releases: `nox -s lab -- --all --missing` (see docs/behaviour-lab.md)."""
    session.install("-e", ".")
    session.run("python", "scripts/lab.py", *session.posargs)
