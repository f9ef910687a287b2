"""The classes of a project and those they derive from: bases, ancestry, attributes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.frameworks import base_of
from asgi_lint.model.values import Class, External, Function, Instance, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import Definition, FileIndex


class Classes:
    """Answers about classes; what is asked often is remembered."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator
        self._ancestry: dict[External | Class, tuple[External | Class, ...]] = {}
        self._subclass: dict[tuple[External | Class, tuple[str, ...]], bool] = {}

    def bases(self, class_: External | Class) -> Iterator[External | Class]:
        """The direct base classes."""
        if isinstance(class_, External):
            stated = self._evaluator.stated.base_of(class_.name)
            base = stated or base_of(class_.name, self._evaluator.releases)
            if base is not None:
                yield External(base)
            return
        index = self._files[class_.filename]
        parent = index.facts.scopes[class_.scope].parent
        for expr in index.class_(class_.scope).bases:
            for value in self._evaluator.values(class_.filename, parent, expr):
                if isinstance(value, (External, Class)):
                    yield value

    def ancestry(self, class_: External | Class) -> tuple[External | Class, ...]:
        """The class and all its bases, nearest first."""
        known = self._ancestry.get(class_)
        if known is not None:
            return known
        seen: dict[External | Class, None] = {}
        queue = [class_]
        while queue:
            current = queue.pop(0)
            if current not in seen:
                seen[current] = None
                queue.extend(self.bases(current))
        found = tuple(seen)
        if not self._evaluator.is_busy:
            self._ancestry[class_] = found
        return found

    def is_subclass(self, class_: External | Class, *names: str) -> bool:
        """Whether the class is, or derives from, one of the canonical names."""
        key = (class_, names)
        known = self._subclass.get(key)
        if known is None:
            known = any(isinstance(c, External) and c.name in names for c in self.ancestry(class_))
            if not self._evaluator.is_busy:
                self._subclass[key] = known
        return known

    def attribute(self, class_: Class, attr: str) -> Iterator[Value]:
        """What `class_.attr` or `instance.attr` may be, the nearest definition only."""
        for owner in self.ancestry(class_):
            if not isinstance(owner, Class):
                continue
            index = self._files[owner.filename]
            definitions = [
                *index.defined(owner.scope, attr),
                *index.defined(owner.scope, f"self.{attr}"),
            ]
            telling = [d for d in definitions if not _is_annotation(d)]
            for definition in telling or definitions:
                for value in self._evaluator.meaning(owner.filename, owner.scope, definition):
                    for read in self._read_property(value):
                        yield self._inherited(read, owner, class_)
            if definitions:
                return

    def _inherited(self, value: Value, owner: Class, class_: Class) -> Value:
        """What a base class's method makes for `self` is one object for each derived class."""
        if owner == class_ or not isinstance(value, Instance) or value.made_by is not None:
            return value
        maker = self._files[value.filename].class_around(value.scope)
        if value.filename != owner.filename or maker != owner.scope:
            return value
        place = Place(class_.filename, self._files[class_.filename].class_(class_.scope).span)
        return replace(value, made_by=place)

    def _read_property(self, value: Value) -> Iterator[Value]:
        """What reading an attribute gives: for a property, what it returns."""
        if not isinstance(value, Function):
            yield value
            return
        function = self._files[value.filename].function(value.scope)
        if not any(ir.last_name(d) in ("property", "cached_property") for d in function.decorators):
            yield value
            return
        for expr in function.returns:
            yield from self._evaluator.values(value.filename, value.scope, expr)

    def overriding(self, class_: Class, attr: str) -> Iterator[Value]:
        """What the project's own subclasses of a class define for an attribute."""
        for derived in self._derived_by_name(class_):
            index = self._files[derived.filename]
            if index.defined(derived.scope, attr) and class_ in self.ancestry(derived):
                yield from self.attribute(derived, attr)

    def _derived_by_name(self, class_: Class) -> Iterator[Class]:
        """The classes that may derive from a class, by the names of their bases."""
        seen: set[Class] = {class_}
        queue = [class_]
        while queue:
            current = queue.pop()
            name = self._files[current.filename].class_(current.scope).name
            for derived in self._by_base.get(name, ()):
                if derived not in seen:
                    seen.add(derived)
                    queue.append(derived)
                    yield derived

    @cached_property
    def _by_base(self) -> Mapping[str, list[Class]]:
        found: defaultdict[str, list[Class]] = defaultdict(list)
        for filename, index in self._files.items():
            for scope in index.facts.scopes:
                for base in scope.class_.bases if scope.class_ is not None else ():
                    expr = base.value if isinstance(base, ir.Subscript) else base
                    found[ir.last_name(expr) or ""].append(Class(filename, scope.index))
        return found

    def members(self, class_: Class, attr: str) -> Iterator[tuple[str, int, Definition]]:
        """The definitions of an attribute in a class, its bases and what may derive from it."""
        for owner in (*self.ancestry(class_), *self._derived_by_name(class_)):
            if isinstance(owner, Class):
                index = self._files[owner.filename]
                for name in (attr, f"self.{attr}"):
                    for definition in index.defined(owner.scope, name):
                        yield owner.filename, owner.scope, definition


def _is_annotation(definition: Definition) -> bool:
    """Whether it is `x: T` without a value."""
    return isinstance(definition, BindingFacts) and definition.value is None
