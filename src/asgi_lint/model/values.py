"""What an expression may stand for when the program runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place, Span
    from asgi_lint.model.expressions import Call, Expr


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the project, by its canonical dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the project; see `modules.Modules` for the key."""

    key: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the project: its file and scope index."""

    filename: str
    scope: int


@dataclass(frozen=True, slots=True)
class Class:
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

    @property
    def home(self) -> tuple[str, int]:
        """The file and scope that the object is made in."""
        return self.filename, self.scope


@dataclass(frozen=True, slots=True)
class Typed:
    """A parameter or variable of which only the type is known."""

    class_: External | Class
    filename: str
    scope: int
    name: str


@dataclass(frozen=True, slots=True)
class Generator:
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
