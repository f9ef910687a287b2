"""A small, picklable copy of the expressions that linking looks at.

Only what can name, build, hold or pass on an object is kept; everything else is `Unknown`.
Spans are those of the source text, so that any expression can be pointed at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from asgi_lint.diagnostics import Span  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterator


class Name(Struct, frozen=True, gc=False, array_like=True, tag=1):
    """A bare name."""

    id: str
    span: Span


class Attribute(Struct, frozen=True, gc=False, array_like=True, tag=2):
    """`value.attr`; `attr_span` is the span of the name after the dot."""

    value: Expr
    attr: str
    span: Span
    attr_span: Span


class Argument(Struct, frozen=True, gc=False, array_like=True):
    """One argument of a call; `star` is "", "*" or "**"."""

    value: Expr
    keyword: str | None
    star: str
    span: Span


class Call(Struct, frozen=True, gc=False, array_like=True, tag=3):
    """A call with its arguments in source order."""

    func: Expr
    args: tuple[Argument, ...]
    span: Span

    def keyword(self, name: str) -> Expr | None:
        """The value of the keyword argument `name`."""
        return next((arg.value for arg in self.args if arg.keyword == name), None)

    def positional(self, index: int) -> Expr | None:
        """The positional argument at `index`, unless an unpacked one stands before it."""
        for position, arg in enumerate(self.args):
            if arg.keyword is not None or arg.star:
                return None
            if position == index:
                return arg.value
        return None

    def argument(self, index: int, keyword: str) -> Expr | None:
        """The argument that a parameter at `index` with the name `keyword` receives."""
        by_position = self.positional(index)
        return by_position if by_position is not None else self.keyword(keyword)

    @property
    def unpacks(self) -> bool:
        """Whether some arguments are hidden behind `*` or `**`."""
        return any(arg.star for arg in self.args)


class Sequence(Struct, frozen=True, gc=False, array_like=True, tag=4):
    """A list, tuple or set display, or the parts of a concatenation."""

    items: tuple[Expr, ...]
    span: Span


class Mapping(Struct, frozen=True, gc=False, array_like=True, tag=5):
    """A dict display; a key of None stands for `**value`."""

    items: tuple[tuple[Expr | None, Expr], ...]
    span: Span


class Spread(Struct, frozen=True, gc=False, array_like=True, tag=6):
    """`*value` in a display, or one item of `value` as the target of a `for` (see `Item`)."""

    value: Expr
    span: Span


class Item(Struct, frozen=True, gc=False, array_like=True, tag=7):
    """Some item of `value`: what a `for` target or a comprehension variable is bound to.

    `index` is the item's place where a display is unpacked, None for any of them.
    """

    value: Expr
    span: Span
    index: int | None = None


class Constant(Struct, frozen=True, gc=False, array_like=True, tag=8):
    """A literal of text or a number, decoded, or True, False, None."""

    value: str | int | float | bool | None
    span: Span


class Joined(Struct, frozen=True, gc=False, array_like=True, tag=9):
    """An f-string, by its parts."""

    parts: tuple[Expr, ...]
    span: Span


class Subscript(Struct, frozen=True, gc=False, array_like=True, tag=10):
    """`value[items]`."""

    value: Expr
    items: tuple[Expr, ...]
    span: Span


class Await(Struct, frozen=True, gc=False, array_like=True, tag=11):
    """`await value`."""

    value: Expr
    span: Span


class Lambda(Struct, frozen=True, gc=False, array_like=True, tag=12):
    """A lambda, with the expression that it returns."""

    body: Expr
    span: Span


class Either(Struct, frozen=True, gc=False, array_like=True, tag=13):
    """One of several values: a conditional, `or`/`and`, or `X | None`."""

    options: tuple[Expr, ...]
    span: Span


class Bytes(Struct, frozen=True, gc=False, array_like=True, tag=15):
    """A literal of bytes: apart from `Constant`, since a cache tells them from text only so."""

    value: bytes
    span: Span


class Unknown(Struct, frozen=True, gc=False, array_like=True, tag=14):
    """Anything else."""

    span: Span


Expr: TypeAlias = (
    Name
    | Attribute
    | Call
    | Sequence
    | Mapping
    | Spread
    | Item
    | Constant
    | Bytes
    | Joined
    | Subscript
    | Await
    | Lambda
    | Either
    | Unknown
)


def dotted(expr: Expr) -> str | None:
    """`a.b.c` of a name or a chain of attributes, None for anything else."""
    parts: list[str] = []
    while isinstance(expr, Attribute):
        parts.append(expr.attr)
        expr = expr.value
    if not isinstance(expr, Name):
        return None
    return ".".join([expr.id, *reversed(parts)])


def last_name(expr: Expr) -> str | None:
    """The rightmost name of `a`, `a.b` or `f().b`."""
    match expr:
        case Name(id=name) | Attribute(attr=name):
            return name
        case _:
            return None


def nested_calls(expr: Expr) -> Iterator[Call]:
    """The calls in the arguments of a call, one level after the other."""
    match expr:
        case Call():
            yield expr
            for arg in expr.args:
                yield from nested_calls(arg.value)
        case Await(value=value) | Spread(value=value) | Item(value=value):
            yield from nested_calls(value)
        case Either(options=items) | Sequence(items=items):
            for item in items:
                yield from nested_calls(item)
        case _:
            return
