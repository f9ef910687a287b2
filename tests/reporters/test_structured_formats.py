"""The formats for programs against their schemas, and what each says about the sample."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from hostile_reports import reports
from hypothesis import HealthCheck, given, settings

from asgi_lint.reporters.formats import render

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Report

SCHEMAS = Path(__file__).parent / "schema"
SARIF = jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8")))
GITLAB = jsonschema.Draft202012Validator(
    json.loads((SCHEMAS / "gitlab-code-quality.json").read_text("utf-8"))
)
RDJSON = jsonschema.Draft7Validator(json.loads((SCHEMAS / "rdjson.json").read_text("utf-8")))
JSON_SCHEMAS: dict[str, Any] = {"sarif": SARIF, "gitlab": GITLAB, "rdjson": RDJSON}

few = settings(
    max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@pytest.fixture(scope="module")
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "jenkins-junit.xsd")


def without_findings(report: Report) -> Report:
    return replace(report, diagnostics=(), notifications=(), sources={})


@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_sample_satisfies_the_schema(name: str, sample: Report) -> None:
    JSON_SCHEMAS[name].validate(json.loads(render(sample, name)))
    JSON_SCHEMAS[name].validate(json.loads(render(without_findings(sample), name)))


@few
@given(report=reports())
@pytest.mark.parametrize("name", JSON_SCHEMAS)
def test_hostile_reports_satisfy_the_schema(name: str, report: Report) -> None:
    JSON_SCHEMAS[name].validate(json.loads(render(report, name)))


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("sarif", {"version": "2.1.0", "runs": [{"results": []}]}),
        ("gitlab", [{"description": "d", "check_name": "c", "fingerprint": "f", "location": {}}]),
        ("rdjson", {"diagnostics": [{"message": "m", "location": {"path": ""}}]}),
    ],
)
def test_schemas_can_fail(name: str, broken: object) -> None:
    assert not JSON_SCHEMAS[name].is_valid(broken)


def test_junit_satisfies_the_schema(sample: Report, junit_schema: xmlschema.XMLSchema) -> None:
    junit_schema.validate(render(sample, "junit"))
    junit_schema.validate(render(without_findings(sample), "junit"))
    assert not junit_schema.is_valid("<testsuites><testsuite name='a'/></testsuites>")


@few
@given(report=reports())
def test_hostile_reports_are_junit(report: Report, junit_schema: xmlschema.XMLSchema) -> None:
    junit_schema.validate(render(report, "junit"))


def test_junit_counts_what_it_holds(sample: Report) -> None:
    suites = ET.fromstring(render(replace(sample, started=datetime(2026, 11, 21, 9)), "junit"))
    assert [suite.get("timestamp") for suite in suites] == ["2026-11-21T09:00:00"] * len(suites)
    for suite in suites:
        counts = [len([*suite.iter(kind)]) for kind in ("testcase", "failure")]
        assert counts == [int(suite.get(each, "")) for each in ("tests", "failures")]
    assert sum(int(suite.get("failures", "0")) for suite in suites) == 15


def test_clean_run_is_one_test_that_passes(sample: Report) -> None:
    [suite] = ET.fromstring(render(without_findings(sample), "junit"))
    assert [case.get("name") for case in suite.iter("testcase")] == ["every check"]
    assert not [*suite.iter("failure"), *suite.iter("skipped")]


@pytest.mark.parametrize("name", ["json-lines", "github", "azure", "pylint"])
def test_formats_by_line_say_nothing_about_a_clean_run(name: str, sample: Report) -> None:
    assert render(without_findings(sample), name) == ""


def test_gitlab_finds_files_in_the_repository_and_severities_are_its_words(sample: Report) -> None:
    found = {each["location"]["path"]: each for each in json.loads(render(sample, "gitlab"))}
    assert found["api/middleware.py"]["severity"] == "major"
    assert found["api/tabs.py"]["severity"] == "minor"
    assert found["api/requirements.txt"]["severity"] == "info"


def test_gitlab_and_sarif_have_one_fingerprint_in_common(sample: Report) -> None:
    [run] = json.loads(render(sample, "sarif"))["runs"]
    own = [each["partialFingerprints"]["asgiLint/v1"] for each in run["results"]]
    assert [each["fingerprint"] for each in json.loads(render(sample, "gitlab"))] == own


def test_gitlab_tells_apart_what_has_one_fingerprint(sample: Report) -> None:
    twice = replace(sample, diagnostics=(sample.diagnostics[0],) * 3)
    prints = [each["fingerprint"] for each in json.loads(render(twice, "gitlab"))]
    assert len(set(prints)) == 3
    assert prints[0] == sample.diagnostics[0].fingerprint


def rdjson_of(report: Report, path: str) -> dict[str, Any]:
    found = json.loads(render(report, "rdjson"))["diagnostics"]
    return next(each for each in found if each["location"]["path"] == path)


def test_rdjson_counts_bytes(sample: Report) -> None:
    found = rdjson_of(sample, "wide.py")["location"]["range"]
    line = sample.sources["/srv/shop/api/wide.py"].encode()
    marked = line[found["start"]["column"] - 1 : found["end"]["column"] - 1]
    assert marked.decode() == "start(名前)"


def test_rdjson_without_the_text_means_whole_lines(sample: Report) -> None:
    found = rdjson_of(replace(sample, sources={}), "wide.py")
    assert found["location"]["range"] == {"start": {"line": 1}, "end": {"line": 1}}


def test_rdjson_suggests_the_whole_fix_at_once(sample: Report) -> None:
    [suggestion] = rdjson_of(sample, "middleware.py")["suggestions"]
    assert suggestion["range"]["start"] == {"line": 3, "column": 1}
    assert suggestion["text"].startswith(
        "\n\nclass TimingMiddleware:\n    def __init__(self, app):"
    )


def test_rdjson_leaves_out_a_fix_of_several_files(sample: Report) -> None:
    assert "suggestions" not in rdjson_of(sample, "requirements.txt")


def test_rdjson_has_the_trace(sample: Report) -> None:
    related = rdjson_of(sample, "middleware.py")["related_locations"]
    assert [each["location"]["path"] for each in related] == [
        "main.py",
        "main.py",
        "routers/orders.py",
        "routers/orders.py",
    ]
