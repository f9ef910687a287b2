"""What an expression may stand for when the program runs.

Values are keys of many mappings: `Struct` hashes them many times faster than a dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place, Span
    from asgi_lint.model.expressions import Call, Expr


class External(Struct, frozen=True, gc=False):
    """Something outside the project, by its canonical dotted name."""

    name: str


class Module(Struct, frozen=True, gc=False):
    """A module of the project; see `modules.Modules` for the key."""

    key: str


class Function(Struct, frozen=True, gc=False):
    """A function of the project: its file and scope index."""

    filename: str
    scope: int


class Class(Struct, frozen=True, gc=False):
    """A class of the project: its file and scope index."""

    filename: str
    scope: int


@dataclass(frozen=True, slots=True)
class Instance:
    """An object made by the call at `span`; one call is one object, however often it runs.

    Except in a factory: what a function makes and returns is one object for each call of the
    function, at `made_by`. Within the factory itself `made_by` is None.
    """

    class_: External | Class
    filename: str
    span: Span
    scope: int = field(compare=False)
    call: Call = field(compare=False)
    made_by: Place | None = None

    def __hash__(self) -> int:
        return hash((self.filename, self.span))

    @property
    def home(self) -> tuple[str, int]:
        """The file and scope that the object is made in."""
        return self.filename, self.scope


class Typed(Struct, frozen=True, gc=False):
    """A parameter or variable of which only the type is known."""

    class_: External | Class
    filename: str
    scope: int
    name: str


class Generator(Struct, frozen=True, gc=False):
    """What calling a generator function gives; `span` is that of the call."""

    function: Function
    filename: str
    span: Span


@dataclass(frozen=True, slots=True)
class Display:
    """A list, tuple or set; its items are still expressions of `scope`."""

    filename: str
    scope: int
    items: tuple[Expr, ...] = field(compare=False)
    span: Span


Value: TypeAlias = External | Module | Function | Class | Instance | Typed | Generator | Display
