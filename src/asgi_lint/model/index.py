"""The facts of one file, arranged for look-ups."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import (
    MODULE_SCOPE,
    BindingFacts,
    CallFacts,
    ClassFacts,
    FileFacts,
    FunctionFacts,
    ImportFacts,
    Parameter,
    ScopeFacts,
)
from asgi_lint.model.packed import NOWHERE, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from asgi_lint.diagnostics import Position, Span

_NOT_CALLED = (ir.Bytes, ir.Constant, ir.Joined, ir.Mapping, ir.Sequence)
_PROPERTIES = frozenset({"cached_property", "property"})
"""What makes a name stand for what a function returns."""

Definition: TypeAlias = ImportFacts | BindingFacts | ScopeFacts | Parameter


class FileIndex:
    """Definitions by scope and name, calls by scope, methods by class."""

    def __init__(self, facts: FileFacts) -> None:
        self.facts = facts
        self.filename = facts.filename
        self.calls: defaultdict[int, list[CallFacts]] = defaultdict(list)
        self.children: defaultdict[int, list[ScopeFacts]] = defaultdict(list)
        self.star_imports: list[ImportFacts] = []
        self._definitions: defaultdict[tuple[int, str], list[Definition]] = defaultdict(list)
        self._index()

    def _index(self) -> None:
        for scope in self.facts.scopes[1:]:
            self.children[scope.parent].append(scope)
            definition = scope.function or scope.class_
            if definition is not None:
                self._definitions[scope.parent, definition.name].append(scope)
            if scope.function is not None:
                for parameter in scope.function.parameters:
                    self._definitions[scope.index, parameter.name].append(parameter)
        for found in self.facts.imports:
            if found.name == "*":
                self.star_imports.append(found)
            else:
                self._definitions[found.scope, found.bound].append(found)
        for binding in self.facts.bindings:
            if not binding.augments:
                self._definitions[self._owner(binding), binding.name].append(binding)
        for binding in self.facts.bindings:
            if binding.augments:
                self._augment(binding)
        for call in self.facts.calls:
            self.calls[call.scope].append(call)

    # Calls by what is called

    @cached_property
    def called(self) -> list[str]:
        """The last name of what each of the file's calls calls, "" where there is none."""
        return [ir.last_name(found.call.func) or "" for found in self.facts.calls]

    @cached_property
    def _called(self) -> frozenset[str]:
        return frozenset(self.called)

    def calls_named(self, names: Collection[str]) -> Iterator[CallFacts]:
        """The calls of what has one of these names, in source order."""
        if self._called.isdisjoint(names):
            return
        for name, found in zip(self.called, self.facts.calls, strict=True):
            if name in names:
                yield found

    @cached_property
    def making(self) -> list[CallFacts]:
        """The calls that may make an instance.

        Most calls of a program are of functions and methods: a name that begins in lower case
        counts only where an import or an assignment binds it.
        """
        return [
            found
            for name, found in zip(self.called, self.facts.calls, strict=True)
            if is_class_name(name) or (name in self.bound and isinstance(found.call.func, ir.Name))
        ]

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that imports and assignments bind, in whatever scope."""
        imported = (found.bound for found in self.facts.imports)
        return frozenset((*imported, *(binding.name for binding in self.facts.bindings)))

    @cached_property
    def callers(self) -> Mapping[str, frozenset[int]]:
        """The functions that call something, by the last name of what they call."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for name, call in zip(self.called, self.facts.calls, strict=True):
            if self.facts.scopes[call.scope].function is not None:
                found[name].add(call.scope)
        return {name: frozenset(scopes) for name, scopes in found.items()}

    @cached_property
    def other_names(self) -> frozenset[str]:
        """The names that may stand for a function of another name, and "" for what has none."""
        renamed = (i.bound for i in self.facts.imports if i.name is not None and i.name != i.bound)
        functions = [scope.function for scope in self.facts.scopes if scope.function is not None]
        return frozenset(
            (
                "",
                *renamed,
                *(b.name.rpartition(".")[2] for b in self.facts.bindings if _may_call(b.value)),
                *(each.name for function in functions for each in function.parameters),
                *(f.name for f in functions if not _PROPERTIES.isdisjoint(_names(f.decorators))),
            )
        )

    @cached_property
    def may_be_called(self) -> frozenset[str]:
        """The names under which a function may be called, so far as this file gives them."""
        functions = [scope.function for scope in self.facts.scopes if scope.function is not None]
        return frozenset(
            (
                *(function.name for function in functions),
                *(each.name for function in functions for each in function.parameters),
                *(name.rpartition(".")[2] for name in self.bound),
            )
        )

    def _augment(self, binding: BindingFacts) -> None:
        """Let a list that is appended to belong to the scope that binds its name."""
        owner, found = self._owner(binding), self.defined(self._owner(binding), binding.name)
        if not found and not binding.name.startswith("self."):
            owner, found = self.visible(binding.scope, binding.name)
        if found and not isinstance(found[0], Parameter):
            place = 0 if binding.at_front else len(found)
            self._definitions[owner, binding.name].insert(place, binding)

    def _owner(self, binding: BindingFacts) -> int:
        """The scope that a binding's name lives in: the class, for `self.x = ...`."""
        if binding.is_global:
            return MODULE_SCOPE
        if not binding.name.startswith("self."):
            return binding.scope
        return self.class_around(binding.scope) or binding.scope

    def class_around(self, scope: int) -> int | None:
        """The scope of the class whose method `scope` is, or is nested in."""
        while scope != MODULE_SCOPE:
            if self.facts.scopes[scope].class_ is not None:
                return scope
            scope = self.facts.scopes[scope].parent
        return None

    def defined(self, scope: int, name: str) -> list[Definition]:
        """What gives `name` a meaning in exactly that scope, in source order within a kind."""
        return self._definitions.get((scope, name), [])

    def visible(self, scope: int, name: str) -> tuple[int, list[Definition]]:
        """The definitions that `name` has when it is read in `scope`, with their scope.

        As in Python, the names of a class's body are not seen from its methods.
        """
        current = scope
        while True:
            found = self.defined(current, name)
            if found and (current == scope or self.facts.scopes[current].class_ is None):
                return current, found
            if current == MODULE_SCOPE:
                return current, []
            current = self.facts.scopes[current].parent

    def reaching(self, scope: int, name: str, read_at: int) -> tuple[int, list[Definition]]:
        """As `visible`, without what another binding of the name has replaced by then.

        `read_at` is where the name is read in that scope; `NOWHERE` means that the scope is done.
        """
        owner, found = self.visible(scope, name)
        bindings = [d for d in found if isinstance(d, BindingFacts) and not d.augments]
        if not bindings or len(found) < 2:
            return owner, found
        read = unpack(read_at) if read_at != NOWHERE else None
        row = None
        if owner == scope and read is not None:
            row = read.start
            bindings = [b for b in bindings if _may_precede(b, read)]
        deciding = [b for b in bindings if read is None or not _is_within(read, b)]
        last = max((b.start for b in deciding if _decides(b, row)), default=None)
        made = {id(b) for b in bindings}
        alive = [
            d
            for d in found
            if not isinstance(d, (BindingFacts, Parameter))
            or (isinstance(d, BindingFacts) and d.augments)
            or (id(d) in made and (last is None or d.start >= last or _is_later(d, row)))
            or (isinstance(d, Parameter) and last is None)
        ]
        return owner, alive or found

    def function(self, scope: int) -> FunctionFacts:
        """The function whose scope it is."""
        function = self.facts.scopes[scope].function
        if function is None:
            raise LookupError(f"scope {scope} of {self.filename} is not a function")
        return function

    def class_(self, scope: int) -> ClassFacts:
        """The class whose scope it is."""
        class_ = self.facts.scopes[scope].class_
        if class_ is None:
            raise LookupError(f"scope {scope} of {self.filename} is not a class")
        return class_


