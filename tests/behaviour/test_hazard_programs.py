"""Every hazard has a program, and a program says which answers mean what."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from lab.plan import PROGRAMS, measured_hazards, program
from lab.results import read

RESULTS = read()


def constants(identifier: str) -> dict[str, Any]:
    """What the program of a hazard binds to literals, read without importing it."""
    tree = ast.parse(program(identifier).read_text("utf-8"))
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if isinstance(node.value, ast.Tuple | ast.Constant)
    }


def test_every_hazard_has_a_program_and_every_program_a_hazard() -> None:
    present = {path for path in PROGRAMS.glob("*.py") if path.stem != "__init__"}
    assert {program(identifier) for identifier in measured_hazards()} == present


@pytest.mark.parametrize("identifier", measured_hazards())
def test_what_was_seen_means_what_the_program_says(identifier: str) -> None:
    words = constants(identifier)
    assert not {*words["AFFECTED"]} & {*words["UNAFFECTED"]}
    seen = {run.word: run.affected for run in RESULTS.of(identifier)}
    assert seen == {
        word: word in words["AFFECTED"]
        for word in (*words["AFFECTED"], *words["UNAFFECTED"])
        if word in seen
    }
