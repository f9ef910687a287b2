"""What a reporter is given: the run's diagnostics and everything needed to show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place, Severity


_LONG_AGO = dt.datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a reporter must know about a rule; `page` is the rule's Markdown page.

    `precision` is SARIF's word for how seldom the rule is wrong: very-high, high, medium or low.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    url: str
    page: str = ""
    precision: str = "high"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that the run itself met, such as a file that could not be parsed."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Fixes:
    """What a run that was to fix has come to.

    `applied` are the diagnostics that were fixed. `held_back` counts the unsafe fixes that were not
    asked for. With `is_listed` the summary says where what was fixed.
    """

    applied: tuple[Diagnostic, ...]
    held_back: int = 0
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A finished run.

    `diagnostics` are sorted by `Diagnostic.sort_key`. `sources` gives a file's decoded text by its
    absolute filename, and lacks a file that could not be read. Paths are shown relative to `base`,
    and for services that show a repository relative to `repository`; both are absolute. `rules` has
    every reported code. `fixes` is None for a run that was not to fix anything. `in_baseline` says
    how many more the baseline has. `started` is when the run began, in local time.
    """

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    base: Path
    repository: Path
    files_checked: int
    rules: Mapping[str, RuleInfo]
    version: str
    notifications: tuple[Notification, ...] = ()
    fixes: Fixes | None = None
    in_baseline: int = 0
    started: dt.datetime = _LONG_AGO
