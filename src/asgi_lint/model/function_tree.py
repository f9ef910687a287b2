"""One function of a parsed file, as the extractors of rules get to see it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from asgi_lint.model.children import all_nodes, own_nodes

if TYPE_CHECKING:
    import ast
    import re
    from collections.abc import Callable, Hashable, Sequence

    import libcst as cst

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.facts import ImportFacts
    from asgi_lint.model.parse import Positions
    from asgi_lint.model.spans import Spans
    from asgi_lint.model.whole_file import WholeFile


_Answer = TypeVar("_Answer")


class File(Protocol):
    """What is known of the file as a whole while its functions are looked at."""

    @property
    def spans(self) -> Spans:
        """The file's lines, and where its nodes stand."""

    @property
    def indent(self) -> str:
        """The file's own unit of indentation."""

    @property
    def imports(self) -> Sequence[ImportFacts]:
        """The imports met so far."""

    @property
    def whole(self) -> WholeFile | None:
        """LibCST's tree of all of it; None where that cannot be had."""

    def leave_out(self, function: str, why: str, place: Span) -> None:
        """Say that no rule can look into a function."""

    def canonical(self, name: str, scope: int) -> str:
        """`name` with its first part replaced by what an import binds it to."""


class NotReadError(Exception):
    """LibCST does not read a function that the running Python does."""


