"""What one file says, as plain data: its scopes, names, calls and candidates.

A scope is named by its index in `FileFacts.scopes`; index 0 is the module itself. Every other
fact carries the index of the scope that it stands in. `at` is a span as `packed` writes it.
"""

from __future__ import annotations

# ruff: noqa: TC001 - msgspec reads the annotations
from msgspec import Struct

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.expressions import Call, Expr
from asgi_lint.model.packed import Placed

MODULE_SCOPE = 0


class Parameter(Placed, frozen=True, gc=False, array_like=True):
    """A parameter; `kind` is "" for an ordinary one, "*" or "**" for one that collects."""

    name: str
    annotation: Expr | None
    default: Expr | None
    kind: str
    keyword_only: bool
    at: int


class FunctionFacts(Placed, frozen=True, gc=False, array_like=True):
    """What a `def` says besides its body; `span` is that of its name."""

    name: str
    at: int
    is_async: bool
    is_generator: bool
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expr, ...]
    returns: tuple[Expr, ...]
    declares_global: bool
    yields_under_cleanup: bool
    """Every `yield` stands in a `try` that has a `finally`."""
    end_row: int
    """The last row of the definition."""
    suspends: bool
    """There is a place where it may wait for something else: an `await` or its like."""

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((p for p in self.parameters if p.name == name), None)


class ClassFacts(Placed, frozen=True, gc=False, array_like=True):
    """What a `class` says besides its body; `span` is that of its name."""

    name: str
    at: int
    bases: tuple[Expr, ...]
    decorators: tuple[Expr, ...]


class ScopeFacts(Struct, frozen=True, gc=False, array_like=True):
    """A module, class or function; `qualname` is dotted and empty for the module."""

    index: int
    parent: int
    qualname: str
    function: FunctionFacts | None = None
    class_: ClassFacts | None = None


class ImportFacts(Placed, frozen=True, gc=False, array_like=True):
    """One imported name.

    `import a.b` binds `a` to module `a` and makes `a.b` reachable: `bound` "a", `module` "a.b",
    `name` None, `direct` False. `import a.b as c` binds `c` to `a.b` itself: `direct` True.
    `from ..m import x as y`: `bound` "y", `module` "m", `name` "x", `level` 2. A star import has
    the name "*" and binds nothing.
    """

    scope: int
    bound: str
    module: str
    name: str | None
    level: int
    direct: bool
    type_checking: bool
    at: int


class BindingFacts(Placed, frozen=True, gc=False, array_like=True):
    """`name = value`, with or without annotation; `self.x = value` has the name "self.x".

    `augments` marks `name += value` and `name.append(value)`: a list that `name` may hold besides
    what it is bound to, `at_front` for `name.insert(0, value)`. `is_global` says that a `global`
    statement makes the name the module's. `block_end` is the last row of the block that it stands
    in (0 for all of its scope): whatever follows up to there runs after it. `loop` are the rows of
    the outermost loop around it.
    """

    scope: int
    name: str
    value: Expr | None
    annotation: Expr | None
    at: int
    augments: bool = False
    is_global: bool = False
    block_end: int = 0
    loop: tuple[int, int] | None = None
    at_front: bool = False


class CallFacts(Struct, frozen=True, gc=False, array_like=True):
    """A call that is evaluated in `scope`."""

    scope: int
    call: Call


class FileFacts(Struct, frozen=True, gc=False, array_like=True):
    """All facts of one file; `filename` is absolute with forward slashes.

    `unread` are parts that no rule can look into: a sentence about each, and where it begins.

    `import_row` is the row before which a new import statement belongs; `newline` ends its line.
    """

    filename: str
    scopes: tuple[ScopeFacts, ...]
    imports: tuple[ImportFacts, ...]
    bindings: tuple[BindingFacts, ...]
    calls: tuple[CallFacts, ...]
    candidates: tuple[Candidate, ...]
    import_row: int
    newline: str
    unread: tuple[tuple[str, Span], ...] = ()
