"""What calls give: objects, generators, what a function returns, what a list's copy holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import third_party
from asgi_lint.model.facts import Parameter
from asgi_lint.model.index import is_class_name
from asgi_lint.model.values import (
    Class,
    Display,
    External,
    Function,
    Generator,
    Instance,
    Typed,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.parameters import Parameters

_TRANSPARENT_CALLS = frozenset({"typing.cast", "copy.copy", "copy.deepcopy"})
_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_CACHES = frozenset({"cache", "cached", "lru_cache", "singleton"})
_COPIES = frozenset({"list", "tuple", "set", "sorted", "reversed"})
"""Built-in functions that give the items of a list again."""
_VIEWS = frozenset({"items", "values"})
_PARTIAL = "functools.partial"
_FIELDS = frozenset(
    {"attr.ib", "attr.attrib", "attr.field", "attrs.field", "dataclasses.field", "pydantic.Field"}
)
"""Functions that declare an attribute of a class and say what it begins with."""


class Calls:
    """Evaluates calls."""

    def __init__(
        self, files: Mapping[str, FileIndex], evaluator: Evaluator, parameters: Parameters
    ) -> None:
        self._files = files
        self._evaluator = evaluator
        self._parameters = parameters

    def values(self, filename: str, scope: int, call: ir.Call) -> Iterator[Value]:
        """What a call, read in that scope of that file, may give."""
        if isinstance(call.func, ir.Attribute) and call.func.attr in _VIEWS and not call.args:
            yield from self._view(filename, scope, call.func)
        for target in self._evaluator.values(filename, scope, call.func):
            match target:
                case Class():
                    yield Instance(target, filename, call.span, scope, call)
                case External(name=name) if name in _TRANSPARENT_CALLS:
                    position = 1 if name == "typing.cast" else 0
                    yield from self._evaluator.values(filename, scope, call.positional(position))
                case External(name=name) if name == _PARTIAL:
                    yield from self._evaluator.values(filename, scope, call.positional(0))
                case External(name=name) if name in _FIELDS:
                    yield from self._default(filename, scope, call)
                case External(name=name) if name in third_party.CALLABLES:
                    yield from self._known_call(filename, scope, call, target)
                case External(name=name):
                    if is_class_name(name.rpartition(".")[2]):
                        yield Instance(target, filename, call.span, scope, call)
                case Function():
                    yield from self._returned(target, filename, scope, call)
                case Typed(class_=class_, name="cls"):
                    yield Instance(class_, filename, call.span, scope, call)
                case _:
                    continue
        if isinstance(call.func, ir.Name) and call.func.id in _COPIES:
            _, definitions = self._files[filename].visible(scope, call.func.id)
            if not definitions:
                copied = self._evaluator.values(filename, scope, call.positional(0))
                yield from map(_reversed, copied[::-1]) if call.func.id == "reversed" else copied

    def _known_call(
        self, filename: str, scope: int, call: ir.Call, target: External
    ) -> Iterator[Value]:
        """What another package's function gives, by the table of what such packages export."""
        made = third_party.makes(target.name, self._evaluator.releases)
        if made is not None and made.is_class:
            yield External(made.returns)
            return
        returns = third_party.returns(target.name, self._evaluator.releases)
        if returns is not None:
            yield Instance(External(returns), filename, call.span, scope, call)
            return
        registration = third_party.registers(target.name, self._evaluator.releases)
        if registration is not None and registration.returns_app:
            app = call.keyword(registration.app) or call.positional(0)
            yield from self._evaluator.values(filename, scope, app)
        elif target.name.rpartition(".")[2][:1].isupper():
            yield Instance(target, filename, call.span, scope, call)

    def _default(self, filename: str, scope: int, call: ir.Call) -> Iterator[Value]:
        """What `field(default_factory=lambda: X())` and its like begin with."""
        default = call.keyword("default") or call.positional(0)
        factory = call.keyword("default_factory") or call.keyword("factory")
        if isinstance(default, ir.Call) and ir.last_name(default.func) == "Factory":
            factory = default.positional(0)
        if factory is None:
            yield from self._evaluator.values(filename, scope, default)
        elif isinstance(factory, ir.Lambda):
            yield from self._evaluator.values(filename, scope, factory.body)
        else:
            yield from self.values(filename, scope, ir.Call(factory, (), call.at))

    def _returned(
        self, target: Function, filename: str, scope: int, call: ir.Call
    ) -> Iterator[Value]:
        function = self._files[target.filename].function(target.scope)
        decorators = {ir.last_name(d) for d in function.decorators}
        if decorators & _CONTEXT_MANAGERS:
            return
        if function.is_generator:
            yield Generator(target, filename, call.span)
            return
        makes_anew = not function.declares_global and not decorators & _CACHES
        made_by = Place(filename, call.span)
        for expr in function.returns:
            parameter = self._returned_parameter(target, expr)
            if parameter is not None:
                yield from self._parameters.passed(target, parameter, filename, scope, call)
                continue
            for value in self._evaluator.values(target.filename, target.scope, expr):
                is_new = isinstance(value, Instance) and Function(*value.home) == target
                if is_new and makes_anew and isinstance(value, Instance):
                    yield replace(value, made_by=made_by)
                else:
                    yield value

    def _returned_parameter(self, function: Function, expr: ir.Expr) -> Parameter | None:
        """The parameter that `return app` gives back: for each call what that call passes."""
        if not isinstance(expr, ir.Name):
            return None
        index = self._files[function.filename]
        owner, found = index.reaching(function.scope, expr.id, expr.at)
        if owner != function.scope or len(found) != 1 or not isinstance(found[0], Parameter):
            return None
        return found[0] if self._parameters.receiver(function, found[0]) is None else None

    def mappings(
        self, filename: str, scope: int, expr: ir.Expr
    ) -> Iterator[tuple[str, int, ir.Mapping]]:
        """The dicts, as they are written, that an expression stands for."""
        if isinstance(expr, ir.Mapping):
            yield filename, scope, expr
        elif isinstance(expr, (ir.Name, ir.Attribute)):
            for file, owner, value in self._evaluator.bound(filename, scope, expr):
                if isinstance(value, ir.Mapping):
                    yield file, owner, value

    def _view(self, filename: str, scope: int, func: ir.Attribute) -> Iterator[Value]:
        """`d.values()` and `d.items()`."""
        for file, owner, mapping in self.mappings(filename, scope, func.value):
            items: list[ir.Expr] = []
            for key, value in mapping.items:
                if key is None:
                    continue
                is_pair = func.attr == "items"
                items.append(ir.Sequence((key, value), value.at) if is_pair else value)
            yield Display(file, owner, tuple(items), mapping.span)


def _reversed(value: Value) -> Value:
    return replace(value, items=value.items[::-1]) if isinstance(value, Display) else value
