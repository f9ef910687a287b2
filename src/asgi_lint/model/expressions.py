"""A small, picklable copy of the expressions that linking looks at.

Only what can name, build, hold or pass on an object is kept; everything else is `Unknown`.
Places are those of the source text, so that any expression can be pointed at: `at` is a span as
`packed` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.model.packed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator


class Name(Placed, frozen=True, gc=False, array_like=True, tag=1):
    """A bare name."""

    id: str
    at: int


class Attribute(Placed, frozen=True, gc=False, array_like=True, tag=2):
    """`value.attr`."""

    value: Expr
    attr: str
    at: int


class Argument(Placed, frozen=True, gc=False, array_like=True):
    """One argument of a call; `star` is "", "*" or "**"."""

    value: Expr
    keyword: str | None
    star: str
    at: int


class Call(Placed, frozen=True, gc=False, array_like=True, tag=3):
    """A call with its arguments in source order."""

    func: Expr
    args: tuple[Argument, ...]
    at: int

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


class Sequence(Placed, frozen=True, gc=False, array_like=True, tag=4):
    """A list, tuple or set display, or the parts of a concatenation."""

    items: tuple[Expr, ...]
    at: int


class Mapping(Placed, frozen=True, gc=False, array_like=True, tag=5):
    """A dict display; a key of None stands for `**value`."""

    items: tuple[tuple[Expr | None, Expr], ...]
    at: int


class Spread(Placed, frozen=True, gc=False, array_like=True, tag=6):
    """`*value` in a display, or one item of `value` as the target of a `for` (see `Item`)."""

    value: Expr
    at: int


class Item(Placed, frozen=True, gc=False, array_like=True, tag=7):
    """Some item of `value`: what a `for` target or a comprehension variable is bound to.

    `index` is the item's place where a display is unpacked, None for any of them.
    """

    value: Expr
    at: int
    index: int | None = None


class Constant(Placed, frozen=True, gc=False, array_like=True, tag=8):
    """A literal of text or a number, decoded, or True, False, None."""

    value: str | int | float | bool | None
    at: int


class Joined(Placed, frozen=True, gc=False, array_like=True, tag=9):
    """An f-string, by its parts."""

    parts: tuple[Expr, ...]
    at: int


class Subscript(Placed, frozen=True, gc=False, array_like=True, tag=10):
    """`value[items]`."""

    value: Expr
    items: tuple[Expr, ...]
    at: int


class Await(Placed, frozen=True, gc=False, array_like=True, tag=11):
    """`await value`."""

    value: Expr
    at: int


class Lambda(Placed, frozen=True, gc=False, array_like=True, tag=12):
    """A lambda, with the expression that it returns."""

    body: Expr
    at: int


class Either(Placed, frozen=True, gc=False, array_like=True, tag=13):
    """One of several values: a conditional, `or`/`and`, or `X | None`."""

    options: tuple[Expr, ...]
    at: int


class Bytes(Placed, frozen=True, gc=False, array_like=True, tag=15):
    """A literal of bytes: apart from `Constant`, since a cache tells them from text only so."""

    value: bytes
    at: int


class Unknown(Placed, frozen=True, gc=False, array_like=True, tag=14):
    """Anything else."""

    at: int


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
