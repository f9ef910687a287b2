"""What parameters ask for with `Depends`, and which dependencies release what they yield."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.children import arguments_of, children_of, dotted_name, own_nodes
from asgi_lint.model.values import Class, External, Function, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from asgi_lint.model.facts import Parameter
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Value

    _Block: TypeAlias = ast.With | ast.AsyncWith | ast.For | ast.AsyncFor

RELEASING = frozenset(
    {"aclose", "cleanup", "close", "disconnect", "dispose", "logout", "putconn", "quit", "release",
     "remove", "rmtree", "shutdown", "stop", "terminate", "unlink"}
)  # fmt: skip
"""Functions and methods after which an object is of no more use."""

_NOT_OF_ARGUMENTS = frozenset({"remove", "stop"})
"""Those that release the object they are called on, not what they are given: `list.remove(x)`."""

_DEPTH = 6
"""Aliases of annotations and generators that pass on others' items, followed."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one `Depends` gives; `ends_early` stands for its `scope="function"`."""

    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    ends_early: bool


class ClosingDependencies:
    """Answers for one project, from the candidates that `closing` found."""

    def __init__(self, project: Project, code: str) -> None:
        self._project = project
        self._closing: dict[Function, list[Candidate]] = {}
        for filename, candidate in project.candidates(code):
            if candidate.get("kind") == "closes":
                function = Function(filename, candidate.scope)
                self._closing.setdefault(function, []).append(candidate)

    def given(self, function: Function, parameter: Parameter) -> Iterator[Given]:
        """What `Depends` asks for on behalf of a parameter."""
        outer = self._project.files[function.filename].facts.scopes[function.scope].parent
        if isinstance(parameter.default, ir.Call):
            yield from self._depends(
                function.filename, outer, parameter.default, parameter.annotation
            )
        if parameter.annotation is not None:
            yield from self._annotated(function.filename, outer, parameter.annotation, 0)

    def _annotated(
        self, filename: str, scope: int, annotation: ir.Expr, depth: int
    ) -> Iterator[Given]:
        match annotation:
            case ir.Subscript(value=value, items=items) if ir.last_name(value) == "Annotated":
                for item in items[1:]:
                    if isinstance(item, ir.Call):
                        yield from self._depends(filename, scope, item, items[0])
            case ir.Name() | ir.Attribute() if depth < _DEPTH:
                aliases = self._project.evaluator.annotations.aliased(filename, scope, annotation)
                for file, owner, aliased in aliases:
                    yield from self._annotated(file, owner, aliased, depth + 1)
            case _:
                return

    def _depends(
        self, filename: str, scope: int, call: ir.Call, annotation: ir.Expr | None
    ) -> Iterator[Given]:
        evaluator = self._project.evaluator
        called = evaluator.values(filename, scope, call.func)
        if External(fw.DEPENDS) not in called and External(fw.SECURITY) not in called:
            return
        written = call.argument(0, "dependency") or annotation
        scope_name = call.keyword("scope")
        ends_early = isinstance(scope_name, ir.Constant) and scope_name.value == "function"
        values = evaluator.values(filename, scope, written)
        functions = tuple(function for value in values for function in self._functions(value))
        classes = tuple(value for value in values if isinstance(value, Class))
        yield Given(functions, classes, ends_early)

    def _functions(self, value: Value) -> Iterator[Function]:
        """A function itself, an object's `__call__`."""
        match value:
            case Function():
                yield value
            case Instance(class_=Class() as class_):
                for method in self._project.evaluator.class_attribute(class_, "__call__"):
                    if isinstance(method, Function):
                        yield method
            case _:
                return

    def closes(self, function: Function, depth: int = 0) -> bool:
        """Whether a generator releases what it yields, itself or in one that it passes on."""
        return depth <= _DEPTH and any(
            self._is_closing(function, candidate, depth)
            for candidate in self._closing.get(function, ())
        )

    def _is_closing(self, function: Function, candidate: Candidate, depth: int) -> bool:
        """Whether what is yielded is released, by the function or where it comes from.

        A `with` releases what it binds, unless its context manager is a generator of the project
        that does not.
        """
        source = candidate.get("source")
        if not source:
            return True
        generators = [g for g in self._named(function, source) if self._is_generator(g)]
        if not generators:
            return candidate.get("by") == "with"
        return any(self.closes(generator, depth + 1) for generator in generators)

    def _named(self, function: Function, name: str) -> Iterator[Function]:
        """The functions that a dotted name stands for within a function."""
        first, *attributes = name.split(".")
        evaluator = self._project.evaluator
        values = [*evaluator.lookup(function.filename, function.scope, first)]
        for attr in attributes:
            values = [each for base in values for each in evaluator.attribute(base, attr)]
        return (value for value in values if isinstance(value, Function))

    def _is_generator(self, function: Function) -> bool:
        return self._project.function(function).is_generator


