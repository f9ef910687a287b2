"""What a rule is: its metadata and its check, as one frozen value per module."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asgi_lint.diagnostics import Finding, Severity
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project


@dataclass(frozen=True, slots=True)
class Late:
    """A function by its module and name: importing the rules takes longer than most runs."""

    module: str
    name: str

    def __call__(self, subject: Any) -> Iterator[Any]:
        """What the function gives; `subject` is a project or one function of a file."""
        return _function(self.module, self.name)(subject)


@cache
def _function(module: str, name: str) -> Callable[[Any], Iterator[Any]]:
    function: Callable[[Any], Iterator[Any]] = getattr(import_module(module), name)
    return function


DOCUMENTATION = "https://asgi-lint.readthedocs.io/rules/"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Its module names it `RULE`; its page `<CODE>.md` stands beside the module.

    `check` looks at the linked project. `extract`, where a rule needs the syntax tree, looks at
    one function of one file and returns candidates, which `check` reads back from the project.
    `shared_extract` does so for several rules, and is asked once however many of them run.
    `hazard` names the row of the hazard table that the rule depends on. `options` are the rule's
    own settings with their defaults; a default's type is the option's type.
    """

    code: str
    name: str
    summary: str
    severity: Severity
    check: Callable[[Project], Iterator[Finding]]
    extract: Callable[[FunctionTree], Iterator[Candidate]] | None = None
    shared_extract: Callable[[FunctionTree], Iterator[Candidate]] | None = None
    hazard: str | None = None
    options: dict[str, bool | str] = field(default_factory=dict)
    enabled: bool = True

    @property
    def extractors(self) -> tuple[Callable[[FunctionTree], Iterator[Candidate]], ...]:
        """What looks at the functions of a file for this rule."""
        return tuple(each for each in (self.extract, self.shared_extract) if each is not None)

    @property
    def url(self) -> str:
        """Where the rule's page is published."""
        return f"{DOCUMENTATION}{self.code}/"
