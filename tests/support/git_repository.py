"""A Git repository in a folder, run with the real git and none of the person's configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from command_line import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def environment(home: Path) -> dict[str, str]:
    """The variables of this process, with a home of its own and without git's and pre-commit's."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "PRE_COMMIT", "ASGI_LINT_", "VIRTUAL_ENV", "PYTEST"))
    }
    person = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "Someone"), ("EMAIL", "someone@example.org"))
    }
    # A checkout may belong to someone else than who runs the tests, which git refuses otherwise.
    own = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    own |= {"GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "NO_COLOR": "1"}
    return {**kept, **person, **own}


@dataclass(frozen=True)
class Repository:
    """A working tree with its repository."""

    path: Path
    env: Mapping[str, str] = field(repr=False)

    def run(self, *command: str, stdin: str = "") -> Outcome:
        """Run a command in the working tree."""
        run = subprocess.run(
            command,
            cwd=self.path,
            env=dict(self.env),
            input=stdin.encode(),
            capture_output=True,
            check=False,
            timeout=300,
        )
        return Outcome(run.returncode, run.stdout.decode(), run.stderr.decode())

    def git(self, *arguments: str, stdin: str = "") -> str:
        """What git prints; the test ends where it fails."""
        outcome = self.run("git", *arguments, stdin=stdin)
        assert outcome.code == 0, outcome.stderr
        return outcome.stdout

    def commit(self, message: str) -> str:
        """Commit all there is, past any hook; the commit's name."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()
