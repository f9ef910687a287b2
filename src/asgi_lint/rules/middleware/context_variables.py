"""The project's context variables: which functions set each, and which calls read it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import External, Function, Instance
from asgi_lint.rules.middleware.pure_asgi import in_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project

_CONTEXT_VAR = "contextvars.ContextVar"


@dataclass(frozen=True, slots=True)
class Setting:
    """A call of a variable's `set`; `function` is None where it stands in a module."""

    function: Function | None
    place: Place


@dataclass(frozen=True, slots=True)
class Reading:
    """A call that reads a variable, itself or by way of the functions that it calls."""

    variable: Instance
    name: str
    place: Place


class ContextVariables:
    """Finds the settings of all variables, and the readings among some calls."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.settings: Mapping[Instance, list[Setting]] = self._settings()

    def _settings(self) -> Mapping[Instance, list[Setting]]:
        found: defaultdict[Instance, list[Setting]] = defaultdict(list)
        for filename, index in self._project.files.items():
            if in_test(self._project, filename):
                continue
            for each in index.calls_named(("set",)):
                for variable in self._variables(filename, each, "set"):
                    is_function = index.facts.scopes[each.scope].function is not None
                    function = Function(filename, each.scope) if is_function else None
                    found[variable].append(Setting(function, Place(filename, each.call.span)))
        return found

    def _variables(self, filename: str, found: CallFacts, method: str) -> Iterator[Instance]:
        """The variables whose method a call calls."""
        func = found.call.func
        if not isinstance(func, ir.Attribute) or func.attr != method:
            return
        for value in self._project.evaluator.values(filename, found.scope, func.value):
            if isinstance(value, Instance) and value.class_ == External(_CONTEXT_VAR):
                yield value

    def read_by(self, filename: str, calls: Iterable[CallFacts]) -> Iterator[Reading]:
        """What some calls in a file read of the variables that are set somewhere."""
        for found in calls:
            place = Place(filename, found.call.span)
            for variable, name in dict(self._read(filename, found)).items():
                yield Reading(variable, name, place)

    def _read(self, filename: str, found: CallFacts) -> Iterator[tuple[Instance, str]]:
        yield from self._read_here(filename, found)
        for value in self._project.evaluator.values(filename, found.scope, found.call.func):
            if isinstance(value, Function):
                for reached in self._project.roles.reachable(value):
                    for call in self._project.roles.calls(reached.function):
                        yield from self._read_here(reached.function.filename, call)

    def _read_here(self, filename: str, found: CallFacts) -> Iterator[tuple[Instance, str]]:
        for variable in self._variables(filename, found, "get"):
            func = found.call.func
            if variable in self.settings and isinstance(func, ir.Attribute):
                yield variable, ir.last_name(func.value) or "the variable"
