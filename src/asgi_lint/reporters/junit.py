"""JUnit's XML, for build servers that show it: a suite for each file, a test case a diagnostic.

There is no standard. What is written satisfies the two schemas that are around, Jenkins' and the
one of Ant's JUnit task by Windy Road; the second asks for the empty elements and for the times.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from asgi_lint.diagnostics import Severity
from asgi_lint.reporters.characters import visible, well_formed
from asgi_lint.reporters.explanation import explanation
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.report import Report

_NOT_XML = re.compile("[\ufffe\uffff]")


def render(report: Report) -> str:
    """The report as `testsuites`; a clean run has one suite with one test that passes."""
    suites = ET.Element("testsuites")
    by_file = groupby(report.diagnostics, key=lambda each: each.place.filename)
    for number, (filename, found) in enumerate(by_file):
        suites.append(_suite(number, shown_path(filename, report.base), tuple(found), report))
    if not report.diagnostics:
        suites.append(_suite(0, "asgi-lint", (), report))
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(number: int, name: str, found: Sequence[Diagnostic], report: Report) -> ET.Element:
    notes = sum(each.severity is Severity.NOTE for each in found)
    suite = ET.Element(
        "testsuite",
        {
            "id": str(number),
            "name": _text(name),
            "package": "asgi-lint",
            "tests": str(len(found) or 1),
            "failures": str(len(found) - notes),
            "errors": "0",
            "time": "0",
            "timestamp": report.started.isoformat(timespec="seconds"),
            "hostname": "localhost",
        },
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", {"name": "version", "value": report.version})
    suite.extend(_case(each, name, report) for each in found)
    if not found:
        suite.append(_passing("every check", name))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return suite


def _case(diagnostic: Diagnostic, path: str, report: Report) -> ET.Element:
    """A note is a test that was skipped: like a note, it does not make a run fail."""
    row, column = diagnostic.place.span.start
    case = _passing(f"{diagnostic.code} at {row}:{column}", path)
    message = _text(" ".join(diagnostic.message.split()))
    lines = [
        f"{_text(path)}:{row}:{column}: {message}",
        *map(_text, explanation(diagnostic, report.base)),
        diagnostic.url,
    ]
    if diagnostic.severity is Severity.NOTE:
        outcome = ET.SubElement(case, "skipped")
    else:
        attributes = {"type": diagnostic.severity.value, "message": message}
        outcome = ET.SubElement(case, "failure", attributes)
    outcome.text = "\n".join(lines)
    return case


def _passing(name: str, path: str) -> ET.Element:
    """A test case that passes; servers take what follows the last dot for the class's name."""
    names = {"name": name, "classname": _text(path.removesuffix(".py")), "time": "0"}
    return ET.Element("testcase", names)


def _text(text: str) -> str:
    """One line of what XML can hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", well_formed(visible(text)))