class FunctionTree:
    """A definition with its scope index, and what a rule may ask about its nodes and file.

    `name`, `parameters` (the names of all, in order; `positional` are those that may be passed by
    position, `ordinary` those of them that may also be passed by name), `is_async`, `is_generator`
    and the text of its rows are there at once. `node` is LibCST's tree of this function alone,
    which takes ten times as long as all of its facts: ask for it last.
    """

    def __init__(
        self,
        definition: ast.FunctionDef | ast.AsyncFunctionDef,
        scope: int,
        parameters: tuple[str, ...],
        file: File,
        *,
        is_generator: bool,
    ) -> None:
        self.name = definition.name
        self.parameters = parameters
        self.scope = scope
        self.is_async = type(definition).__name__ == "AsyncFunctionDef"
        self.is_generator = is_generator
        arguments = definition.args
        self.ordinary = tuple(each.arg for each in arguments.args)
        self.positional = (*(each.arg for each in arguments.posonlyargs), *self.ordinary)
        self.first_row = definition.lineno
        self.last_row = definition.end_lineno or definition.lineno
        self._definition = definition
        self._file = file

    @property
    def body(self) -> list[ast.stmt]:
        """The statements of the body in Python's own tree."""
        return self._definition.body

    @property
    def arguments(self) -> ast.arguments:
        """The parameters as written, with their annotations and defaults."""
        return self._definition.args

    @cached_property
    def own_nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the body in Python's own tree, without those of inner functions.

        They cost nothing; where they do, a rule needs no LibCST.
        """
        return tuple(own_nodes(*self.body))

    @cached_property
    def all_nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the body in Python's own tree, with those of inner functions."""
        return tuple(all_nodes(*self.body))

    def place(self, node: ast.AST) -> Span:
        """Where a node of Python's own tree stands."""
        return self._file.spans(node)

    @property
    def name_place(self) -> Span:
        """Where the function's name stands."""
        return self._file.spans.name(self._definition)

    @cached_property
    def in_file(self) -> FunctionInFile:
        """The function within LibCST's tree of the whole file: slow, unless the file is small."""
        return FunctionInFile(
            self._definition,
            self.scope,
            self.parameters,
            self._file,
            is_generator=self.is_generator,
        )

    @property
    def node(self) -> cst.FunctionDef:
        """LibCST's tree of the function, its decorators included."""
        return self._parsed[0]

    @cached_property
    def text(self) -> str:
        """The lines of the function below its decorators."""
        return self._file.spans.text(self.first_row, self.last_row)

    @cached_property
    def body_text(self) -> str:
        """The lines of the function's body."""
        return self._file.spans.text(self._definition.body[0].lineno, self.last_row)

    @property
    def indent(self) -> str:
        """The file's own unit of indentation."""
        return self._file.indent

    @property
    def newline(self) -> str:
        """What ends the file's lines."""
        return self._file.spans.newline

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node of this function stands, white space around it left out."""
        return self._parsed[1].span(node)

    def names(self, node: cst.BaseExpression) -> str | None:
        """The canonical dotted name of a name or attribute chain, by this file's imports."""
        from asgi_lint.model.syntax import dotted_name

        name = dotted_name(node)
        return self.canonical(name) if name else None

    def canonical(self, name: str) -> str:
        """A dotted name of this function with its first part replaced by what an import says."""
        return self._file.canonical(name, self.scope)

    def imports(self, module: str) -> bool:
        """Whether the file, so far, imports a top-level module or something from it."""
        return any(
            found.level == 0 and found.module.partition(".")[0] == module
            for found in self._file.imports
        )

    @property
    def decorators_text(self) -> str:
        """The lines of the decorators, "" without any."""
        first = self._first_row_of_all
        return "\n".join(self.lines[first - 1 : self.first_row - 1])

    def stands_in_file(self, pattern: re.Pattern[str]) -> bool:
        """Whether the text of the file has a match."""
        return pattern.search(self._file.spans.whole_text) is not None

    @property
    def lines(self) -> Sequence[str]:
        """The file's lines without their endings."""
        return self._file.spans.lines

    def line(self, row: int) -> str:
        """The text of a line of the file, from 1, without its ending."""
        return self.lines[row - 1]

    @property
    def _first_row_of_all(self) -> int:
        rows = (each.lineno for each in self._definition.decorator_list)
        return min((self.first_row, *rows))

    @cached_property
    def _parsed(self) -> tuple[cst.FunctionDef, Positions]:
        import libcst as cst

        from asgi_lint.model.parse import Positions, parse
        from asgi_lint.nesting import out_of_bounds

        first = self._first_row_of_all
        text = self._file.spans.text(first, self.last_row)
        if why := out_of_bounds(text):
            self._file.leave_out(self.name, why, self.name_place)
            raise NotReadError
        if text[:1].isspace():  # a method, or nested: something must stand around its indentation
            text = f"if 1:{self.newline}{text}"
            first -= 1
        module = parse(text)
        statement: cst.CSTNode | None = module.body[0] if module is not None else None
        if isinstance(statement, cst.If):
            statement = statement.body.body[0]
        if module is None or not isinstance(statement, cst.FunctionDef):
            raise NotReadError
        return statement, Positions(module, first)


class FunctionInFile(FunctionTree):
    """The same function, for what cannot be told from it alone: `node` is part of `module`.

    `module` is LibCST's tree of the file, `class_` the class whose method the function is.
    """

    @property
    def module(self) -> cst.Module:
        """The tree of the whole file."""
        return self._whole.module

    @property
    def class_(self) -> cst.ClassDef | None:
        """The class whose method the function is."""
        return self._found[1]

    def once(self, question: Hashable, find: Callable[[], _Answer]) -> _Answer:
        """What `find` finds out about the file; it is asked once for all functions of the file."""
        answers = self._whole.answers
        if question not in answers:
            answers[question] = find()
        return cast("_Answer", answers[question])

    @cached_property
    def _parsed(self) -> tuple[cst.FunctionDef, Positions]:
        return self._found[0], self._whole.positions

    @property
    def _found(self) -> tuple[cst.FunctionDef, cst.ClassDef | None]:
        found = self._whole.functions.get(self._file.spans.name(self._definition).start)
        if found is None:
            raise NotReadError
        return found

    @property
    def _whole(self) -> WholeFile:
        whole = self._file.whole
        if whole is None:
            raise NotReadError
        return whole
