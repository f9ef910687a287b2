"""Sessions that are run now and then; what every change must pass is in `.ci/run`."""

from __future__ import annotations

import nox


@nox.session(name="lab")
def behaviour_lab(session: nox.Session) -> None:
    """Measure real releases: `nox -s lab -- --all --missing` (see docs/behaviour-lab.md)."""
    session.install("-e", ".")
    session.run("python", "scripts/lab.py", *session.posargs)


@nox.session
def compare(session: nox.Session) -> None:
    """Say again in docs/comparison.md what other linters find."""
    session.install("fixit")  # by itself, as it wants an older Click, and runs with ours
    session.install("-e", ".", "flake8-async", "pylint", "ruff")
    session.run("python", "scripts/compare_linters.py")


@nox.session(name="pythons", python=False)
def same_answer_of_pythons(session: nox.Session) -> None:
    """Compare what each Python says of the fixtures: `nox -s pythons -- python3.10 python3.14`."""
    session.run("python", "scripts/compare_pythons.py", *session.posargs)


@nox.session(name="kills")
def ended_fixes(session: nox.Session) -> None:
    """End many runs of `--fix` and look at what they leave: `nox -s kills -- --times 500`."""
    session.install("-e", ".")
    session.run("python", "scripts/check_killed_fix.py", *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the rules, the model and the versions, and see which changes no test notices."""
    session.install("-e", ".[test]", "coverage==7.17.3", "mutmut==3.8.1")
    session.run("python", "scripts/mutation", *(session.posargs or ["run"]))