def _may_call(value: ir.Expr | None) -> bool:
    """Whether a variable with this value may be called: no text, list or type such as `List[int]`.

    `HANDLERS[kind]` is no type.
    """
    if isinstance(value, ir.Subscript):
        name = ir.last_name(value.value) or ""
        return name.isupper() or not is_class_name(name)
    return not isinstance(value, _NOT_CALLED)


def _names(exprs: Iterable[ir.Expr]) -> set[str]:
    return {ir.last_name(expr) or "" for expr in exprs}


def is_class_name(name: str) -> bool:
    """Whether it begins as the names of classes do."""
    return name.lstrip("_")[:1].isupper()


def _may_precede(binding: BindingFacts, read: Span) -> bool:
    """Whether a binding may have been made when its name is read in the same scope."""
    if _is_within(read, binding):
        return binding.loop is not None
    if binding.start <= read.start:
        return True
    return binding.loop is not None and binding.loop[0] <= read.start.row <= binding.loop[1]


def _decides(binding: BindingFacts, read: Position | None) -> bool:
    """Whether a binding is sure to have been made at a place, None for the end of its scope."""
    if read is None:
        return binding.block_end == 0
    return binding.start <= read and (binding.block_end == 0 or read.row <= binding.block_end)


def _is_later(binding: BindingFacts | Parameter, read: Position | None) -> bool:
    return read is not None and binding.start > read


def _is_within(read: Span, binding: BindingFacts) -> bool:
    """Whether the name is read in the very value that it is bound to."""
    if binding.value is None:
        return False
    value = binding.value.span
    return value.start <= read.start and read.end <= value.end
