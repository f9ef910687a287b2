"""Failures that are bugs of ours: told with what is needed to report them; the rest goes on."""

from __future__ import annotations

import shlex
import traceback
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.rules.rule import Rule


_SHOWN = 3
"""Failures of one culprit that are told in full: one that fails anywhere may fail everywhere."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A failure that is a bug of ours: of what, such as "ASG201 on /project", and what to report.

    That is the command that leads to it, and the traceback. `culprit` is what failed wherever it
    was, such as "ASG201".
    """

    of: str
    report: str
    culprit: str


class Part(NamedTuple):
    """What may fail by itself, and the command that runs it again; `culprit` as in a `Crash`."""

    name: str
    command: str
    culprit: str


class Repeated(NamedTuple):
    """Further failures of a culprit, which are only counted."""

    culprit: str
    times: int


def few(crashes: Iterable[Crash]) -> tuple[list[Crash], list[Repeated]]:
    """The first failures of each culprit, in their order, and how many more there are."""
    first: list[Crash] = []
    met: Counter[str] = Counter()
    for crash in crashes:
        met[crash.culprit] += 1
        if met[crash.culprit] <= _SHOWN:
            first.append(crash)
    return first, [Repeated(each, n - _SHOWN) for each, n in met.items() if n > _SHOWN]


class Crashes:
    """What failed on one project. Of each thing the first failure is noted."""

    def __init__(self) -> None:
        self._noted: dict[str, Crash] = {}

    @property
    def noted(self) -> tuple[Crash, ...]:
        """Each failure once, in the order of what failed."""
        return tuple(self._noted[of] for of in sorted(self._noted))

    def note(self, crash: Crash) -> None:
        """Add a failure that was met elsewhere."""
        self._noted.setdefault(crash.of, crash)

    @contextmanager
    def of(self, part: Part) -> Iterator[None]:
        """Let the block fail without ending the run."""
        try:
            yield
        except BaseException as error:
            if ends_the_run(error):
                raise
            self.caught(part)

    def caught(self, part: Part) -> None:
        """Note the exception that is being handled."""
        lines = traceback.format_exc(limit=-12).rstrip()
        self.note(Crash(part.name, f"{part.command}\n{lines}", part.culprit))


def ends_the_run(error: BaseException) -> bool:
    """Whether somebody wants the process to end; a panic of LibCST's parser only looks like it."""
    return not isinstance(error, Exception) and type(error).__name__ != "PanicException"


def of_rule(rule: Rule, where: str) -> Part:
    """A rule that failed on a project or a file."""
    command = f"asgi-lint check --no-cache --select={rule.code} {shlex.quote(where)}"
    return Part(f"{rule.code} on {where}", command, rule.code)


def of_file(filename: str) -> Part:
    """The analysis of a file that failed as a whole."""
    command = f"asgi-lint check --no-cache {shlex.quote(filename)}"
    return Part(f"the analysis of {filename}", command, "the analysis")
