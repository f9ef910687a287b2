"""The SARIF log against its schema, GitHub's rules for it, and GitHub's fingerprints."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from asgi_lint.diagnostics import Severity
from asgi_lint.reporters.formats import render
from asgi_lint.reporters.report import RuleInfo
from asgi_lint.reporters.sarif.descriptors import descriptor
from asgi_lint.reporters.sarif.fingerprints import line_hashes

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Report

SCHEMA = Path(__file__).parent / "schema" / "sarif-2.1.0.json"


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(render(report, "sarif"))
    [run] = log["runs"]
    assert isinstance(run, dict)
    return run


def result_of(report: Report, code: str) -> dict[str, Any]:
    results = [result for result in run_of(report)["results"] if result["ruleId"] == code]
    assert isinstance(results[0], dict)
    return results[0]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft4Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema)


def test_log_satisfies_the_schema(sample: Report, validator: jsonschema.Draft4Validator) -> None:
    validator.validate(json.loads(render(sample, "sarif")))


def test_log_without_results_satisfies_the_schema(
    sample: Report, validator: jsonschema.Draft4Validator
) -> None:
    clean = replace(sample, diagnostics=(), notifications=(), sources={})
    validator.validate(json.loads(render(clean, "sarif")))
    assert run_of(clean)["results"] == []
    assert run_of(clean)["tool"]["driver"]["rules"] == []


def test_schema_check_can_fail(validator: jsonschema.Draft4Validator) -> None:
    assert list(validator.iter_errors({"version": "2.1.0", "runs": [{"results": []}]}))


def test_rules_are_those_with_results_and_results_point_at_them(sample: Report) -> None:
    run = run_of(sample)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["ASG002", "ASG201", "ASG301", "ASG801"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_rule_is_described_from_its_page(sample: Report) -> None:
    rule = descriptor(sample.rules["ASG201"])
    assert rule["name"] == "BaseMiddlewareCancelsBackgroundTasks"
    assert rule["fullDescription"]["text"] == (
        "A middleware that extends 'BaseHTTPMiddleware' in front of an endpoint that schedules "
        "background tasks."
    )
    assert rule["help"]["markdown"].startswith("# base-middleware-cancels")
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["properties"] == {
        "precision": "very-high",
        "problem.severity": "error",
        "tags": ["background", "middleware"],
    }


def test_descriptions_keep_to_the_size_that_github_allows() -> None:
    long = RuleInfo("ASG101", "a-b", "s " * 900, Severity.NOTE, "https://x.test/", "word " * 900)
    rule = descriptor(long)
    for key in ("shortDescription", "fullDescription"):
        assert 900 < len(rule[key]["text"]) <= 1024
        assert rule[key]["text"].endswith(".")
    assert rule["properties"]["problem.severity"] == "recommendation"


def test_page_without_prose_falls_back_to_the_summary(sample: Report) -> None:
    for code in ("ASG002", "ASG801"):
        rule = descriptor(sample.rules[code])
        assert rule["fullDescription"] == rule["shortDescription"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]


def test_paths_are_relative_to_the_repository_and_encoded(sample: Report) -> None:
    locations = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in run_of(sample)["results"]
    ]
    assert {"uri": "api/my%20routes/gr%C3%B6%C3%9Fe%231.py", "uriBaseId": "SRCROOT"} in locations
    assert {"uri": "shared/streams.py", "uriBaseId": "SRCROOT"} in locations
    assert {"uri": "file:///opt/plugins/audit%20log.py"} in locations


def test_trace_is_linked_and_flows_to_the_diagnostic(sample: Report) -> None:
    result = result_of(sample, "ASG201")
    assert re.findall(r"\((\d)\)", result["message"]["text"]) == ["1", "2", "3", "4"]
    assert r"[the task \[the 1st of its kind\] is scheduled here](4)." in result["message"]["text"]
    assert [location["id"] for location in result["relatedLocations"]] == [1, 2, 3, 4]
    [flow] = result["codeFlows"][0]["threadFlows"]
    places = [step["location"]["physicalLocation"] for step in flow["locations"]]
    assert [place["artifactLocation"]["uri"] for place in places] == [
        "api/main.py",
        "api/main.py",
        "api/routers/orders.py",
        "api/routers/orders.py",
        "api/middleware.py",
    ]
    assert places[-1] == result["locations"][0]["physicalLocation"]


def test_flow_does_not_repeat_the_place_that_its_last_step_has(sample: Report) -> None:
    [result] = [
        each
        for each in run_of(sample)["results"]
        if each["message"]["text"].startswith("The stream runs on")
    ]
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 2


def test_messages_end_in_a_full_stop_and_hold_no_placeholder(sample: Report) -> None:
    texts = [result["message"]["text"] for result in run_of(sample)["results"]]
    assert all(text.endswith(".") for text in texts)
    assert "The generator has {{0}} ends and \\\\ no `finally`." in texts


def test_regions_have_their_text_and_a_larger_context(sample: Report) -> None:
    place = result_of(sample, "ASG801")["locations"][0]["physicalLocation"]
    assert place["region"] == {
        "startLine": 2,
        "startColumn": 1,
        "endLine": 2,
        "endColumn": 16,
        "snippet": {"text": "starlette>=0.13"},
    }
    context = place["contextRegion"]
    assert (context["startLine"], context["endLine"]) == (1, 2)
    assert context["snippet"]["text"] == "fastapi==0.85.0\nstarlette>=0.13  # for streams"


def test_context_is_left_out_where_it_would_not_be_larger(sample: Report) -> None:
    [result] = [
        each for each in run_of(sample)["results"] if "empty.py" in json.dumps(each["locations"])
    ]
    assert list(result["locations"][0]["physicalLocation"]) == ["artifactLocation", "region"]
    assert "snippet" not in result["locations"][0]["physicalLocation"]["region"]


def test_snippet_of_a_file_with_crlf_has_crlf(sample: Report) -> None:
    [place] = [
        result["locations"][0]["physicalLocation"]
        for result in run_of(sample)["results"]
        if "windows.py" in json.dumps(result)
    ]
    assert place["region"]["snippet"]["text"] == "asyncio.create_task(\r\n    poll()\r\n)"


def test_fix_names_every_file_and_replacement(sample: Report) -> None:
    [fix] = result_of(sample, "ASG801")["fixes"]
    changes = fix["artifactChanges"]
    assert [change["artifactLocation"]["uri"] for change in changes] == [
        "api/requirements.txt",
        "api/main.py",
    ]
    assert [len(change["replacements"]) for change in changes] == [1, 2]
    assert changes[0]["replacements"][0] == {
        "deletedRegion": {"startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 18},
        "insertedContent": {"text": "0.13.4  "},
    }
    assert fix["properties"] == {"applicability": "safe"}


def test_advice_is_no_fix(sample: Report) -> None:
    results = run_of(sample)["results"]
    [advised] = [each for each in results if each["message"]["text"].startswith("The generator")]
    assert "fixes" not in advised


def test_file_that_was_not_parsed_is_a_notification(sample: Report) -> None:
    [invocation] = run_of(sample)["invocations"]
    assert invocation["executionSuccessful"] is True
    [notification] = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "The file was not checked: expected a parameter."
    location = notification["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "api/broken.py"


@pytest.mark.parametrize(("version", "semantic"), [("1.2.3", True), ("1.2.0rc1", False)])
def test_semantic_version_is_given_only_if_it_is_one(
    version: str, semantic: bool, sample: Report
) -> None:
    driver = run_of(replace(sample, version=version))["tool"]["driver"]
    assert driver["version"] == version
    assert ("semanticVersion" in driver) is semantic


# The values are those that `Sarif.Multitool rewrite --insert RollingHashPartialFingerprints` gives.
@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            "import os\r\nimport os\r\n\r\n\tx = 1\r\n",
            [
                "dbccafd0818da61f:1",
                "433cdf3a2a2e99f8:1",
                "e107cf68c905f3b5:1",
                "8e00d41f0ebba6bf:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
        (
            "a\r \nb\r\r\nc\n\rd",
            [
                "bf7545f4bcfe9ab1:1",
                "d28a71f21ad832ea:1",
                "75e251f7e21ec968:1",
                "3005887a40c64c34:1",
                "f8ac93a55d88711a:1",
                "6bf49ae9d59c5bc1:1",
                "a23a3dc5e078b07b:1",
            ],
        ),
        (
            "x = '\U0001f600'\n名前 = 1\n" * 3,
            [
                "3d593b0731982feb:1",
                "2e8717c9af6eb849:1",
                "336705510e946953:1",
                "8d1bb6c760ad6a91:1",
                "11ab9782b36a0f3b:1",
                "ebe2ca867e711f59:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
        (
            "total = total + 1\n" * 20,
            [
                *(f"be1c9cc4bce1bd74:{count}" for count in range(1, 14)),
                "be1c9cc4bd06ac1c:1",
                "b404b28c5738c3a5:1",
                "e483ae31b38e8f16:1",
                "17478e9ea2256eaf:1",
                "ada73c77cf0e6cb0:1",
                "79621f103c69cd59:1",
                "6816840778b91eea:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
    ids=["empty", "crlf", "mixed-line-ends", "astral", "repeated"],
)
def test_line_hashes_are_githubs(text: str, hashes: list[str]) -> None:
    assert line_hashes(text) == hashes
