from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.registry import page
from asgi_lint.rules.requirements.advisory_floor import RULE
from asgi_lint.versions.advisories import ADVISORIES
from asgi_lint.versions.effective import Versions

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.model.project import Project
    from asgi_lint.versions.hazard import Advisory


def findings(root: Path, **files: str) -> list[Finding]:
    names = []
    for name, content in files.items():
        path = root / f"{name}.txt"
        path.write_text(content)
        names.append(path.as_posix())
    project = SimpleNamespace(versions=Versions(root.as_posix(), names))
    return list(RULE.check(cast("Project", project)))


def test_one_advisory(tmp_path: Path) -> None:
    assert RULE.severity is Severity.WARNING
    (finding,) = findings(tmp_path, requirements="starlette~=1.3.0,<1.3.1")
    assert finding.severity is None
    assert finding.message == (
        "`starlette~=1.3.0,<1.3.1` installs Starlette 1.3.0; 1 published advisory affects it: "
        "GHSA-82w8-qh3p-5jfq (high, needs an endpoint that reads forms)."
    )


def test_the_worst_come_first_and_the_rest_are_counted(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, requirements="starlette==1.0.1")
    assert finding.message == (
        "`starlette==1.0.1` installs Starlette 1.0.1; 4 published advisories affect it: "
        "GHSA-82w8-qh3p-5jfq (high, needs an endpoint that reads forms), GHSA-wqp7-x3pw-xc5r "
        "(high, needs StaticFiles on Windows), GHSA-jp82-jpqv-5vv3 (moderate, needs a decision "
        "that reads the host from request.url) and 1 more."
    )
    (finding,) = findings(tmp_path, requirements="starlette==1.2.1")
    assert finding.message.endswith(
        "GHSA-82w8-qh3p-5jfq (high, needs an endpoint that reads forms) and GHSA-jp82-jpqv-5vv3 "
        "(moderate, needs a decision that reads the host from request.url)."
    )


def test_those_of_fastapi_count_too(tmp_path: Path) -> None:
    (old,) = findings(tmp_path, requirements="fastapi==0.65.1")
    assert "affect it or FastAPI 0.65.1: " in old.message
    (new,) = findings(tmp_path, requirements="fastapi==0.65.2")
    assert "affect it: " in new.message


@pytest.mark.parametrize(
    "requirement",
    ["starlette==1.3.1", "starlette>=0.13", "starlette", "fastapi>=0.85", "fastapi==0.133.0"],
)
def test_silent_where_what_is_installed_has_none(tmp_path: Path, requirement: str) -> None:
    assert findings(tmp_path, requirements=requirement) == []


def test_the_line_that_holds_starlette_back_is_the_one_to_change(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, requirements="fastapi>=0.133", constraints="starlette<1\n")
    assert finding.place.filename.endswith("constraints.txt")
    assert finding.fix is not None
    assert [edit.content for edit in finding.fix.edits] == [">=1.3.1"]


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda each: each.identifier)
def test_the_page_lists_it(advisory: Advisory) -> None:
    row = (
        f"| {advisory.identifier}, {advisory.cve} | {advisory.rating.name.lower()} | "
        f"{advisory.releases} | {advisory.needs} |"
    )
    assert row in page(RULE)
