"""What parameters may be: what callers pass, what annotations say, what they default to."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.callees import Callees
from asgi_lint.model.values import Class, Function, Typed, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import CallFacts, Parameter
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.modules import Modules

_CALL_SITES = 50
"""Call sites looked at for the values of one parameter."""


class Parameters:
    """Follows parameters to the calls of their functions."""

    def __init__(
        self, files: Mapping[str, FileIndex], modules: Modules, evaluator: Evaluator
    ) -> None:
        self._files = files
        self._evaluator = evaluator
        self._modules = modules
        self._callees = Callees(files, modules)

    def passed(
        self, function: Function, parameter: Parameter, filename: str, scope: int, call: ir.Call
    ) -> Iterator[Value]:
        """What one call passes for a parameter, else its default."""
        position = self._position(function, parameter)
        argument = call.keyword(parameter.name)
        if argument is None and position is not None:
            argument = call.positional(position - self.argument_offset(function))
        if argument is not None:
            yield from self._evaluator.values(filename, scope, argument)
        elif parameter.default is not None:
            yield from self._evaluator.values(function.filename, function.scope, parameter.default)

    def values(self, function: Function, parameter: Parameter) -> Iterator[Value]:
        """What a parameter may be: what its callers pass, else what its annotation says."""
        owner = self.receiver(function, parameter)
        if owner is not None:
            yield Typed(owner, function.filename, function.scope, parameter.name)
            return
        found = False
        for filename, scope, expr in self.arguments(function, parameter):
            for value in self._evaluator.values(filename, scope, expr):
                found = True
                yield value
        if found:
            return
        if parameter.annotation is not None:
            parent = self._files[function.filename].facts.scopes[function.scope].parent
            for class_ in self._evaluator.annotations.classes(
                function.filename, parent, parameter.annotation
            ):
                found = True
                yield Typed(class_, function.filename, function.scope, parameter.name)
        if not found and parameter.default is not None:
            yield from self._evaluator.values(function.filename, function.scope, parameter.default)

    def arguments(
        self, function: Function, parameter: Parameter
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """The expressions that the project's calls of a function pass for a parameter.

        What a test passes to the application's own functions does not count.
        """
        if parameter.kind:
            return
        is_tested = not self._modules.is_test(function.filename)
        offset = self.argument_offset(function)
        position = self._position(function, parameter)
        for filename, found in self.call_sites(function):
            if is_tested and self._modules.is_test(filename):
                continue
            expr = (
                found.call.keyword(parameter.name)
                if position is None
                else found.call.argument(position - offset, parameter.name)
            )
            if expr is not None:
                yield filename, found.scope, expr

    def receiver(self, function: Function, parameter: Parameter) -> Class | None:
        """The class whose `self` or `cls` the parameter is."""
        index = self._files[function.filename]
        if not self.argument_offset(function):
            return None
        if index.function(function.scope).parameters[0] != parameter:
            return None
        return Class(function.filename, index.facts.scopes[function.scope].parent)

    def argument_offset(self, function: Function) -> int:
        """1 for a method, whose first parameter its caller does not write; else 0."""
        index = self._files[function.filename]
        parent = index.facts.scopes[index.facts.scopes[function.scope].parent]
        decorators = {ir.dotted(d) for d in index.function(function.scope).decorators}
        return int(parent.class_ is not None and "staticmethod" not in decorators)

    def _position(self, function: Function, parameter: Parameter) -> int | None:
        if parameter.keyword_only:
            return None
        ordinary = self._files[function.filename].function(function.scope).parameters
        return next((i for i, p in enumerate(ordinary) if p.name == parameter.name), None)

    def call_sites(self, function: Function) -> tuple[tuple[str, CallFacts], ...]:
        """The project's calls of a function by name; of `__init__`, those that run it."""
        index = self._files[function.filename]
        if index.function(function.scope).name == "__init__":
            owner = index.facts.scopes[function.scope].parent
            made = self._callees.constructions(Class(function.filename, owner))
            return tuple(islice(made, _CALL_SITES))
        return self._callees.sites(function)[:_CALL_SITES]
