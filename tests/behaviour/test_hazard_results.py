"""The hazard table and the rules' pages claim what was run, and only that."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from packaging.version import Version
from pages import read_page

from asgi_lint.rules.registry import page, rules
from asgi_lint.versions.hazard import Hazard
from lab.plan import around_edges, measured_hazards, releases, subject_for
from lab.results import (
    RESULTS,
    SCHEMA,
    Environment,
    Results,
    Run,
    contradictions,
    dump,
    parse,
    read,
)

if TYPE_CHECKING:
    from asgi_lint.rules.rule import Rule

MEASURED = read()
HAZARDS = pytest.mark.parametrize(
    "hazard", measured_hazards().values(), ids=list(measured_hazards())
)


def test_the_file_is_as_its_schema_says() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(RESULTS.read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**document, "runs": [{}]})


def test_the_file_is_written_in_one_way() -> None:
    text = RESULTS.read_text("utf-8")
    assert dump(parse(text)) == text


@HAZARDS
def test_the_releases_around_each_edge_were_run(hazard: Hazard) -> None:
    run = {each.release for each in MEASURED.of(hazard.identifier)}
    assert set(around_edges(hazard)) - run == set()


def test_no_run_contradicts_the_table() -> None:
    assert list(contradictions(MEASURED, measured_hazards().values())) == []


def test_runs_are_of_known_hazards_and_releases() -> None:
    for run in MEASURED.runs:
        assert run.release in releases(measured_hazards()[run.hazard])
        assert run.environment.package == measured_hazards()[run.hazard].package
        assert date.fromisoformat(run.date) >= date(2026, 11, 21)


def test_a_run_against_the_table_is_named() -> None:
    where = Environment("starlette-0.20.4-py3.11", "starlette", "0.20.4", "3.11.7", {})
    run = Run("background-tasks-cancelled", where, "completed", affected=False, date="2026-11-21")
    hazard = measured_hazards()[run.hazard]
    (line,) = contradictions(Results((run,)), [hazard])
    assert line.startswith("background-tasks-cancelled: starlette 0.20.4 is said to be affected")
    assert list(contradictions(Results((run,)), [replace(hazard, affected=">=0.21.0")])) == []


def test_a_new_run_takes_the_place_of_the_old_one() -> None:
    (old, *_), others = MEASURED.runs, MEASURED.runs[1:]
    new = Run(old.hazard, old.environment, "otherwise", not old.affected, "2027-01-01")
    assert MEASURED.with_run(new).runs == (new, *others)


@pytest.mark.parametrize(
    ("affected", "expected"),
    [
        ("", {"0.12.9", "1.10.0"}),
        (">=1.9.0", {"0.12.9", "1.8.0", "1.9.0", "1.10.0"}),
        ("<0.13.1||>=1.10.0", {"0.12.9", "0.13.0", "0.13.1", "1.9.0", "1.10.0"}),
    ],
)
def test_edges(affected: str, expected: set[str]) -> None:
    hazard = Hazard("x", "starlette", affected, "", ())
    assert {str(each) for each in around_edges(hazard)} == expected


def test_a_hazard_of_one_python_is_run_on_that() -> None:
    hazard = measured_hazards()["stream-fails-on-python-3.11"]
    where = subject_for(hazard, Version("0.13.3")).python
    assert Version(where) >= Version("3.11")


def hazards_of(rule: Rule) -> list[Hazard]:
    """The hazards that its module names."""
    text = Path(sys.modules[rule.check.__module__].__file__ or "").read_text("utf-8")
    return [hazard for name, hazard in measured_hazards().items() if f'"{name}"' in text]


@pytest.mark.parametrize("rule", rules().values(), ids=list(rules()))
def test_the_releases_that_a_page_names_were_run(rule: Rule) -> None:
    prose = read_page(page(rule)).section("Affected releases").prose
    said = {Version(text) for text in re.findall(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", prose)}
    for package in {hazard.package for hazard in hazards_of(rule)}:
        of_package = [hazard for hazard in hazards_of(rule) if hazard.package == package]
        run = {each.release for hazard in of_package for each in MEASURED.of(hazard.identifier)}
        assert said & {*releases(of_package[0])} - run == set()
