"""Expressions to the values they may have: imports, aliases, factories and parameters followed.

This is no interpreter. It knows assignments, imports, calls of classes and functions and
attribute access, takes every branch, and gives nothing where it does not know.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import FILE_START, Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import third_party
from asgi_lint.model.annotations import Annotations
from asgi_lint.model.callees import Callees
from asgi_lint.model.facts import (
    MODULE_SCOPE,
    BindingFacts,
    ImportFacts,
    Parameter,
    ScopeFacts,
)
from asgi_lint.model.frameworks import base_of, canonical
from asgi_lint.model.values import (
    Class,
    Display,
    External,
    Function,
    Generator,
    Instance,
    Module,
    Typed,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import Definition, FileIndex
    from asgi_lint.model.modules import Modules
    from asgi_lint.model.third_party import Releases

_DEPTH = 40
"""Names, calls and parameters followed from one expression; wiring is never that far away."""

_BUDGET = 2_000
"""Expressions looked at for one that stands in a knot of calls; then it counts as unknown."""

_CALL_SITES = 50
"""Call sites looked at for the values of one parameter."""

_NO_CUT = 1 << 30
_NO_SPAN = FILE_START

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


class Evaluator:
    """Evaluates expressions of the project's files; results are remembered."""

    def __init__(
        self,
        files: Mapping[str, FileIndex],
        modules: Modules,
        releases: Releases | None = None,
    ) -> None:
        self._files = files
        self.releases = releases
        self._modules = modules
        self._known: dict[tuple[str, int, int], tuple[Value, ...]] = {}
        self._running: dict[tuple[str, int, int], int] = {}
        self._lowest_cut = _NO_CUT
        self._partial: dict[tuple[str, int, int], tuple[tuple[Value, ...], int]] = {}
        """Results that a cycle may have cut short: good enough until the outermost is done."""
        self._names: dict[tuple[str, str], ir.Name] = {}
        self._made: dict[tuple[str, int, int], tuple[Class | External, ...]] = {}
        self._ancestry: dict[External | Class, tuple[External | Class, ...]] = {}
        self._subclass: dict[tuple[External | Class, tuple[str, ...]], bool] = {}
        self._callees = Callees(files, modules)
        self.annotations = Annotations(files, modules, self)

    def values(self, filename: str, scope: int, expr: ir.Expr | None) -> tuple[Value, ...]:
        """What `expr`, read in that scope of that file, may be; empty where it is not known."""
        if expr is None:
            return ()
        key = (filename, scope, id(expr))
        known = self._known.get(key)
        if known is not None:
            return known
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
            self._known[key] = found
            self._lowest_cut = before
        else:
            self._partial[key] = (found, self._lowest_cut)
            self._lowest_cut = min(before, self._lowest_cut)
        if not self._running:
            self._partial.clear()
        return found

    def _evaluate(self, filename: str, scope: int, expr: ir.Expr) -> Iterator[Value]:
        match expr:
            case ir.Name(id=name, span=span):
                yield from self.lookup(filename, scope, name, span)
            case ir.Attribute(value=value, attr=attr):
                for base in self.values(filename, scope, value):
                    yield from self.attribute(base, attr)
            case ir.Call():
                yield from self._call(filename, scope, expr)
            case ir.Await(value=value) | ir.Spread(value=value):
                yield from self.values(filename, scope, value)
            case ir.Either(options=options):
                for option in options:
                    yield from self.values(filename, scope, option)
            case ir.Sequence(items=items, span=span):
                yield Display(filename, scope, items, span)
            case ir.Item():
                yield from self._items(filename, scope, expr)
            case ir.Subscript(value=value):
                yield from self._subscript(filename, scope, value)
            case ir.Constant() | ir.Joined() | ir.Lambda() | ir.Mapping() | ir.Unknown():
                return

    def made(self, filename: str, scope: int, call: ir.Call) -> tuple[Class | External, ...]:
        """The classes that a call may make an instance of.

        Most calls of a program are of functions and methods: a name that begins in lower case
        counts only where an import or an assignment binds it.
        """
        key = (filename, scope, id(call))
        known = self._made.get(key)
        if known is None:
            known = tuple(self._make(filename, scope, call))
            if not self._running:
                self._made[key] = known
        return known

    def _make(self, filename: str, scope: int, call: ir.Call) -> Iterator[Class | External]:
        name = (ir.last_name(call.func) or "").lstrip("_")
        if not name[:1].isupper():
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

    def _mappings(
        self, filename: str, scope: int, expr: ir.Expr
    ) -> Iterator[tuple[str, int, ir.Mapping]]:
        """The dicts, as they are written, that an expression stands for."""
        if isinstance(expr, ir.Mapping):
            yield filename, scope, expr
        elif isinstance(expr, (ir.Name, ir.Attribute)):
            for file, owner, value in self.bound(filename, scope, expr):
                if isinstance(value, ir.Mapping):
                    yield file, owner, value

    def _view(self, filename: str, scope: int, func: ir.Attribute) -> Iterator[Value]:
        """`d.values()` and `d.items()`."""
        for file, owner, mapping in self._mappings(filename, scope, func.value):
            items: list[ir.Expr] = []
            for key, value in mapping.items:
                if key is None:
                    continue
                is_pair = func.attr == "items"
                items.append(ir.Sequence((key, value), value.span) if is_pair else value)
            yield Display(file, owner, tuple(items), mapping.span)

    def _subscript(self, filename: str, scope: int, value: ir.Expr) -> Iterator[Value]:
        """`Generic[T]` is `Generic`; an item of a list or dict is any of its items."""
        for file, owner, mapping in self._mappings(filename, scope, value):
            for _, each in mapping.items:
                yield from self.values(file, owner, each)
        for base in self.values(filename, scope, value):
            if isinstance(base, (Class, External)):
                yield base
            elif isinstance(base, Display):
                yield from self.display_items(base)

    # Names

    def lookup(
        self, filename: str, scope: int, name: str, read: Span | None = None
    ) -> Iterator[Value]:
        """What a bare name may mean in a scope: where it is read, or once the scope is done."""
        index = self._files[filename]
        owner, definitions = index.reaching(scope, name, None if read == _NO_SPAN else read)
        for definition in definitions:
            yield from self._definition(filename, owner, definition)
        if not definitions and not name.startswith("_"):
            for star in reversed(index.star_imports):
                found = [*self._star(filename, star, name)]
                yield from found
                if any(not isinstance(value, External) for value in found):
                    return

    def _definition(self, filename: str, scope: int, definition: Definition) -> Iterator[Value]:
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
                yield from self.parameter(Function(filename, scope), definition)

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
            name = self._names[key] = ir.Name(attr, _NO_SPAN)
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
                    found += self._members(class_, expr.attr)
        for file, owner, definition in found:
            if isinstance(definition, BindingFacts) and definition.value is not None:
                yield file, definition.scope, definition.value
            elif isinstance(definition, Parameter):
                yield from self.arguments(Function(file, owner), definition)
                if definition.default is not None:
                    yield file, owner, definition.default

    def _members(self, class_: Class, attr: str) -> Iterator[tuple[str, int, Definition]]:
        for owner in self.ancestry(class_):
            if isinstance(owner, Class):
                index = self._files[owner.filename]
                for name in (attr, f"self.{attr}"):
                    for definition in index.defined(owner.scope, name):
                        yield owner.filename, owner.scope, definition

    # Classes

    def bases(self, class_: External | Class) -> Iterator[External | Class]:
        """The direct base classes."""
        if isinstance(class_, External):
            base = base_of(class_.name, self.releases)
            if base is not None:
                yield External(base)
            return
        index = self._files[class_.filename]
        parent = index.facts.scopes[class_.scope].parent
        for expr in index.class_(class_.scope).bases:
            for value in self.values(class_.filename, parent, expr):
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
        if not self._running:
            self._ancestry[class_] = found
        return found

    def is_subclass(self, class_: External | Class, *names: str) -> bool:
        """Whether the class is, or derives from, one of the canonical names."""
        key = (class_, names)
        known = self._subclass.get(key)
        if known is None:
            known = any(isinstance(c, External) and c.name in names for c in self.ancestry(class_))
            if not self._running:
                self._subclass[key] = known
        return known

    def class_attribute(self, class_: Class, attr: str) -> Iterator[Value]:
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
                for value in self._definition(owner.filename, owner.scope, definition):
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
            yield from self.values(value.filename, value.scope, expr)

    # Calls

    def _call(self, filename: str, scope: int, call: ir.Call) -> Iterator[Value]:
        if isinstance(call.func, ir.Attribute) and call.func.attr in _VIEWS and not call.args:
            yield from self._view(filename, scope, call.func)
        for target in self.values(filename, scope, call.func):
            match target:
                case Class():
                    yield Instance(target, filename, call.span, scope, call)
                case External(name=name) if name in _TRANSPARENT_CALLS:
                    position = 1 if name == "typing.cast" else 0
                    yield from self.values(filename, scope, call.positional(position))
                case External(name=name) if name == _PARTIAL:
                    yield from self.values(filename, scope, call.positional(0))
                case External(name=name) if name in _FIELDS:
                    yield from self._default(filename, scope, call)
                case External(name=name) if name in third_party.CALLABLES:
                    yield from self._known_call(filename, scope, call, target)
                case External(name=name):
                    if name.rpartition(".")[2].lstrip("_")[:1].isupper():
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
                copied = self.values(filename, scope, call.positional(0))
                yield from map(_reversed, copied[::-1]) if call.func.id == "reversed" else copied

    def _known_call(
        self, filename: str, scope: int, call: ir.Call, target: External
    ) -> Iterator[Value]:
        """What another package's function gives, by the table of what such packages export."""
        made = third_party.makes(target.name, self.releases)
        if made is not None and made.is_class:
            yield External(made.returns)
            return
        returns = third_party.returns(target.name, self.releases)
        if returns is not None:
            yield Instance(External(returns), filename, call.span, scope, call)
            return
        registration = third_party.registers(target.name, self.releases)
        if registration is not None and registration.returns_app:
            app = call.keyword(registration.app) or call.positional(0)
            yield from self.values(filename, scope, app)
        elif target.name.rpartition(".")[2][:1].isupper():
            yield Instance(target, filename, call.span, scope, call)

    def _default(self, filename: str, scope: int, call: ir.Call) -> Iterator[Value]:
        """What `field(default_factory=lambda: X())` and its like begin with."""
        default = call.keyword("default") or call.keyword("default_factory")
        default = default or call.keyword("factory") or call.positional(0)
        if isinstance(default, ir.Call) and ir.last_name(default.func) == "Factory":
            default = default.positional(0)
        if isinstance(default, ir.Lambda):
            default = default.body
        yield from self.values(filename, scope, default)

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
                yield from self._passed(target, parameter, filename, scope, call)
                continue
            for value in self.values(target.filename, target.scope, expr):
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
        owner, found = index.reaching(function.scope, expr.id, expr.span)
        if owner != function.scope or len(found) != 1 or not isinstance(found[0], Parameter):
            return None
        return found[0] if self._receiver(function, found[0]) is None else None

    def _passed(
        self, function: Function, parameter: Parameter, filename: str, scope: int, call: ir.Call
    ) -> Iterator[Value]:
        """What one call passes for a parameter, else its default."""
        position = self._position(function, parameter)
        argument = call.keyword(parameter.name)
        if argument is None and position is not None:
            argument = call.positional(position - self.argument_offset(function))
        if argument is not None:
            yield from self.values(filename, scope, argument)
        elif parameter.default is not None:
            yield from self.values(function.filename, function.scope, parameter.default)

    def parameter(self, function: Function, parameter: Parameter) -> Iterator[Value]:
        """What a parameter may be: what its callers pass, else what its annotation says."""
        owner = self._receiver(function, parameter)
        if owner is not None:
            yield Typed(owner, function.filename, function.scope, parameter.name)
            return
        found = False
        for filename, scope, expr in self.arguments(function, parameter):
            for value in self.values(filename, scope, expr):
                found = True
                yield value
        if found:
            return
        if parameter.annotation is not None:
            parent = self._files[function.filename].facts.scopes[function.scope].parent
            for class_ in self.annotations.classes(function.filename, parent, parameter.annotation):
                found = True
                yield Typed(class_, function.filename, function.scope, parameter.name)
        if not found and parameter.default is not None:
            yield from self.values(function.filename, function.scope, parameter.default)

    def arguments(
        self, function: Function, parameter: Parameter
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """The expressions that the project's calls of a function pass for a parameter."""
        if parameter.kind:
            return
        offset = self.argument_offset(function)
        position = self._position(function, parameter)
        for filename, found in self.call_sites(function):
            expr = (
                found.call.keyword(parameter.name)
                if position is None
                else found.call.argument(position - offset, parameter.name)
            )
            if expr is not None:
                yield filename, found.scope, expr

    def _receiver(self, function: Function, parameter: Parameter) -> Class | None:
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
        """The project's calls of a function by name; of `__init__`, those of its class."""
        index = self._files[function.filename]
        if index.function(function.scope).name == "__init__":
            owner = index.facts.scopes[function.scope].parent
            return self._callees.sites(Class(function.filename, owner))[:_CALL_SITES]
        return self._callees.sites(function)[:_CALL_SITES]


def _at(display: Display, index: int | None) -> ir.Expr | None:
    """The item at that place, None where it cannot be told."""
    if index is None or index >= len(display.items):
        return None
    return None if any(isinstance(i, ir.Spread) for i in display.items) else display.items[index]


def _is_annotation(definition: Definition) -> bool:
    """Whether it is `x: T` without a value."""
    return isinstance(definition, BindingFacts) and definition.value is None


def _reversed(value: Value) -> Value:
    return replace(value, items=value.items[::-1]) if isinstance(value, Display) else value
