"""The SARIF log: one run with its tool, its rules and its results.

The same run gives the same bytes: there is no time, no machine name and no random identifier.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.sarif.descriptors import as_sentence, descriptor
from asgi_lint.reporters.sarif.fingerprints import fingerprints
from asgi_lint.reporters.sarif.locations import ROOT, physical_location
from asgi_lint.reporters.sarif.results import result

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Notification, Report

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_HOME = "https://asgi-lint.readthedocs.io/"
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+")


def render(report: Report) -> str:
    """The report as a SARIF log."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return as_json(log, indent=2) + "\n"


def _run(report: Report) -> dict[str, Any]:
    codes = sorted({diagnostic.code for diagnostic in report.diagnostics})
    index = {code: position for position, code in enumerate(codes)}
    return {
        "tool": {"driver": _driver(report, codes)},
        "automationDetails": {"id": "asgi-lint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The folder that holds the whole project."}}
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _notification(each, report) for each in report.notifications
                ],
            }
        ],
        "results": [
            result(diagnostic, index[diagnostic.code], prints, report)
            for diagnostic, prints in zip(report.diagnostics, fingerprints(report), strict=True)
        ],
    }


def _driver(report: Report, codes: list[str]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "asgi-lint", "version": report.version}
    if _SEMANTIC_VERSION.fullmatch(report.version):
        driver["semanticVersion"] = report.version
    driver["informationUri"] = _HOME
    driver["rules"] = [descriptor(report.rules[code]) for code in codes]
    return driver


def _notification(notification: Notification, report: Report) -> dict[str, Any]:
    # "warning" is SARIF's level for results that may be incomplete while those given are right.
    return {
        "level": "warning",
        "message": {"text": as_sentence(notification.message)},
        "locations": [{"physicalLocation": physical_location(notification.place, report)}],
    }
