"""Middleware layers: from `add_middleware`, `Middleware(...)`, decorators and wrapping calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Span
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.facts import Parameter
from asgi_lint.model.third_party import Kind
from asgi_lint.model.values import Class, External, Function, Instance
from asgi_lint.model.wiring.parts import Layer, Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.wiring.reader import Reader


class LayerReader:
    """Reads the layers that an expression registers."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def listed(
        self, filename: str, scope: int, middleware: ir.Expr | None, position: Position
    ) -> Iterator[Layer]:
        """The layers of `middleware=[Middleware(X, ...), ...]`, in order."""
        for value in self._reader.evaluator.items(filename, scope, middleware):
            if isinstance(value, Instance) and self._reader.is_(value.class_, fw.MIDDLEWARE):
                yield from self.registered(value.filename, value.scope, value.call, position)

    def registered(
        self, filename: str, scope: int, call: ir.Call, position: Position
    ) -> Iterator[Layer]:
        """The layer that `add_middleware(X, ...)` or `Middleware(X, ...)` stands for."""
        expr = call.argument(0, "middleware_class") or call.keyword("cls")
        if expr is None:
            return
        place = Place(filename, call.func.span)
        known = False
        for value in self._reader.values(filename, scope, expr):
            if isinstance(value, (Class, External)):
                known = True
                layer = self._layer(filename, scope, call, value, place, position)
                depends = self._depends_on_caller(filename, scope, expr)
                yield replace(layer, is_base_http=False, is_known=False) if depends else layer
            elif isinstance(value, Function):
                known = True
                yield self._made_by(value, place, scope, position)
        if not known:
            name = ir.last_name(expr) or "middleware"
            yield Layer(name, None, None, is_base_http=False, place=place, scope=scope,
                        position=position, is_known=False)  # fmt: skip

    def _depends_on_caller(self, filename: str, scope: int, expr: ir.Expr) -> bool:
        """Whether it is a parameter of a function that is called in several places."""
        if not isinstance(expr, ir.Name):
            return False
        owner, found = self._reader.files[filename].visible(scope, expr.id)
        if not any(isinstance(each, Parameter) for each in found):
            return False
        return len(self._reader.evaluator.call_sites(Function(filename, owner))) > 1

    def _made_by(self, factory: Function, place: Place, scope: int, position: Position) -> Layer:
        """`add_middleware(f)` with a function that returns the middleware around its argument."""
        name = self._function_name(factory)
        returns = self._reader.files[factory.filename].function(factory.scope).returns
        for expr in returns:
            for value in self._reader.values(factory.filename, factory.scope, expr):
                if isinstance(value, Instance) and self._reader.may_wrap(value.class_):
                    made = self._layer(
                        value.filename, value.scope, value.call, value.class_, place, position
                    )
                    return replace(made, name=name, scope=scope, done=None)
        return Layer(
            name, None, None, is_base_http=False, place=place, scope=scope, position=position,
            is_known=False,
        )  # fmt: skip

    def wrapper(self, filename: str, scope: int, call: ir.Call, class_: External | Class) -> Layer:
        """`Timing(app)`: a layer put around an application by hand."""
        place = Place(filename, call.func.span)
        return self._layer(filename, scope, call, class_, place, Position.WRAPPED)

    def brought(self, class_: str, called: str, place: Place, scope: int) -> Layer:
        """A layer that another package's function adds to the application that it gets."""
        kind = self._reader.kind(class_)
        return Layer(
            name=called if class_ == fw.BASE_HTTP_MIDDLEWARE else class_.rpartition(".")[2],
            class_=External(class_),
            dispatcher=None,
            is_base_http=kind is Kind.BASE_HTTP,
            place=place,
            scope=scope,
            is_known=kind is not Kind.UNKNOWN,
        )

    def decorated(self, function: Function, place: Place, scope: int) -> Layer:
        """`@app.middleware("http")`."""
        name = self._function_name(function)
        return Layer(name, None, function, is_base_http=True, place=place, scope=scope)

    def _layer(
        self,
        filename: str,
        scope: int,
        call: ir.Call,
        class_: External | Class,
        place: Place,
        position: Position,
    ) -> Layer:
        dispatch = call.keyword("dispatch")
        if class_ == External(fw.BASE_HTTP_MIDDLEWARE):
            dispatch = call.argument(1, "dispatch")
        dispatcher = self._dispatcher(filename, scope, dispatch, class_)
        is_base = self._reader.is_(class_, fw.BASE_HTTP_MIDDLEWARE)
        return Layer(
            name=self._name(class_, dispatcher),
            class_=class_,
            dispatcher=dispatcher,
            is_base_http=is_base,
            place=place,
            scope=scope,
            position=position,
            is_known=is_base or self._is_known(class_),
            done=Place(filename, Span(call.span.end, call.span.end)),
        )

    def _is_known(self, class_: External | Class) -> bool:
        if isinstance(class_, External):
            return self._reader.kind(class_.name) is not Kind.UNKNOWN
        return self._reader.is_asgi(class_)

    def _dispatcher(
        self, filename: str, scope: int, dispatch: ir.Expr | None, class_: External | Class
    ) -> Function | None:
        values = [*self._reader.values(filename, scope, dispatch)]
        for value in [*values]:
            if isinstance(value, Instance) and isinstance(value.class_, Class):
                values += self._reader.evaluator.class_attribute(value.class_, "__call__")
        if isinstance(class_, Class):
            values += self._reader.evaluator.class_attribute(class_, "dispatch")
        return next((v for v in values if isinstance(v, Function)), None)

    def _name(self, class_: External | Class, dispatcher: Function | None) -> str:
        """The class's name; for Starlette's own with `dispatch=`, the function's."""
        if isinstance(class_, Class):
            return self._reader.files[class_.filename].class_(class_.scope).name
        if class_.name == fw.BASE_HTTP_MIDDLEWARE and dispatcher is not None:
            return self._function_name(dispatcher)
        return class_.name.rpartition(".")[2]

    def _function_name(self, function: Function) -> str:
        return self._reader.files[function.filename].function(function.scope).name
