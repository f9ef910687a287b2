"""Failures that are bugs of ours: told with what is needed to report them; the rest goes on."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Crash:
    """A failure that is a bug of ours: of what, such as "ASG201 on /project", and its traceback."""

    of: str
    report: str


class Crashes:
    """What failed on one project. Of each thing the first failure is noted."""

    def __init__(self) -> None:
        self._reports: dict[str, str] = {}

    @property
    def noted(self) -> tuple[Crash, ...]:
        """Each failure once, in the order of what failed."""
        return tuple(Crash(of, self._reports[of]) for of in sorted(self._reports))

    def note(self, crash: Crash) -> None:
        """Add a failure that was met elsewhere."""
        self._reports.setdefault(crash.of, crash.report)

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Let the block fail without ending the run."""
        try:
            yield
        except Exception:
            self.caught(what)

    def caught(self, what: str) -> None:
        """Note the exception that is being handled."""
        self.note(Crash(what, traceback.format_exc(limit=-12).rstrip()))


def of_rule(rule: Rule, where: str) -> str:
    """A rule that failed on a project or a file."""
    return f"{rule.code} on {where}"


def of_file(filename: str) -> str:
    """The analysis of a file that failed as a whole."""
    return f"the analysis of {filename}"
