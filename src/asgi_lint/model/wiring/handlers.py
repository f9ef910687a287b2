"""Handlers: lifespans, start-up and shutdown functions, exception handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class, Function
from asgi_lint.model.wiring.parts import Handling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.values import Value
    from asgi_lint.model.wiring.reader import Reader

_DEPTH = 6
"""Dicts of handlers within dicts of handlers that are looked into."""


class HandlerReader:
    """Reads the handlers that a call or decorator registers."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def constructed(self, filename: str, scope: int, call: ir.Call) -> Iterator[Handling]:
        """`lifespan=`, `on_startup=`, `on_shutdown=` and `exception_handlers=`."""
        yield from self.function(filename, scope, "lifespan", "", call.keyword("lifespan"))
        for kind in ("startup", "shutdown"):
            yield from self.listed(filename, scope, kind, call.keyword(f"on_{kind}"))
        handlers = call.keyword("exception_handlers")
        yield from self._exceptions(filename, scope, handlers)

    def _exceptions(
        self, filename: str, scope: int, handlers: ir.Expr | None, depth: int = 0
    ) -> Iterator[Handling]:
        """What a dict of exception handlers holds, also what it takes over from others by `**`."""
        if depth > _DEPTH:
            return
        for file, owner, mapping in self._mappings(filename, scope, handlers):
            for key, value in mapping.items:
                if key is not None:
                    yield from self.function(file, owner, "exception", subject(key), value)
                else:
                    yield from self._exceptions(file, owner, value, depth + 1)

    def called(self, filename: str, scope: int, call: ir.Call) -> Iterator[Handling]:
        """`add_event_handler("startup", f)` and `add_exception_handler(X, f)`."""
        first, second = call.positional(0), call.positional(1)
        if ir.last_name(call.func) == "add_event_handler":
            kind = self._reader.text(filename, scope, first or call.keyword("event_type"))
            yield from self.function(filename, scope, kind, "", second or call.keyword("func"))
            return
        of = first or call.keyword("exc_class_or_status_code")
        handler = second or call.keyword("handler")
        yield from self.function(filename, scope, "exception", subject(of), handler)

    def decorated(
        self, filename: str, scope: int, call: ir.Call, function: Function
    ) -> Iterator[Handling]:
        """`@app.on_event("startup")` and `@app.exception_handler(X)`."""
        first = call.positional(0)
        name = self._reader.files[function.filename].function(function.scope).name
        place = Place(filename, call.func.span)
        if ir.last_name(call.func) == "exception_handler":
            of = first or call.keyword("exc_class_or_status_code")
            yield Handling("exception", name, subject(of), function, place, scope)
            return
        kind = self._reader.text(filename, scope, first or call.keyword("event_type"))
        if kind in ("startup", "shutdown"):
            yield Handling(kind, name, "", function, place, scope)

    def function(
        self, filename: str, scope: int, kind: str, of: str, expr: ir.Expr | None
    ) -> Iterator[Handling]:
        """The handler that an expression stands for, without a function if there is none to see."""
        if expr is None or (isinstance(expr, ir.Constant) and expr.value is None):
            return
        place = Place(filename, expr.span)
        found = False
        for value in self._reader.values(filename, scope, expr):
            for function in self._functions(value):
                found = True
                name = self._reader.files[function.filename].function(function.scope).name
                yield Handling(kind, name, of, function, place, scope)
        if not found and (kind != "lifespan" or not self._is_absent(filename, scope, expr)):
            yield Handling(kind, _name(expr), of, None, place, scope)

    def _is_absent(self, filename: str, scope: int, expr: ir.Expr) -> bool:
        """Whether it is None unless a caller passes something."""
        if isinstance(expr, ir.Lambda) or self._reader.values(filename, scope, expr):
            return False
        return not self._reader.is_unseen(filename, scope, expr)

    def _functions(self, value: Value) -> Iterator[Function]:
        if isinstance(value, Function):
            yield value
        elif isinstance(value, Class):
            for name in ("__aenter__", "__call__"):
                for found in self._reader.evaluator.class_attribute(value, name):
                    if isinstance(found, Function):
                        yield found
                        return

    def listed(
        self, filename: str, scope: int, kind: str, handlers: ir.Expr | None
    ) -> Iterator[Handling]:
        """The handlers in a list, as `on_startup=` takes it."""
        match handlers:
            case ir.Sequence(items=items):
                for item in items:
                    yield from self.function(filename, scope, kind, "", item)
            case None:
                return
            case _:
                for value in self._reader.evaluator.items(filename, scope, handlers):
                    if isinstance(value, Function):
                        name = self._reader.files[value.filename].function(value.scope).name
                        place = Place(filename, handlers.span)
                        yield Handling(kind, name, "", value, place, scope)

    def _mappings(
        self, filename: str, scope: int, expr: ir.Expr | None
    ) -> Iterator[tuple[str, int, ir.Mapping]]:
        """A dict as it is written, also behind a name."""
        if isinstance(expr, ir.Mapping):
            yield filename, scope, expr
        elif isinstance(expr, (ir.Name, ir.Attribute)):
            aliased = self._reader.evaluator.annotations.aliased(filename, scope, expr)
            for file, owner, value in aliased:
                if isinstance(value, ir.Mapping):
                    yield file, owner, value


def subject(expr: ir.Expr | None) -> str:
    """What an exception handler is for, as it is written: "404", "ValueError"."""
    match expr:
        case ir.Constant(value=value):
            return str(value)
        case None:
            return ""
        case _:
            return ir.last_name(expr) or "…"


def _name(expr: ir.Expr) -> str:
    match expr:
        case ir.Lambda():
            return "lambda"
        case ir.Call(func=func):
            return ir.dotted(func) or "…"
        case _:
            return ir.dotted(expr) or "…"
