"""What annotations name: classes, through `Annotated`, `Final`, `Optional`, unions and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import MODULE_SCOPE, BindingFacts, ImportFacts
from asgi_lint.model.values import Class, External, Module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import Definition, FileIndex
    from asgi_lint.model.modules import Modules

_DEPTH = 10
"""Aliases, unions and imports followed within one annotation."""


class Annotations:
    """Reads the annotations of the project's files."""

    def __init__(
        self, files: Mapping[str, FileIndex], modules: Modules, evaluator: Evaluator
    ) -> None:
        self._files = files
        self._modules = modules
        self._evaluator = evaluator

    def classes(
        self, filename: str, scope: int, annotation: ir.Expr, depth: int = 0
    ) -> Iterator[External | Class]:
        """The classes that an annotation names, `None` and metadata left out."""
        if depth > _DEPTH:
            return
        match annotation:
            case ir.Either(options=options):
                for option in options:
                    yield from self.classes(filename, scope, option, depth + 1)
            case ir.Constant(value=str() as text) if text.isidentifier():
                for class_ in self._evaluator.lookup(filename, scope, text):
                    if isinstance(class_, (External, Class)):
                        yield class_
            case ir.Subscript(value=value, items=items):
                yield from self._generic_classes(filename, scope, value, items, depth)
            case ir.Name() | ir.Attribute():
                for file, owner, aliased in self.aliased(filename, scope, annotation):
                    yield from self.classes(file, owner, aliased, depth + 1)
                for class_ in self._evaluator.values(filename, scope, annotation):
                    if isinstance(class_, Class) or (
                        isinstance(class_, External) and not class_.name.startswith("typing.")
                    ):
                        yield class_
            case _:
                return

    def _generic_classes(
        self, filename: str, scope: int, value: ir.Expr, items: tuple[ir.Expr, ...], depth: int
    ) -> Iterator[External | Class]:
        match (ir.last_name(value), items):
            case ("Annotated", (first, *_)) | ("ClassVar" | "Final" | "Optional", (first,)):
                yield from self.classes(filename, scope, first, depth + 1)
            case ("Union", _):
                for item in items:
                    yield from self.classes(filename, scope, item, depth + 1)
            case _:
                yield from self.classes(filename, scope, value, depth + 1)

    def aliased(
        self, filename: str, scope: int, expr: ir.Expr
    ) -> Iterator[tuple[str, int, ir.Expr]]:
        """The right-hand sides of `Alias = Annotated[...]` that a name stands for."""
        for file, owner, definition in self.definitions(filename, scope, expr):
            if isinstance(definition, BindingFacts) and definition.value is not None:
                yield file, owner, definition.value

    def definitions(
        self, filename: str, scope: int, expr: ir.Expr, depth: int = 0
    ) -> Iterable[tuple[str, int, Definition]]:
        """Where a name or attribute is defined, imports followed."""
        index = self._files.get(filename)
        if index is None or depth > _DEPTH:
            return
        if isinstance(expr, ir.Attribute):
            for base in self._evaluator.values(filename, scope, expr.value):
                file = self._modules.file(base.key) if isinstance(base, Module) else None
                if file is not None:
                    name = ir.Name(expr.attr, expr.at)
                    yield from self.definitions(file, MODULE_SCOPE, name, depth + 1)
            return
        if not isinstance(expr, ir.Name):
            return
        owner, found = index.visible(scope, expr.id)
        for definition in found or index.star_imports:
            if not isinstance(definition, ImportFacts):
                yield filename, owner, definition
                continue
            module = self._modules.resolve(filename, definition.module, definition.level)
            file = self._modules.file(module) if module is not None else None
            if file is not None and definition.name is not None:
                name = expr if definition.name == "*" else ir.Name(definition.name, expr.at)
                yield from self.definitions(file, MODULE_SCOPE, name, depth + 1)
