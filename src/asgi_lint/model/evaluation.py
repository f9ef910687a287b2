"""Expressions to the values they may have: imports, aliases, factories and parameters followed.

This is no interpreter. It knows assignments, imports, calls of classes and functions and
attribute access, takes every branch, and gives nothing where it does not know.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model import third_party
from asgi_lint.model.annotations import Annotations
from asgi_lint.model.calls import Calls
from asgi_lint.model.classes import Classes
from asgi_lint.model.facts import (
    MODULE_SCOPE,
    BindingFacts,
    ImportFacts,
    Parameter,
    ScopeFacts,
)
from asgi_lint.model.frameworks import canonical
from asgi_lint.model.index import is_class_name
from asgi_lint.model.packed import NOWHERE
from asgi_lint.model.parameters import Parameters
from asgi_lint.model.stated import NOTHING_STATED, Stated
from asgi_lint.model.values import (
    Class,
    Display,
    External,
    Function,
    Instance,
    Module,
    Typed,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import Definition, FileIndex
    from asgi_lint.model.modules import Modules
    from asgi_lint.model.third_party import Releases

_DEPTH = 40
"""Names, calls and parameters followed from one expression; wiring is never that far away."""

_BUDGET = 2_000
"""Expressions looked at for one that stands in a knot of calls; then it counts as unknown."""

_NO_CUT = 1 << 30


class Evaluator:
    """Evaluates expressions of the project's files; results are remembered."""

    def __init__(
        self,
        files: Mapping[str, FileIndex],
        modules: Modules,
        releases: Releases | None = None,
        stated: Stated = NOTHING_STATED,
    ) -> None:
        self._files = files
        self.releases = releases
        self.stated = stated
        self._modules = modules
        self._known: dict[tuple[str, int, int], tuple[tuple[Value, ...], ir.Expr]] = {}
        """By the identity of the expression, which is held so that no other can get it."""
        self._running: dict[tuple[str, int, int], int] = {}
        self._lowest_cut = _NO_CUT
        self._partial: dict[tuple[str, int, int], tuple[tuple[Value, ...], int]] = {}
        """Results that a cycle may have cut short: good enough until the outermost is done."""
        self._names: dict[tuple[str, str], ir.Name] = {}
        self._made: dict[tuple[str, int, int], tuple[tuple[Class | External, ...], ir.Call]] = {}
        self._classes = Classes(files, self)
        self._parameters = Parameters(files, modules, self)
        self._calls = Calls(files, self, self._parameters)
        self.annotations = Annotations(files, modules, self)

    def values(self, filename: str, scope: int, expr: ir.Expr | None) -> tuple[Value, ...]:
        """What `expr`, read in that scope of that file, may be; empty where it is not known."""
        if expr is None:
            return ()
        key = (filename, scope, id(expr))
        known = self._known.get(key)
        if known is not None:
            return known[0]
        depth = self._running.get(key)
        if depth is not None:
            self._lowest_cut = min(self._lowest_cut, depth)
            return ()
        if key in self._partial:
            found, cut = self._partial[key]
            self._lowest_cut = min(self._lowest_cut, cut)
            return found
        if len(self._running) > _DEPTH or len(self._partial) > _BUDGET:
            self._lowest_cut = 0
            return ()
        depth = self._running[key] = len(self._running)
        before, self._lowest_cut = self._lowest_cut, _NO_CUT
        found = tuple(dict.fromkeys(self._evaluate(filename, scope, expr)))
        del self._running[key]
        if self._lowest_cut >= depth:
            # Nothing further out was waited for in a cycle, so the result is complete.
            self._known[key] = found, expr
            self._lowest_cut = before
        else:
            self._partial[key] = (found, self._lowest_cut)
            self._lowest_cut = min(before, self._lowest_cut)
        if not self._running:
            self._partial.clear()
        return found

    def _evaluate(self, filename: str, scope: int, expr: ir.Expr) -> Iterator[Value]:
        match expr:
            case ir.Name(id=name, at=at):
                owner, definitions = self._files[filename].visible(scope, name)
                if definitions and owner != scope:
                    # Wherever it is read: an outer scope is done by then.
                    yield from self.values(filename, owner, self._name(filename, name))
                else:
                    yield from self.lookup(filename, scope, name, at)
            case ir.Attribute(value=value, attr=attr):
                for base in self.values(filename, scope, value):
                    yield from self.attribute(base, attr)
            case ir.Call():
                yield from self._calls.values(filename, scope, expr)
            case ir.Await(value=value) | ir.Spread(value=value):
                yield from self.values(filename, scope, value)
            case ir.Either(options=options):
                for option in options:
                    yield from self.values(filename, scope, option)
            case ir.Sequence(items=items):
                yield Display(filename, scope, items, expr.span)
            case ir.Item():
                yield from self._items(filename, scope, expr)
            case ir.Subscript(value=value):
                yield from self._subscript(filename, scope, value)
            case ir.Constant() | ir.Joined() | ir.Lambda() | ir.Mapping() | ir.Unknown():
                return

    def made(self, filename: str, scope: int, call: ir.Call) -> tuple[Class | External, ...]:
        """The classes that a call may make an instance of; see `FileIndex.making`."""
        key = (filename, scope, id(call))
        known = self._made.get(key)
        if known is not None:
            return known[0]
        found = tuple(self._make(filename, scope, call))
        if not self._running:
            self._made[key] = found, call
        return found

    def _make(self, filename: str, scope: int, call: ir.Call) -> Iterator[Class | External]:
        if not is_class_name(ir.last_name(call.func) or ""):
            if not isinstance(call.func, ir.Name):
                return
            _, definitions = self._files[filename].visible(scope, call.func.id)
            if not any(isinstance(d, (ImportFacts, BindingFacts)) for d in definitions):
                return
        for value in self.values(filename, scope, call.func):
            if isinstance(value, (Class, External)):
                yield value

    def items(self, filename: str, scope: int, expr: ir.Expr | None) -> Iterator[Value]:
        """The values of the items of a list, however it is written or held."""
        for value in self.values(filename, scope, expr):
            if isinstance(value, Display):
                yield from self.display_items(value)

    def _items(self, filename: str, scope: int, item: ir.Item) -> Iterator[Value]:
        for display in self.values(filename, scope, item.value):
            if isinstance(display, Display):
                at = _at(display, item.index)
                if at is None:
                    yield from self.display_items(display)
                else:
                    yield from self.values(display.filename, display.scope, at)

    def item_expressions(
        self, filename: str, scope: int, item: ir.Item
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """The items that an item may be, as they are written, and where each is read."""
        for display in self.values(filename, scope, item.value):
            if isinstance(display, Display):
                at = _at(display, item.index)
                for each in (at,) if at is not None else display.items:
                    yield display.filename, display.scope, each

    def display_items(self, display: Display) -> Iterator[Value]:
        """The values of the items of a display in order, those of unpacked ones included."""
        seen = {display}
        stack = [self._item_values(display)]
        while stack:
            value, is_spread = next(stack[-1], (None, False))
            if value is None:
                stack.pop()
            elif not is_spread:
                yield value
            elif isinstance(value, Display) and value not in seen:
                seen.add(value)
                stack.append(self._item_values(value))

    def _item_values(self, display: Display) -> Iterator[tuple[Value, bool]]:
        """Each value of each item, and whether it is unpacked."""
        for item in display.items:
            is_spread = isinstance(item, ir.Spread)
            inner = item.value if isinstance(item, ir.Spread) else item
            for value in self.values(display.filename, display.scope, inner):
                yield value, is_spread

    def _subscript(self, filename: str, scope: int, value: ir.Expr) -> Iterator[Value]:
        """`Generic[T]` is `Generic`; an item of a list or dict is any of its items."""
        for file, owner, mapping in self._calls.mappings(filename, scope, value):
            for _, each in mapping.items:
                yield from self.values(file, owner, each)
        for base in self.values(filename, scope, value):
            if isinstance(base, (Class, External)):
                yield base
            elif isinstance(base, Display):
                yield from self.display_items(base)

    # Names

    def lookup(self, filename: str, scope: int, name: str, read: int = NOWHERE) -> Iterator[Value]:
        """What a bare name may mean in a scope: where it is read, or once the scope is done."""
        index = self._files[filename]
        owner, definitions = index.reaching(scope, name, read)
        for definition in definitions:
            yield from self.meaning(filename, owner, definition)
        if not definitions and not name.startswith("_"):
            for star in reversed(index.star_imports):
                found = [*self._star(filename, star, name)]
                yield from found
                if any(not isinstance(value, External) for value in found):
                    return

    def meaning(self, filename: str, scope: int, definition: Definition) -> Iterator[Value]:
        """What a definition that stands in a scope gives its name."""
        match definition:
            case ImportFacts():
                yield from self._import(filename, definition)
            case ScopeFacts(function=function, index=index):
                yield Function(filename, index) if function is not None else Class(filename, index)
            case BindingFacts(value=value, annotation=annotation):
                found = self.values(filename, definition.scope, value)
                yield from found
                if not found and annotation is not None:
                    for class_ in self.annotations.classes(filename, definition.scope, annotation):
                        yield Typed(class_, filename, scope, definition.name)
            case Parameter():
                yield from self._parameters.values(Function(filename, scope), definition)

    def _import(self, filename: str, found: ImportFacts) -> Iterator[Value]:
        if found.name is None:
            name = found.module if found.direct else found.bound
            module = self._modules.resolve(filename, name, 0)
            yield Module(module) if module is not None else External(canonical(name))
            return
        module = self._modules.resolve(filename, found.module, found.level)
        if module is not None:
            yield from self.attribute(Module(module), found.name)
        elif not found.level:
            yield External(canonical(f"{found.module}.{found.name}"))

    def _star(self, filename: str, star: ImportFacts, name: str) -> Iterator[Value]:
        module = self._modules.resolve(filename, star.module, star.level)
        if module is not None:
            if self._exports(module, name):
                yield from self.attribute(Module(module), name)
        elif star.module.partition(".")[0] in ("fastapi", "starlette") and name[:1].isupper():
            yield External(canonical(f"{star.module}.{name}"))

    def _exports(self, module: str, name: str) -> bool:
        """Whether a star import of the module gives the name; a literal `__all__` decides."""
        file = self._modules.file(module)
        index = self._files.get(file) if file is not None else None
        listed: set[object] = set()
        for definition in index.defined(MODULE_SCOPE, "__all__") if index is not None else ():
            value = definition.value if isinstance(definition, BindingFacts) else None
            if not isinstance(value, ir.Sequence):
                return True
            listed |= {item.value for item in value.items if isinstance(item, ir.Constant)}
        return not listed or name in listed

    def attribute(self, base: Value, attr: str) -> Iterator[Value]:
        """What `base.attr` may be."""
        match base:
            case Module(key=key):
                yield from self._module_attribute(key, attr)
            case External(name=name):
                yield External(canonical(f"{name}.{attr}"))
            case Class():
                yield from self.class_attribute(base, attr)
            case Instance(class_=class_) | Typed(class_=class_):
                if isinstance(class_, Class):
                    yield from self.class_attribute(class_, attr)
                yield from self._known_method(class_, attr)
            case _:
                return

    def _known_method(self, class_: External | Class, attr: str) -> Iterator[Value]:
        """A method of another package's class of which it is known what it makes or registers."""
        for owner in self.ancestry(class_) if attr in third_party.METHODS else ():
            if isinstance(owner, External):
                name = f"{owner.name}.{attr}"
                if third_party.makes(name) or third_party.registers(name):
                    yield External(name)

    def _module_attribute(self, key: str, attr: str) -> Iterator[Value]:
        file = self._modules.file(key)
        found = False
        if file is not None and file in self._files:
            values = self.values(file, MODULE_SCOPE, self._name(file, attr))
            if all(isinstance(value, Typed) for value in values):
                for filename, scope, expr in self._assigned_elsewhere.get((key, attr), ()):
                    for value in self.values(filename, scope, expr):
                        found = True
                        yield value
            if not found:
                found = bool(values)
                yield from values
        if not found:
            inner = self._modules.submodule(key, attr)
            if inner is not None:
                yield Module(inner)

    @cached_property
    def _assigned_elsewhere(self) -> Mapping[tuple[str, str], list[tuple[str, int, ir.Expr]]]:
        """`module.attr = value` in other modules, by module and attribute."""
        found: dict[tuple[str, str], list[tuple[str, int, ir.Expr]]] = {}
        for filename, index in self._files.items():
            for binding in index.facts.bindings:
                owner, _, attr = binding.name.rpartition(".")
                if owner in ("", "self") or "." in owner or binding.value is None:
                    continue
                _, definitions = index.visible(binding.scope, owner)
                for definition in definitions:
                    module = self._imported_module(filename, definition)
                    if module is not None:
                        place = (filename, binding.scope, binding.value)
                        found.setdefault((module, attr), []).append(place)
        return found

    def _imported_module(self, filename: str, definition: Definition) -> str | None:
        """The project's module that an import binds, by its own path alone."""
        if not isinstance(definition, ImportFacts):
            return None
        if definition.name is None:
            name = definition.module if definition.direct else definition.bound
            return self._modules.resolve(filename, name, 0)
        package = self._modules.resolve(filename, definition.module, definition.level)
        return self._modules.submodule(package, definition.name) if package is not None else None

    def _name(self, file: str, attr: str) -> ir.Name:
        """One `Name` object for each name of a module, so that its value is remembered."""
        key = (file, attr)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = ir.Name(attr, NOWHERE)
        return name

    def bound(
        self, filename: str, scope: int, expr: ir.Name | ir.Attribute
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """What a name or attribute is bound to as it is written, and where that is read."""
        found = [*self.annotations.definitions(filename, scope, expr)]
        if isinstance(expr, ir.Attribute):
            for base in self.values(filename, scope, expr.value):
                class_ = base.class_ if isinstance(base, (Instance, Typed)) else base
                if isinstance(class_, Class):
                    found += self._classes.members(class_, expr.attr)
        for file, owner, definition in found:
            if isinstance(definition, BindingFacts) and definition.value is not None:
                yield file, definition.scope, definition.value
            elif isinstance(definition, Parameter):
                yield from self.arguments(Function(file, owner), definition)
                if definition.default is not None:
                    yield file, owner, definition.default

    # Classes, parameters

    @property
    def is_busy(self) -> bool:
        """Whether an answer may be cut short by a cycle, so that it is not to be remembered."""
        return bool(self._running)

    def bases(self, class_: External | Class) -> Iterator[External | Class]:
        """The direct base classes."""
        return self._classes.bases(class_)

    def ancestry(self, class_: External | Class) -> tuple[External | Class, ...]:
        """The class and all its bases, nearest first."""
        return self._classes.ancestry(class_)

    def is_subclass(self, class_: External | Class, *names: str) -> bool:
        """Whether the class is, or derives from, one of the canonical names."""
        return self._classes.is_subclass(class_, *names)

    def class_attribute(self, class_: Class, attr: str) -> Iterator[Value]:
        """What `class_.attr` or `instance.attr` may be, the nearest definition only."""
        return self._classes.attribute(class_, attr)

    def overriding(self, class_: Class, attr: str) -> Iterator[Value]:
        """What the project's own subclasses of a class define for an attribute."""
        return self._classes.overriding(class_, attr)

    def arguments(
        self, function: Function, parameter: Parameter
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """The expressions that the project's calls of a function pass for a parameter."""
        return self._parameters.arguments(function, parameter)

    def argument_offset(self, function: Function) -> int:
        """1 for a method, whose first parameter its caller does not write; else 0."""
        return self._parameters.argument_offset(function)

    def call_sites(self, function: Function) -> tuple[tuple[str, CallFacts], ...]:
        """The project's calls of a function by name; of `__init__`, those that run it."""
        return self._parameters.call_sites(function)


def _at(display: Display, index: int | None) -> ir.Expr | None:
    """The item at that place, None where it cannot be told."""
    if index is None or index >= len(display.items):
        return None
    return None if any(isinstance(i, ir.Spread) for i in display.items) else display.items[index]