# In one function's tree


def closing(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """`yield x` where `x` is released afterwards, or comes from a generator that may release it."""
    if not (tree.is_generator and any(map(_may_hold, tree.own_nodes))):
        return
    for node, around in _yields(tree):
        names = _held_names(node)
        if not names:
            continue
        is_released = _released_later(tree, names, node)
        sources = [("", "")] if is_released else [*_bound_around(around, names)]
        for by, source in sources:
            detail = (("kind", "closes"), ("by", by), ("source", source))
            yield Candidate(code, tree.scope, tree.place(node), detail)


def _may_hold(node: ast.AST) -> bool:
    """Whether it is a `yield` of something that has a name, or is given something that has one."""
    return isinstance(node, ast.Yield) and isinstance(node.value, (ast.Name, ast.Call))


def _yields(tree: FunctionTree) -> Iterator[tuple[ast.Yield, tuple[_Block, ...]]]:
    """Each `yield` of a function with the `with` and `for` statements around it."""
    stack: list[tuple[ast.AST, tuple[_Block, ...]]] = [(each, ()) for each in reversed(tree.body)]
    while stack:
        node, around = stack.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.Yield():
                yield node, around
                continue
            case ast.With() | ast.AsyncWith() | ast.For() | ast.AsyncFor():
                around = (*around, node)
            case _:
                pass
        stack += [(each, around) for each in reversed(children_of(node))]


def _held_names(node: ast.Yield) -> frozenset[str]:
    """The name that is yielded, or those that an object made on the spot is given."""
    match node.value:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Call() as call:
            return frozenset(each.id for each in arguments_of(call) if isinstance(each, ast.Name))
        case _:
            return frozenset()


def _bound_around(around: tuple[_Block, ...], names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each `with` or `for` that binds one of the names, and the function that it calls."""
    for outer in around:
        match outer:
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if names & _bound_by(item):
                        made = item.context_expr
                        yield "with", dotted_name(made.func if isinstance(made, ast.Call) else made)
            case ast.For() | ast.AsyncFor():
                if isinstance(outer.iter, ast.Call) and names & _names(outer.target):
                    yield "for", dotted_name(outer.iter.func)


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(each.id for each in own_nodes(node) if isinstance(each, ast.Name))


def _bound_by(item: ast.withitem) -> frozenset[str]:
    """What one item of a `with` binds, and what it closes by `with x:` or `with closing(x):`."""
    bound = _names(item.optional_vars) if item.optional_vars is not None else frozenset[str]()
    match item.context_expr:
        case ast.Name(id=name):
            return bound | {name}
        case ast.Call(func=func) as call if dotted_name(func).endswith("closing"):
            match arguments_of(call):
                case [ast.Name(id=name)]:
                    return bound | {name}
                case _:
                    return bound
        case _:
            return bound


def _released_later(tree: FunctionTree, names: frozenset[str], node: ast.Yield) -> bool:
    """Whether `x.close()` or `release(x)` follows the `yield`."""
    after = tree.place(node).end
    for call in tree.own_nodes:
        if not isinstance(call, ast.Call):
            continue
        name = dotted_name(call.func)
        last = name.rpartition(".")[2]
        if last not in RELEASING or tree.place(call).start < after:
            continue
        released = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        if last not in _NOT_OF_ARGUMENTS or name == "os.remove":
            released += arguments_of(call)
        if any(isinstance(each, ast.Name) and each.id in names for each in released):
            return True
    return False
