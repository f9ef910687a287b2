from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from asgi_lint.rules.registry import rules
from asgi_lint.versions.advisories import ADVISORIES
from asgi_lint.versions.hazard import Advisory, Hazard
from asgi_lint.versions.hazards import HAZARDS
from asgi_lint.versions.releases import known_releases

RULES = Path(__file__).parents[2] / "src/asgi_lint/rules"


@pytest.mark.parametrize(
    ("identifier", "affected", "unaffected"),
    [
        ("background-tasks-cancelled", ("0.15.0", "0.20.4"), ("0.14.2", "0.21.0", "1.10.0")),
        ("stream-ignores-disconnect", ("0.9.0", "0.13.2"), ("0.13.3", "1.10.0")),
        ("stream-fails-on-python-3.11", ("0.13.3", "0.13.8"), ("0.13.2", "0.14.0")),
        ("file-response-ignores-disconnect", ("0.12.0", "1.7.0"), ("1.8.0", "1.10.0")),
        ("is-disconnected-blind", ("0.21.0", "1.10.0", "2.0.0"), ("0.20.4",)),
        ("stream-cleanup-cut", ("0.15.0", "1.10.0"), ("0.14.2",)),
        ("stream-cancellation-swallowed", ("0.9.0", "0.15.0", "1.10.0"), ()),
    ],
)
def test_boundaries(
    identifier: str, affected: tuple[str, ...], unaffected: tuple[str, ...]
) -> None:
    hazard = HAZARDS[identifier]
    assert [release for release in affected if not hazard.affects(Version(release))] == []
    assert [release for release in unaffected if hazard.affects(Version(release))] == []


@pytest.mark.parametrize(
    ("identifier", "phrase"),
    [
        ("background-tasks-cancelled", "Starlette 0.15.0 to 0.20.4"),
        ("file-response-ignores-disconnect", "Starlette before 1.8.0"),
        ("is-disconnected-blind", "Starlette 0.21.0 and newer"),
        (
            "file-response-ignores-disconnect-behind-base-middleware",
            "Starlette before 0.13.7, 0.13.8 to 0.14.2 and 0.21.0 to 1.7.0",
        ),
        ("stream-cancellation-swallowed", "every Starlette"),
    ],
)
def test_affected_releases_for_people(identifier: str, phrase: str) -> None:
    assert HAZARDS[identifier].releases == phrase


def test_a_hazard_may_have_several_ranges() -> None:
    hazard = Hazard("x", "fastapi", "<0.2.0||>=0.85.0,<0.87.0", "", ())
    assert hazard.releases == "FastAPI before 0.2.0 and 0.85.0 to 0.86.0"
    assert hazard.affects(Version("0.1.0"))
    assert hazard.affects(Version("0.86.0"))
    assert not hazard.affects(Version("0.50.0"))


def test_every_hazard_that_a_rule_refers_to_exists() -> None:
    texts = [path.read_text("utf-8") for path in RULES.rglob("*.py")]
    # What a rule hands on under a name of its own, and what it declares.
    named = {name for text in texts for name in re.findall(r'HAZARD\w* = "([^"]+)"', text)}
    declared = {rule.hazard for rule in rules().values() if rule.hazard}
    assert declared | named <= HAZARDS.keys()
    assert named


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS)
def test_every_hazard_is_documented(hazard: Hazard) -> None:
    assert hazard.summary.endswith(".")
    assert hazard.sources
    for source in hazard.sources:
        assert re.fullmatch(
            r"https://github\.com/(encode/starlette|Kludex/starlette|tiangolo/fastapi)"
            r"/(issues|pull|discussions|security/advisories)/[\w-]+",
            source,
        )


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS)
def test_boundaries_are_real_releases(hazard: Hazard) -> None:
    clauses = [clause for part in hazard.affected.split("||") for clause in SpecifierSet(part)]
    known = set(known_releases(hazard.package))
    assert {clause.operator for clause in clauses} <= {">=", "<"}
    assert {Version(clause.version) for clause in clauses} <= known
    assert any(hazard.affects(release) for release in known)


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda each: each.identifier)
def test_an_advisory_is_named_and_fixed(advisory: Advisory) -> None:
    assert re.fullmatch(r"GHSA(-[23456789cfghjmpqrvwx]{4}){3}", advisory.identifier)
    assert re.fullmatch(r"CVE-20\d\d-\d{4,}", advisory.cve)
    assert advisory.sources[0].endswith(advisory.identifier)
    fixed = Version(advisory.fixed_in)
    assert not advisory.affects(fixed)
    releases = known_releases(advisory.package)
    assert advisory.affects(releases[releases.index(fixed) - 1])
    assert not advisory.needs.endswith(".")


def test_advisories_are_told_in_the_order_of_their_fixes() -> None:
    for package in ("starlette", "fastapi"):
        fixes = [Version(each.fixed_in) for each in ADVISORIES if each.package == package]
        assert fixes == sorted(fixes)


@pytest.mark.parametrize(
    ("release", "number"),
    [("0.13.4", 8), ("0.20.4", 9), ("0.49.0", 6), ("1.0.0rc1", 5), ("1.3.0", 1), ("1.3.1", 0)],
)
def test_how_many_advisories_a_starlette_has(release: str, number: int) -> None:
    found = [a for a in ADVISORIES if a.package == "starlette" and a.affects(Version(release))]
    assert len(found) == number
