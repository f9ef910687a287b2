"""Whatever a file is called and a message says: each format can be read back, and says the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hostile_reports import reports
from hypothesis import HealthCheck, given, settings
from log_commands import STEERS_A_TERMINAL, azure_commands, github_commands, pylint_lines

from asgi_lint.diagnostics import Severity
from asgi_lint.reporters.characters import visible, visible_lines, well_formed
from asgi_lint.reporters.formats import FORMATS, render
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.report import Report

few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def path_of(diagnostic: Diagnostic, report: Report) -> str:
    return shown_path(diagnostic.place.filename, report.base)


def one_line(text: str) -> str:
    return visible(" ".join(text.split()))


@few
@given(reports())
def test_json_lines(report: Report) -> None:
    lines = [json.loads(line) for line in render(report, "json-lines").split("\n")[:-1]]
    assert lines == json.loads(render(report, "json"))
    assert [(each["filename"], each["message"]) for each in lines] == [
        (well_formed(path_of(each, report)), well_formed(each.message))
        for each in report.diagnostics
    ]


@few
@given(reports())
def test_gitlab(report: Report) -> None:
    found = json.loads(render(report, "gitlab"))
    assert [(each["location"]["path"], each["description"]) for each in found] == [
        (well_formed(path_of(d, report)), well_formed(f"ASG201: {' '.join(d.message.split())}"))
        for d in report.diagnostics
    ]
    assert len({each["fingerprint"] for each in found}) == len(found)


@few
@given(reports())
def test_rdjson(report: Report) -> None:
    found = json.loads(render(report, "rdjson"))["diagnostics"]
    assert [(each["location"]["path"], each["message"]) for each in found] == [
        (well_formed(path_of(each, report)), well_formed(each.message))
        for each in report.diagnostics
    ]
    for shown, each in zip(found, report.diagnostics, strict=True):
        if report.sources:
            assert_marks_the_same(shown["location"]["range"], each, report)


def assert_marks_the_same(shown: dict[str, Any], diagnostic: Diagnostic, report: Report) -> None:
    """Columns in bytes of UTF-8 lead back to the characters of the span."""
    lines = report.sources[diagnostic.place.filename].split("\n")
    for position, name in zip(diagnostic.place.span, ("start", "end"), strict=True):
        line = lines[position.row - 1].encode("utf-8", "surrogatepass")
        before = line[: shown[name]["column"] - 1].decode("utf-8", "surrogatepass")
        assert (shown[name]["line"], len(before)) == (position.row, position.column - 1)


@few
@given(reports())
def test_junit(report: Report) -> None:
    suites = ET.fromstring(render(report, "junit").encode())
    cases = [(suite.get("name"), case) for suite in suites for case in suite.iter("testcase")]
    outcomes = [(name, case.find("failure"), case.find("skipped")) for name, case in cases]
    for (name, failure, skipped), each in zip(outcomes, report.diagnostics, strict=True):
        assert name == as_xml(visible(path_of(each, report)))
        if each.severity is Severity.NOTE:
            assert failure is None
            assert skipped is not None
            assert as_xml(one_line(each.message)) in (skipped.text or "")
        else:
            assert failure is not None
            assert failure.get("message") == as_xml(one_line(each.message))


def as_xml(text: str) -> str:
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", text)


@few
@given(reports())
def test_github(report: Report) -> None:
    commands = github_commands(render(report, "github"))
    for command, each in zip(commands, report.diagnostics, strict=True):
        assert command.properties["file"] == visible_lines(path_of(each, report))
        assert command.properties["line"] == str(each.place.span.start.row)
        assert command.text.startswith(visible_lines(each.message))
        assert len(command.text.split("\n1. ")) >= 1 + bool(each.trace)


@few
@given(reports())
def test_azure(report: Report) -> None:
    commands = azure_commands(render(report, "azure"))
    for command, each in zip(commands, report.diagnostics, strict=True):
        assert command.properties["sourcepath"] == visible_lines(path_of(each, report))
        assert command.properties["linenumber"] == str(each.place.span.start.row)
        note = "Note: " if each.severity is Severity.NOTE else ""
        assert command.text.startswith(note + visible_lines(each.message))


@few
@given(reports())
def test_pylint(report: Report) -> None:
    """A name that looks like the rest of the line cannot be told from it; everything else can."""
    found = pylint_lines(render(report, "pylint"))
    for (path, row, _, text), each in zip(found, report.diagnostics, strict=True):
        name = visible(path_of(each, report))
        if not re.search(r":\d+: \[", name):
            assert (path, row) == (name, each.place.span.start.row)
            assert text == one_line(each.message)


@few
@given(reports())
def test_sarif(report: Report) -> None:
    [run] = json.loads(render(report, "sarif"))["runs"]
    assert len(run["results"]) == len(report.diagnostics)


@few
@given(reports())
@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].for_people])
def test_text_formats(name: str, report: Report) -> None:
    text = render(report, name)
    assert not STEERS_A_TERMINAL.search(text)
    assert "\t" not in text
    assert text.encode().decode() == text
    assert text.count("ASG201") >= len(report.diagnostics)


@few
@given(reports())
@pytest.mark.parametrize("name", [name for name in FORMATS if not FORMATS[name].for_people])
def test_formats_for_programs_are_utf_8(name: str, report: Report) -> None:
    assert render(report, name).encode().decode() == render(report, name)
