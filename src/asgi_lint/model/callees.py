"""Who calls whom, by name alone.

Cheaper and blunter than evaluation: no parameter is followed and no return value, so that
evaluation can ask for the callers of a function without asking itself.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import MODULE_SCOPE, BindingFacts, ImportFacts, Parameter, ScopeFacts
from asgi_lint.model.values import Class, Function, Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import Definition, FileIndex
    from asgi_lint.model.modules import Modules

_HOPS = 10
"""Imports, aliases and attributes followed for one name."""


class _Object(NamedTuple):
    """Some instance of a class of the project."""

    class_: Class


if TYPE_CHECKING:
    Target: TypeAlias = Function | Class | Module | _Object


class Callees:
    """The call sites of the project's functions and classes."""

    def __init__(self, files: Mapping[str, FileIndex], modules: Modules) -> None:
        self._files = files
        self._modules = modules
        self._looked_up: set[str] = set()
        self._sites: defaultdict[Function | Class, list[tuple[str, CallFacts]]] = defaultdict(list)

    def sites(self, target: Function | Class) -> tuple[tuple[str, CallFacts], ...]:
        """The calls of a function or class, each with its file."""
        scope = self._files[target.filename].facts.scopes[target.scope]
        definition = scope.function or scope.class_
        if definition is not None and definition.name not in self._looked_up:
            self._look_up(definition.name)
        return tuple(self._sites.get(target, ()))

    def constructions(self, class_: Class) -> Iterator[tuple[str, CallFacts]]:
        """The calls of a class and of those that inherit its `__init__`: all run that one."""
        seen = {class_}
        queue = [class_]
        while queue:
            current = queue.pop(0)
            yield from self.sites(current)
            for derived in self._derived(current):
                if derived not in seen and self._runs_init_of(derived, class_):
                    seen.add(derived)
                    queue.append(derived)

    def _runs_init_of(self, derived: Class, class_: Class) -> bool:
        """Whether the first `__init__` that a class has or inherits is that of `class_`."""
        match next(self._member(derived, "__init__", 0), None):
            case Function(filename=filename, scope=scope):
                return class_ == Class(filename, self._files[filename].facts.scopes[scope].parent)
            case _:
                return False

    def _derived(self, class_: Class) -> Iterator[Class]:
        """The classes that have a class among their bases."""
        name = self._files[class_.filename].class_(class_.scope).name
        for each in sorted({name, *self._aliases.get(name, ())}):
            for derived, base in self._by_base.get(each, ()):
                parent = self._files[derived.filename].facts.scopes[derived.scope].parent
                if class_ in self._named(derived.filename, parent, base, 0):
                    yield derived

    @cached_property
    def _by_base(self) -> Mapping[str, list[tuple[Class, ir.Expr]]]:
        """All classes with each of their bases, by the last name of that."""
        found: defaultdict[str, list[tuple[Class, ir.Expr]]] = defaultdict(list)
        for filename, index in self._files.items():
            for scope in index.facts.scopes:
                for base in scope.class_.bases if scope.class_ is not None else ():
                    expr = _unparametrized(base)
                    found[ir.last_name(expr) or ""].append((Class(filename, scope.index), expr))
        return found

    def _look_up(self, name: str) -> None:
        """Find what the calls by a name, or by a name that may stand for it, are calls of."""
        names = {name}
        queue = [name]
        while queue:
            new: set[str] = self._aliases.get(queue.pop(), set()) - names
            names |= new
            queue += new
        for each in [*sorted(names - self._looked_up), ""]:
            if each in self._looked_up:
                continue
            self._looked_up.add(each)
            for filename, found in self._calls.get(each, ()):
                for target in dict.fromkeys(self._named(filename, found.scope, found.call.func, 0)):
                    if isinstance(target, (Function, Class)):
                        self._sites[target].append((filename, found))

    @cached_property
    def _calls(self) -> Mapping[str, list[tuple[str, CallFacts]]]:
        """All calls by the last name in what is called, "" where there is none."""
        calls: defaultdict[str, list[tuple[str, CallFacts]]] = defaultdict(list)
        for filename, index in self._files.items():
            for name, found in zip(index.called, index.facts.calls, strict=True):
                calls[name].append((filename, found))
        return calls

    @cached_property
    def _aliases(self) -> Mapping[str, set[str]]:
        """The other names that imports and assignments give to what has a name."""
        aliases: defaultdict[str, set[str]] = defaultdict(set)
        for index in self._files.values():
            for imported in index.facts.imports:
                if imported.name is not None and imported.name != imported.bound:
                    aliases[imported.name].add(imported.bound)
            for binding in index.facts.bindings:
                name = ir.last_name(binding.value) if binding.value is not None else None
                if name is not None:
                    aliases[name].add(binding.name.rpartition(".")[2])
        return aliases

    def _named(self, filename: str, scope: int, expr: ir.Expr, hops: int) -> Iterator[Target]:
        if hops > _HOPS:
            return
        match expr:
            case ir.Name(id=name):
                owner, definitions = self._files[filename].visible(scope, name)
                for definition in definitions:
                    yield from self._defined(filename, owner, definition, hops + 1)
            case ir.Attribute(value=value, attr=attr):
                for base in self._named(filename, scope, value, hops + 1):
                    yield from self._attribute(base, attr, hops + 1)
            case ir.Call(func=func):
                for target in self._named(filename, scope, func, hops + 1):
                    if isinstance(target, Class):
                        yield _Object(target)
            case _:
                return

    def _defined(
        self, filename: str, scope: int, definition: Definition, hops: int
    ) -> Iterator[Target]:
        if hops > _HOPS:
            return
        match definition:
            case ScopeFacts(function=function, index=index):
                yield Function(filename, index) if function is not None else Class(filename, index)
            case ImportFacts():
                yield from self._imported(filename, definition, hops)
            case BindingFacts(value=value) if value is not None:
                yield from self._named(filename, definition.scope, value, hops)
            case Parameter():
                yield from self._receiver(filename, scope, definition)
            case _:
                return

    def _receiver(self, filename: str, scope: int, parameter: Parameter) -> Iterator[Target]:
        """The `self` of a method."""
        index = self._files[filename]
        parent = index.facts.scopes[scope].parent
        if index.facts.scopes[parent].class_ is None or parameter.name not in ("self", "cls"):
            return
        if index.function(scope).parameters[0] == parameter:
            yield _Object(Class(filename, parent))

    def _imported(self, filename: str, found: ImportFacts, hops: int) -> Iterator[Target]:
        name = found.module if found.direct or found.name is not None else found.bound
        module = self._modules.resolve(filename, name, found.level)
        if module is None:
            return
        if found.name is None:
            yield Module(module)
        else:
            yield from self._attribute(Module(module), found.name, hops + 1)

    def _attribute(self, base: Target, attr: str, hops: int) -> Iterator[Target]:
        match base:
            case Module(key=key):
                file = self._modules.file(key) or ""
                known = self._files.get(file)
                definitions = known.defined(MODULE_SCOPE, attr) if known is not None else []
                for definition in definitions:
                    yield from self._defined(file, MODULE_SCOPE, definition, hops)
                inner = self._modules.submodule(key, attr) if not definitions else None
                if inner is not None:
                    yield Module(inner)
            case _Object(class_=class_) | (Class() as class_):
                yield from self._member(class_, attr, hops)
            case _:
                return

    def _member(self, class_: Class, attr: str, hops: int) -> Iterator[Target]:
        if hops > _HOPS:
            return
        index = self._files[class_.filename]
        definitions = [
            *index.defined(class_.scope, attr),
            *index.defined(class_.scope, f"self.{attr}"),
        ]
        for definition in definitions:
            yield from self._defined(class_.filename, class_.scope, definition, hops + 1)
        if definitions:
            return
        parent = index.facts.scopes[class_.scope].parent
        for expr in index.class_(class_.scope).bases:
            for base in self._named(class_.filename, parent, _unparametrized(expr), hops + 1):
                if isinstance(base, Class):
                    yield from self._member(base, attr, hops + 1)


def _unparametrized(base: ir.Expr) -> ir.Expr:
    """`A` of the base class `A[T]`."""
    return base.value if isinstance(base, ir.Subscript) else base
