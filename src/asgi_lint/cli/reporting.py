"""From a finished run to the report that the output formats are given."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from asgi_lint import __version__
from asgi_lint.reporters.report import Notification, Report, RuleInfo
from asgi_lint.roots import repository_top
from asgi_lint.rules.registry import page, rules

if TYPE_CHECKING:
    from asgi_lint.pipeline import Run
    from asgi_lint.reporters.report import Fixes


def report_of(outcome: Run, fixes: Fixes | None = None, *, with_pages: bool) -> Report:
    """The report, paths relative to the working directory; `with_pages` adds the rules' pages."""
    known = rules()
    base = Path.cwd()
    reported = [known[code] for code in sorted({d.code for d in outcome.diagnostics})]
    return Report(
        diagnostics=outcome.diagnostics,
        sources={name: source.text for name, source in outcome.sources.items()},
        base=base,
        repository=Path(repository_top(str(base)) or base),
        files_checked=outcome.files_checked,
        rules={
            rule.code: RuleInfo(
                rule.code,
                rule.name,
                rule.summary,
                rule.severity,
                rule.url,
                page(rule) if with_pages else "",
            )
            for rule in reported
        },
        version=__version__,
        notifications=tuple(
            Notification(d.message, d.place)
            for d in outcome.diagnostics
            if d.code in ("ASG001", "ASG002")
        ),
        fixes=fixes,
        in_baseline=outcome.in_baseline,
        started=dt.datetime.now(),
    )
