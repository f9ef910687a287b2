"""A rule whose fixes a test can foresee: it renames the functions that calls name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from command_line import Outcome, asgi_lint, lay_out

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place
from asgi_lint.model import expressions as ir
from asgi_lint.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pytest

    from asgi_lint.model.project import Project
    from asgi_lint.rules.rule import Rule

    MoreEdits = Callable[[Project, str], tuple[Edit, ...]]

CODE = "ASG303"
NAME = "cancellation-swallowed-in-stream"
OTHER = "ASG304"
MAIN = "import fastapi\n\nold(1)\nrisky(2)\n"
"""A file that `SAFE_RENAMING` and `UNSAFE_RENAMING` have a fix for each."""


def install(monkeypatch: pytest.MonkeyPatch, *others: Rule) -> None:
    """Let these rules stand for those of their codes, and no other run."""
    known = {**rules(), **{rule.code: rule for rule in others}}
    always = {code: known[code] for code in ("ASG001", "ASG002")}
    running = {**always, **{rule.code: rule for rule in others}}
    monkeypatch.setattr("asgi_lint.pipeline.rules", lambda: running)


def renaming(
    names: Mapping[str, str],
    *,
    applicability: Applicability = Applicability.SAFE,
    code: str = CODE,
    more: MoreEdits | None = None,
) -> Rule:
    """The rule that reports the calls of some functions and suggests others.

    `more` gives further edits of each fix, by the file that the call stands in.
    """

    def check(project: Project) -> Iterator[Finding]:
        for filename, index in project.files.items():
            for found in index.facts.calls:
                name = ir.dotted(found.call.func)
                if name is not None and name in names:
                    place = Place(filename, found.call.func.span)
                    edits = (Edit(place, names[name]), *(more(project, filename) if more else ()))
                    fix = Fix(applicability, f"Call `{names[name]}`", edits)
                    yield Finding(place, f"`{name}` is called.", fix=fix)

    return replace(rules()[code], check=check, extract=None)


def calls(project: Project, name: str) -> Iterator[Place]:
    """Where functions of that name are called."""
    for filename, index in project.files.items():
        for found in index.facts.calls:
            if ir.dotted(found.call.func) == name:
                yield Place(filename, found.call.func.span)


SAFE_RENAMING = renaming({"old": "new"})
UNSAFE_RENAMING = renaming({"risky": "sure"}, applicability=Applicability.UNSAFE, code=OTHER)


def fixed(text: bytes, name: str = "main.py") -> bytes:
    """What `--fix` makes of a file."""
    lay_out(Path(), {name: text})
    outcome = asgi_lint(".", "--fix")
    assert outcome.code in (0, 1), outcome.stderr
    return Path(name).read_bytes()


def last_lines(outcome: Outcome, count: int) -> list[str]:
    """The end of what a run printed."""
    return outcome.stdout.splitlines()[-count:]
