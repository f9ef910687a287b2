"""Which expressions stand for something that FastAPI closes at the end of a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.expression_parts import parts
from asgi_lint.model.facts import MODULE_SCOPE, BindingFacts, Parameter
from asgi_lint.model.values import Class, External, Function, Instance
from asgi_lint.rules.background.argument_uses import keeps, methods, only_names
from asgi_lint.rules.background.closing_dependencies import RELEASING, ClosingDependencies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.project import Project

_UPLOADS = frozenset(
    {
        "fastapi.UploadFile",
        "fastapi.datastructures.UploadFile",
        "starlette.datastructures.UploadFile",
    }
)
_AROUND = frozenset({"Annotated", "List", "Optional", "Sequence", "list", "set", "tuple"})
"""What may stand around the annotation of one upload."""

_DEPTH = 6
"""Helpers, aliases and dependencies of dependencies that are followed."""


@dataclass(frozen=True, slots=True)
class Scoped:
    """Something that is closed with its request.

    `text` is how it is written, `owner` the dependency that closes it (empty for an upload) and
    `receiver` the function that FastAPI gives it. `ends_early` says that it is closed before the
    response on every release, by its `scope="function"`. `steps` lead to where it comes from.
    """

    text: str
    owner: str
    receiver: Function
    ends_early: bool
    steps: tuple[Step, ...]


class ScopedObjects:
    """Answers for one project."""

    def __init__(self, project: Project, code: str) -> None:
        self._project = project
        self._evaluator = project.evaluator
        self._dependencies = ClosingDependencies(project, code)

    def among(
        self, filename: str, scope: int, callee: ir.Expr, given: tuple[ir.Argument, ...]
    ) -> tuple[Scoped, Span] | None:
        """The first argument that is scoped, or an object whose public methods all use that.

        An upload does not count if `callee` only looks at its name.
        """
        for at, argument in enumerate(given):
            expr = argument.value
            found = self.of(filename, scope, expr) or self._object(filename, scope, expr, None, 0)
            if found is not None and (
                found.owner or not only_names(self._project, filename, scope, callee, given, at)
            ):
                return found, expr.span
        return None

    def of(self, filename: str, scope: int, expr: ir.Expr, depth: int = 0) -> Scoped | None:
        """What an expression stands for, if it is, or is the file of, something scoped."""
        if depth > _DEPTH:
            return None
        match expr:
            case ir.Name(id=name):
                return self._name(filename, scope, name, depth)
            case ir.Attribute(value=value, attr="file"):
                upload = self._upload(filename, scope, value, depth)
                return replace(upload, text=f"{upload.text}.file") if upload else None
            case ir.Subscript(value=value) | ir.Item(value=value):
                return self._upload(filename, scope, value, depth)
            case ir.Spread(value=value):
                return self.of(filename, scope, value, depth + 1)
            case ir.Either(options=items) | ir.Sequence(items=items):
                return self._first(filename, scope, items, depth)
            case ir.Mapping(items=pairs):
                return self._first(filename, scope, (value for _, value in pairs), depth)
            case _:
                return None

    def taken_along(
        self, filename: str, scope: int, expr: ir.Expr, depth: int = 0
    ) -> Scoped | None:
        """What a callable takes along: in a lambda, an inner function, a `partial`, its object."""
        if depth > _DEPTH:
            return None
        match expr:
            case ir.Lambda(body=body):
                return self._within(filename, scope, body)
            case ir.Call(func=func, args=args) if self._is_partial(filename, scope, func):
                return self._first(filename, scope, (a.value for a in args[1:]), depth) or (
                    self.taken_along(filename, scope, args[0].value, depth + 1) if args else None
                )
            case ir.Attribute(value=value, attr=attr) if attr not in RELEASING:
                return self.of(filename, scope, value, depth + 1) or self._object(
                    filename, scope, value, attr, depth + 1
                )
            case ir.Name():
                return self._inner_function(filename, scope, expr)
            case _:
                return None

    def _upload(self, filename: str, scope: int, expr: ir.Expr, depth: int) -> Scoped | None:
        found = self.of(filename, scope, expr, depth + 1)
        return found if found is not None and not found.owner else None

    def _first(
        self, filename: str, scope: int, options: Iterable[ir.Expr], depth: int
    ) -> Scoped | None:
        found = (self.of(filename, scope, option, depth + 1) for option in options)
        return next((each for each in found if each is not None), None)

    def _is_partial(self, filename: str, scope: int, func: ir.Expr) -> bool:
        return External("functools.partial") in self._evaluator.values(filename, scope, func)

    def _within(self, filename: str, scope: int, expr: ir.Expr) -> Scoped | None:
        """What the calls in an expression are given, or are made on."""
        for part in parts(expr):
            if isinstance(part, ir.Call):
                given = [argument.value for argument in part.args]
                if isinstance(part.func, ir.Attribute) and part.func.attr not in RELEASING:
                    given.append(part.func.value)
                found = self._first(filename, scope, given, 0)
                if found is not None:
                    return found
        return None

    def _inner_function(self, filename: str, scope: int, name: ir.Name) -> Scoped | None:
        """What an inner function uses of the function around it."""
        index = self._project.files[filename]
        for value in self._evaluator.values(filename, scope, name):
            if not isinstance(value, Function) or value.filename != filename:
                continue
            if scope == MODULE_SCOPE or index.facts.scopes[value.scope].parent != scope:
                continue
            for found in index.calls[value.scope]:
                captured = self._within(filename, value.scope, found.call)
                if captured is not None and captured.receiver != value:
                    return captured
        return None

    # Names

    def _name(self, filename: str, scope: int, name: str, depth: int) -> Scoped | None:
        owner, definitions = self._project.files[filename].visible(scope, name)
        match definitions:
            case [Parameter() as parameter]:
                return self._parameter(Function(filename, owner), parameter, depth)
            case [BindingFacts(value=value, augments=False) as binding] if value is not None:
                return self.of(filename, binding.scope, value, depth + 1)
            case _:
                return None

    def _parameter(self, function: Function, parameter: Parameter, depth: int) -> Scoped | None:
        """What FastAPI gives for a parameter, or what the function's callers do."""
        if parameter.kind or depth > _DEPTH:
            return None
        asked = [*self._dependencies.given(function, parameter)]
        for given in asked:
            for dependency in given.functions:
                found = self._from_dependency(function, parameter, dependency, depth)
                if found is not None:
                    return replace(found, ends_early=found.ends_early or given.ends_early)
        if asked:
            return None
        arguments = [*self._evaluator.arguments(function, parameter)]
        for filename, scope, expr in arguments:
            found = self.of(filename, scope, expr, depth + 1)
            if found is not None:
                passed = Step("it is handed over here", Place(filename, expr.span))
                return replace(found, text=parameter.name, steps=(*found.steps, passed))
        if not self._is_upload(function, parameter) or any(map(self._is_made, arguments)):
            return None
        steps = (_origin(function, parameter),)
        return Scoped(parameter.name, owner="", receiver=function, ends_early=False, steps=steps)

    def _from_dependency(
        self, function: Function, parameter: Parameter, dependency: Function, depth: int
    ) -> Scoped | None:
        """What a dependency yields and releases, or only returns of another one's."""
        if self._dependencies.closes(dependency):
            name = self._written_name(dependency)
            closes = Step(f"`{name}` closes it", self._project.roles.place(dependency))
            steps = (_origin(function, parameter), closes)
            return Scoped(parameter.name, name, function, ends_early=False, steps=steps)
        returns = self._project.function(dependency).returns
        found = self._first(dependency.filename, dependency.scope, returns, depth)
        if found is None:
            return None
        through = (_origin(function, parameter), *found.steps)
        return replace(found, text=parameter.name, receiver=function, steps=through)

    def _written_name(self, dependency: Function) -> str:
        """The dependency's name; for an object that is called, with its class."""
        facts = self._project.files[dependency.filename].facts
        name = self._project.roles.name(dependency)
        return facts.scopes[dependency.scope].qualname if name == "__call__" else name

    def _is_made(self, argument: tuple[str, int, ir.Expr]) -> bool:
        """Whether the project makes what is passed, such as an upload from bytes."""
        return any(isinstance(value, Instance) for value in self._evaluator.values(*argument))

    def _is_upload(self, function: Function, parameter: Parameter) -> bool:
        """Whether FastAPI gives an upload, or a list of them, for a parameter so annotated.

        Starlette alone closes none, so a project without FastAPI has no such uploads.
        """
        index = self._project.files[function.filename]
        outer = index.facts.scopes[function.scope].parent
        return any(
            isinstance(base, External) and base.name in _UPLOADS
            for annotation in _item_annotations(parameter.annotation)
            for class_ in self._evaluator.annotations.classes(function.filename, outer, annotation)
            for base in self._evaluator.ancestry(class_)
        ) and any(
            self._project.graph.is_fastapi(endpoint.owner)
            for endpoint in self._project.wiring.endpoints
        )

    # Objects that hold something scoped

    def _object(
        self, filename: str, scope: int, expr: ir.Expr, method: str | None, depth: int
    ) -> Scoped | None:
        """What a method of an object, or each if None, uses of what the object was made with."""
        if depth > _DEPTH:
            return None
        match expr:
            case ir.Call(func=func):
                for value in self._evaluator.values(filename, scope, func):
                    if isinstance(value, Class):
                        return self._made(filename, scope, value, expr, method, depth)
            case ir.Name(id=name):
                return self._held_object(filename, scope, name, method, depth)
            case _:
                pass
        return None

    def _held_object(
        self, filename: str, scope: int, name: str, method: str | None, depth: int
    ) -> Scoped | None:
        owner, definitions = self._project.files[filename].visible(scope, name)
        match definitions:
            case [BindingFacts(value=ir.Call() as call, augments=False)]:
                return self._object(filename, owner, call, method, depth + 1)
            case [Parameter() as parameter]:
                return self._given_object(Function(filename, owner), parameter, method, depth)
            case _:
                return None

    def _given_object(
        self, function: Function, parameter: Parameter, method: str | None, depth: int
    ) -> Scoped | None:
        """What a method uses of an object that a dependency makes, or that is one itself."""
        for given in self._dependencies.given(function, parameter):
            made = [
                self._object(dependency.filename, dependency.scope, expr, method, depth + 1)
                for dependency in given.functions
                for expr in self._project.function(dependency).returns
            ]
            injected = [self._injected(class_, method) for class_ in given.classes]
            for found in (*made, *injected):
                if found is not None:
                    return replace(found, receiver=function)
        return None

    def _made(
        self,
        filename: str,
        scope: int,
        class_: Class,
        call: ir.Call,
        method: str | None,
        depth: int,
    ) -> Scoped | None:
        """`Service(db)`: what it is given, if the method uses that."""
        for made in methods(self._project, class_, "__init__"):
            for position, parameter in enumerate(self._project.function(made).parameters[1:]):
                given = call.argument(position, parameter.name)
                found = self.of(filename, scope, given, depth + 1) if given is not None else None
                if found is not None and keeps(self._project, class_, made, parameter.name, method):
                    return found
        return None

    def _injected(self, class_: Class, method: str | None) -> Scoped | None:
        """A class that is a dependency: what FastAPI gives its `__init__`."""
        for made in methods(self._project, class_, "__init__"):
            for parameter in self._project.function(made).parameters[1:]:
                found = self._parameter(made, parameter, _DEPTH)
                if found is not None and keeps(self._project, class_, made, parameter.name, method):
                    return found
        return None


def _origin(function: Function, parameter: Parameter) -> Step:
    return Step(f"`{parameter.name}` comes from here", Place(function.filename, parameter.span))


def _item_annotations(annotation: ir.Expr | None) -> Iterator[ir.Expr]:
    """The annotation of one item of what may be a list, an option or `Annotated`."""
    match annotation:
        case None:
            return
        case ir.Subscript(value=value, items=[first, *_]) if ir.last_name(value) in _AROUND:
            yield from _item_annotations(first)
        case ir.Either(options=options):
            for option in options:
                yield from _item_annotations(option)
        case _:
            yield annotation
