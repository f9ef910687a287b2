"""Runs one hazard's program and says in a word what the release did."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module


class UnknownWordError(Exception):
    """The program answered something that it does not list."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The word for what was seen, and whether that is what the hazard describes."""

    word: str
    is_affected: bool


def observation(module: str) -> Observation:
    """Run `observe` of `hazards.<module>`; UnknownWordError if its answer is in neither list."""
    program = import_module(f"hazards.{module}")
    word: str = program.observe()
    if word not in {*program.AFFECTED, *program.UNAFFECTED}:
        raise UnknownWordError(f"hazards.{module} answers {word!r}, which it does not list")
    return Observation(word, word in program.AFFECTED)
