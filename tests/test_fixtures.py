from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from expectations import Expectation, expectations_in
from fixture_projects import FixtureProject, check_here, fixture_projects

from asgi_lint.rules.registry import rules
from asgi_lint.versions.hazards import HAZARDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asgi_lint.rules.rule import Rule

PROJECTS = {project.name: project for project in fixture_projects()}
RULES = rules().values()


@pytest.fixture
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> FixtureProject:
    """The project with the name that the test is given; its copy is the working directory."""
    found = PROJECTS[request.param]
    found.lay_out(tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return found


each_project = pytest.mark.parametrize("project", PROJECTS, indirect=True)


def reported() -> list[Expectation]:
    diagnostics: list[dict[str, Any]] = json.loads(check_here("json"))
    return sorted(
        Expectation(d["filename"], d["location"]["row"], d["severity"], d["code"])
        for d in diagnostics
    )


@each_project
def test_diagnostics_are_those_that_comments_expect(
    project: FixtureProject, tmp_path: Path
) -> None:
    found = reported()
    if project.variant:
        # The files that the variants share cannot say what each of them expects.
        found = [each for each in found if each.filename in project.own_files()]
    assert found == expectations_in(tmp_path / "project")


@each_project
def test_output_is_the_snapshot(
    project: FixtureProject, snapshot: Callable[[Path, str], None]
) -> None:
    snapshot(project.snapshot, check_here("full"))


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("ASG201/starlette-1438/pinned-0.20.4", ["ASG201 error", "ASG802 error"]),
        ("ASG201/starlette-1438/below-0.21", ["ASG201 error", "ASG801 note", "ASG802 error"]),
        ("ASG201/starlette-1438/pinned-0.14.2", ["ASG802 warning"]),
        ("ASG201/starlette-1438/floor-0.13.4", ["ASG802 note"]),
        ("ASG201/starlette-1438/pinned-0.21.0", []),
        ("ASG201/starlette-1438/floor-1.0", []),
        ("ASG201/starlette-1438/bare", []),
        ("ASG201/starlette-1438/no-requirement", ["ASG201 warning"]),
        ("ASG201/cross-file/fastapi-0.85.0", ["ASG201 error", "ASG802 error"]),
        ("ASG201/cross-file/fastapi-0.87.0", []),
        (
            "ASG311/starlette-1301/pinned-0.13.3",
            ["ASG311 error", "ASG801 warning", "ASG802 note"],
        ),
        ("ASG311/starlette-1301/pinned-0.16.0", ["ASG311 error", "ASG802 warning"]),
        ("ASG311/starlette-1301/pinned-1.8.0", []),
    ],
    indirect=["project"],
)
def test_applications_of_the_reports_that_this_began_with(
    project: FixtureProject, expected: list[str]
) -> None:
    assert sorted(f"{each.code} {each.severity}" for each in reported()) == expected


def test_trace_leads_from_the_middleware_through_every_file_to_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PROJECTS["ASG201/cross-file/fastapi-0.85.0"].lay_out(tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    [found] = [d for d in json.loads(check_here("json")) if d["code"] == "ASG201"]
    assert [(r["filename"], r["location"]["row"]) for r in found["related"]] == [
        ("main.py", 7),
        ("main.py", 8),
        ("api/routes.py", 8),
        ("api/routes.py", 10),
    ]
    assert (found["filename"], found["location"]["row"]) == ("services/mail.py", 9)


def of(rule: Rule) -> list[FixtureProject]:
    return [project for project in PROJECTS.values() if project.code == rule.code]


def depends_on_the_release(rule: Rule) -> bool:
    """Whether some releases lack the hazard; a few hazards are everywhere."""
    return rule.hazard is not None and HAZARDS[rule.hazard].affected != ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_project_that_it_reports_and_one_where_it_is_silent(rule: Rule) -> None:
    outcomes = {rule.code in project.reported_codes() for project in of(rule)}
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    "rule", [*filter(depends_on_the_release, RULES)], ids=lambda rule: rule.code
)
def test_every_hazard_is_tried_on_the_same_code_with_an_affected_release_and_another(
    rule: Rule,
) -> None:
    outcomes: dict[str, set[bool]] = {}
    for project in of(rule):
        if project.variant:
            reports = rule.code in project.reported_codes()
            outcomes.setdefault(project.case, set()).add(reports)
    assert {True, False} in outcomes.values()


def test_every_project_is_below_the_code_of_a_rule() -> None:
    assert {project.code for project in PROJECTS.values()} <= set(rules())
