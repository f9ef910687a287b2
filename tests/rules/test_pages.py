"""Every rule's page is true: what it shows is run, and what it promises is compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst
import pytest
from expectations import expectations_in, strip_expectations
from pages import (
    SECTIONS,
    apply_edits,
    as_expectations,
    diagnostics_in,
    edits_of,
    has_fix,
    read_page,
    write_project,
)

from asgi_lint.rules.registry import page, rules
from asgi_lint.versions.hazards import HAZARDS

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.rules.rule import Rule

pytestmark = pytest.mark.parametrize("rule", rules().values(), ids=rules().keys())


def test_form(rule: Rule) -> None:
    found = read_page(page(rule))
    assert found.title == f"# {rule.name} ({rule.code})"
    assert tuple(section.heading for section in found.sections) == SECTIONS
    assert [s.heading for s in found.sections if not s.prose.strip() and not s.blocks] == []


def test_example_gives_exactly_the_expected_diagnostics(rule: Rule, tmp_path: Path) -> None:
    write_project(read_page(page(rule)).section("Example").files, tmp_path)
    expected = expectations_in(tmp_path)
    assert rule.code in {each.code for each in expected}
    assert as_expectations(diagnostics_in(tmp_path)) == expected


def test_what_to_write_instead_is_silent(rule: Rule, tmp_path: Path) -> None:
    files = read_page(page(rule)).section("What to write instead").files
    assert files
    write_project(files, tmp_path)
    assert as_expectations(diagnostics_in(tmp_path)) == []


def test_fixes_do_what_the_page_shows(rule: Rule, tmp_path: Path) -> None:
    example = read_page(page(rule)).section("Example")
    write_project(example.files, tmp_path)
    edits = edits_of(diagnostics_in(tmp_path), rule.code)
    fixed = {name: apply_edits(example.files[name], edits[name]) for name in edits}
    assert {name: strip_expectations(text) for name, text in fixed.items()} == {
        name: strip_expectations(text) for name, text in example.fixed.items()
    }


def test_fix_safety_names_the_applicability(rule: Rule, tmp_path: Path) -> None:
    found = read_page(page(rule))
    write_project(found.section("Example").files, tmp_path)
    given = {d["fix"]["applicability"] for d in diagnostics_in(tmp_path) if has_fix(d, rule.code)}
    named = set(
        re.findall(r"\b(?:safe|unsafe|advice|no fix)\b", found.section("Fix safety").prose.lower())
    )
    assert given <= named
    assert named


def test_affected_releases_are_those_of_the_hazard(rule: Rule) -> None:
    prose = read_page(page(rule)).section("Affected releases").prose
    if rule.hazard is not None:
        for release in re.findall(r"\d+\.\d+\.\d+", HAZARDS[rule.hazard].releases):
            assert release in prose


def test_options_are_explained(rule: Rule) -> None:
    text = page(rule)
    assert [option for option in rule.options if f"{option} = " not in text] == []


def test_python_blocks_parse(rule: Rule) -> None:
    for section in read_page(page(rule)).sections:
        for block in section.blocks:
            if block.language == "python":
                cst.parse_module(block.text)


def test_references_are_https(rule: Rule) -> None:
    prose = read_page(page(rule)).section("References").prose
    entries = [line for line in prose.split("\n") if line]
    assert entries
    assert [entry for entry in entries if not re.fullmatch(r"- <https://\S+>", entry)] == []
