"""What reading the wiring needs to ask about expressions, in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model import third_party
from asgi_lint.model.facts import Parameter
from asgi_lint.model.texts import UNKNOWN, Texts
from asgi_lint.model.third_party import Kind
from asgi_lint.model.values import Class, Display, External, Instance, Typed
from asgi_lint.model.wiring.parts import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.values import Value
    from asgi_lint.model.wiring.parts import Node

ROUTING = (fw.STARLETTE, fw.ROUTER, fw.MOUNT, fw.HOST)
"""The classes of everything that takes routes."""

_WRAPPED = ("app", "asgi_app", "other_asgi_app", "application")
"""What a middleware calls the parameter for the application that it wraps."""

_WRAPPERS = 40
"""Wrappers around wrappers that are looked through."""

_DEPTH = 6
"""Lists unpacked into lists that are looked through."""


class Reader:
    """Expressions to nodes, texts and items."""

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self.files = files
        self.evaluator = evaluator
        self._texts = Texts(evaluator)
        self._wraps: dict[External | Class, bool] = {}
        self._framework_files = {
            name: any(i.module.partition(".")[0] in fw.FRAMEWORKS for i in index.facts.imports)
            for name, index in files.items()
        }

    def values(self, filename: str, scope: int, expr: ir.Expr | None) -> tuple[Value, ...]:
        """What an expression may stand for."""
        return self.evaluator.values(filename, scope, expr)

    def with_overriding(self, filename: str, scope: int, expr: ir.Expr) -> tuple[Value, ...]:
        """What an expression may stand for; of `self.x` also what subclasses make of it."""
        found = self.values(filename, scope, expr)
        if not isinstance(expr, ir.Attribute):
            return found
        owners = self.values(filename, scope, expr.value)
        classes = (o.class_ for o in owners if isinstance(o, Typed) and o.name == "self")
        overriding = (
            value
            for class_ in classes
            if isinstance(class_, Class)
            for value in self.evaluator.overriding(class_, expr.attr)
        )
        return tuple(dict.fromkeys((*found, *overriding)))

    def is_(self, class_: External | Class, *names: str) -> bool:
        """Whether a class is, or derives from, one of the canonical names."""
        return self.evaluator.is_subclass(class_, *names)

    def text(self, filename: str, scope: int, expr: ir.Expr | None) -> str:
        """The text of an expression, with "…" for what is not known; "" for None."""
        return self._texts.text(filename, scope, expr)

    def texts(self, filename: str, scope: int, expr: ir.Expr | None) -> tuple[str, ...]:
        """The texts in a list of them; "…" for one that is not known."""
        found = self.values(filename, scope, expr)
        displays = [value for value in found if isinstance(value, Display)]
        if expr is not None and not displays:
            return (UNKNOWN,)
        return tuple(text for display in displays[:1] for text in self._texts_in(display))

    def _texts_in(self, display: Display) -> Iterator[str]:
        for item in display.items:
            if isinstance(item, ir.Spread):
                yield from self.texts(display.filename, display.scope, item.value)
            else:
                yield self.text(display.filename, display.scope, item)

    def imports_framework(self, filename: str) -> bool:
        """Whether a file imports FastAPI or Starlette itself."""
        return self._framework_files[filename]

    # Nodes

    def nodes(self, filename: str, scope: int, expr: ir.Expr | None) -> Iterator[Node]:
        """The applications and routers that `expr` may be, also within a middleware around it.

        `app.router` counts as `app`.
        """
        return self._nodes(filename, scope, expr, 0, set())

    def _nodes(
        self,
        filename: str,
        scope: int,
        expr: ir.Expr | None,
        depth: int,
        seen: set[tuple[str, int, int]],
    ) -> Iterator[Node]:
        """`seen` are the expressions looked at: wrappers may be given each other in any number."""
        key = (filename, scope, id(expr))
        if expr is None or depth > _WRAPPERS or key in seen:
            return
        seen.add(key)
        if isinstance(expr, ir.Attribute) and expr.attr == "router":
            yield from self._nodes(filename, scope, expr.value, depth + 1, seen)
        for value in self.values(filename, scope, expr):
            if not isinstance(value, (Instance, Typed)):
                continue
            if self.is_(value.class_, *ROUTING):
                yield value
            elif isinstance(value, Instance) and self.may_wrap(value.class_):
                inner = self.wrapped(value.class_, value.call)
                yield from self._nodes(value.filename, value.scope, inner, depth + 1, seen)

    def bypassed(self, filename: str, scope: int, expr: ir.Expr, node: Node) -> frozenset[Position]:
        """The layers of `node` that are not passed by what goes to `expr`, which stands for it."""
        owner = expr.value if isinstance(expr, ir.Attribute) and expr.attr == "router" else None
        if owner is not None and node in self.nodes(filename, scope, owner):
            return frozenset(Position)
        if node in self.values(filename, scope, expr):
            return frozenset((Position.WRAPPED,))
        return frozenset()

    def may_wrap(self, class_: External | Class) -> bool:
        """Whether a class is a middleware, so far as its bases, methods and name tell."""
        known = self._wraps.get(class_)
        if known is None:
            known = self._wraps[class_] = self._is_middleware(class_)
        return known

    def _is_middleware(self, class_: External | Class) -> bool:
        if self.is_(class_, fw.BASE_HTTP_MIDDLEWARE):
            return True
        if isinstance(class_, Class):
            return self.is_asgi(class_)
        name = class_.name
        return self.kind(name) is not Kind.UNKNOWN or third_party.wraps(name) is not None

    def kind(self, name: str) -> Kind:
        """How a middleware of another package is built, in the release that the project has."""
        stated = self.evaluator.stated.kind_of(name)
        return stated or third_party.kind_of(name, self.evaluator.releases)

    def is_asgi(self, class_: Class) -> bool:
        """Whether a class of the project has an ASGI `__call__(self, scope, receive, send)`."""
        for found in self.evaluator.class_attribute(class_, "__call__"):
            function = getattr(found, "scope", None)
            index = self.files.get(getattr(found, "filename", ""))
            if index is None or function is None:
                continue
            facts = index.facts.scopes[function].function
            if facts is not None and len([p for p in facts.parameters if not p.kind]) == 4:
                return True
        return any(
            isinstance(base, External) and self.kind(base.name) is Kind.ASGI
            for base in self.evaluator.ancestry(class_)
        )

    def wrapped(self, class_: External | Class, call: ir.Call) -> ir.Expr | None:
        """The argument of a middleware's constructor that is the application in it."""
        if isinstance(class_, External):
            parameter = third_party.wraps(class_.name, self.evaluator.releases)
            if parameter is not None and (found := call.keyword(parameter)) is not None:
                return found
        for name in _WRAPPED:
            if (found := call.keyword(name)) is not None:
                return found
        return call.positional(0)

    # Arguments

    def expanded(self, filename: str, scope: int, call: ir.Call) -> tuple[ir.Call, list[Place]]:
        """The call with the keywords that `**` hides, and where those stay hidden."""
        if not call.unpacks:
            return call, []
        arguments: list[ir.Argument] = []
        hidden: list[Place] = []
        for argument in call.args:
            found = self._unpacked(filename, scope, argument) if argument.star else [argument]
            arguments += found
            if argument.star and not found and not self._is_passed_on(filename, scope, argument):
                hidden.append(Place(filename, argument.span))
        return structs.replace(call, args=tuple(arguments)), hidden

    def _is_passed_on(self, filename: str, scope: int, argument: ir.Argument) -> bool:
        """`**kwargs` of an `__init__`: what its caller gives is read there."""
        function = self.files[filename].facts.scopes[scope].function
        if function is None or function.name != "__init__":
            return False
        parameter = function.parameter(ir.dotted(argument.value) or "")
        return parameter is not None and bool(parameter.kind)

    def _unpacked(self, filename: str, scope: int, argument: ir.Argument) -> list[ir.Argument]:
        """The keywords in `**{"a": b}` and `**dict(a=b)`, also behind a name of the same scope."""
        exprs = [(filename, scope, argument.value)]
        if isinstance(argument.value, (ir.Name, ir.Attribute)):
            exprs = [*self.evaluator.bound(filename, scope, argument.value)]
        for file, owner, expr in exprs:
            if (file, owner) != (filename, scope):
                continue
            if isinstance(expr, ir.Mapping):
                return [
                    ir.Argument(value, key.value, "", value.at)
                    for key, value in expr.items
                    if isinstance(key, ir.Constant) and isinstance(key.value, str)
                ]
            if isinstance(expr, ir.Call) and ir.dotted(expr.func) == "dict":
                return [each for each in expr.args if each.keyword is not None]
        return []

    # Gaps

    def is_unseen(self, filename: str, scope: int, expr: ir.Expr | None) -> bool:
        """Whether nothing at all is known of an expression that is there."""
        match expr:
            case None | ir.Constant() | ir.Lambda() | ir.Mapping():
                return False
            case ir.Either(options=options):
                return all(self.is_unseen(filename, scope, option) for option in options)
            case ir.Name(id=name):
                _, found = self.files[filename].visible(scope, name)
                if any(_is_absent(each) for each in found):
                    return False
        return not self.values(filename, scope, expr)

    def unseen_items(
        self, filename: str, scope: int, expr: ir.Expr | None, depth: int = 0
    ) -> Iterator[Place]:
        """The parts of a list that cannot be followed."""
        if expr is None or depth > _DEPTH:
            return
        values = self.values(filename, scope, expr)
        is_hidden = bool(values) and not any(isinstance(value, Display) for value in values)
        if is_hidden or self.is_unseen(filename, scope, expr):
            yield Place(filename, expr.span)
        elif isinstance(expr, (ir.Name, ir.Attribute)):
            yield from self._unseen_parts(filename, scope, expr)
        for value in values:
            if not isinstance(value, Display):
                continue
            for item in value.items:
                if isinstance(item, ir.Spread):
                    yield from self.unseen_items(value.filename, value.scope, item.value, depth + 1)
                elif self.is_unseen(value.filename, value.scope, item):
                    yield Place(value.filename, item.span)

    def _unseen_parts(
        self, filename: str, scope: int, expr: ir.Name | ir.Attribute
    ) -> Iterator[Place]:
        """What a list that a name holds was made or extended from and that cannot be followed."""
        for file, owner, value in self.evaluator.bound(filename, scope, expr):
            if not isinstance(value, ir.Sequence) and self.is_unseen(file, owner, value):
                yield Place(file, value.span)


def _is_absent(definition: object) -> bool:
    """A parameter that is None unless a caller passes something."""
    return isinstance(definition, Parameter) and (
        isinstance(definition.default, ir.Constant) or bool(definition.kind)
    )
