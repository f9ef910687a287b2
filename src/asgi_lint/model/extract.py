"""One file's text to its facts; the only step that parses Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.expressions import Attribute, Call, Constant, Item, Name, dotted, last_name
from asgi_lint.model.expressions import Sequence as Display
from asgi_lint.model.facts import (
    MODULE_SCOPE,
    BindingFacts,
    CallFacts,
    ClassFacts,
    FileFacts,
    FunctionFacts,
    ImportFacts,
    Parameter,
    ScopeFacts,
)
from asgi_lint.model.function_tree import FunctionTree
from asgi_lint.model.lower import Lowering
from asgi_lint.model.parse import TOO_DEEP, Positions, SyntaxProblem, child_nodes, parse
from asgi_lint.model.syntax import alias_name, dotted_name, parameters_of
from asgi_lint.source import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.expressions import Expr

    Extractor = Callable[[FunctionTree], Iterator[Candidate]]


_HANDING_ON = {"run_in_threadpool": 0, "to_thread": 0, "run_sync": 0, "run_in_executor": 1}
"""Functions that call the function which stands at that position of their arguments."""


def extract(
    text: str, filename: str, extractors: Sequence[Extractor] = ()
) -> FileFacts | SyntaxProblem:
    """The facts of one file, with the candidates that the rules' `extractors` see in it.

    A pure function of the text; call it within `parse.with_deep_stack`.
    """
    module = parse(text)
    if isinstance(module, SyntaxProblem):
        return module
    try:
        walk = _Walk(module, split_lines(text), extractors)
        walk.module()
    except RecursionError:
        return TOO_DEEP
    return FileFacts(
        filename=filename,
        scopes=tuple(builder.freeze() for builder in walk.scopes),
        imports=tuple(walk.imports),
        bindings=tuple(walk.bindings),
        calls=tuple(walk.calls),
        candidates=tuple(walk.candidates),
        import_row=walk.import_row,
        newline=module.default_newline,
    )


@dataclass(slots=True)
class _Scope:
    """A scope while its body is walked."""

    index: int
    parent: int
    qualname: str
    class_: ClassFacts | None = None
    class_node: cst.ClassDef | None = None
    function: cst.FunctionDef | None = None
    parameters: tuple[Parameter, ...] = ()
    decorators: tuple[Expr, ...] = ()
    span: Span | None = None
    returns: list[Expr] = field(default_factory=list)
    yields: int = 0
    guarded_yields: int = 0
    guard: int = 0
    end_row: int = 0
    block_end: int = 0
    loop: tuple[int, int] | None = None
    global_names: set[str] = field(default_factory=set)

    def freeze(self) -> ScopeFacts:
        function: FunctionFacts | None = None
        if self.function is not None and self.span is not None:
            function = FunctionFacts(
                name=self.function.name.value,
                span=self.span,
                is_async=self.function.asynchronous is not None,
                is_generator=self.yields > 0,
                parameters=self.parameters,
                decorators=self.decorators,
                returns=tuple(self.returns),
                declares_global=bool(self.global_names),
                yields_under_cleanup=0 < self.yields == self.guarded_yields,
                end_row=self.end_row,
            )
        return ScopeFacts(self.index, self.parent, self.qualname, function, self.class_)


class _Walk:
    """Walks statements by recursion and the expressions in them with a stack."""

    def __init__(
        self, module: cst.Module, lines: Sequence[str], extractors: Sequence[Extractor]
    ) -> None:
        self._module = module
        self.lines = lines
        self._extractors = extractors
        self._positions = Positions(module)
        self._lower = Lowering(self._positions)
        self._type_checking = 0
        self.scopes: list[_Scope] = []
        self.imports: list[ImportFacts] = []
        self.bindings: list[BindingFacts] = []
        self.calls: list[CallFacts] = []
        self.candidates: list[Candidate] = []
        self.import_row = 1

    def module(self) -> None:
        scope = _Scope(MODULE_SCOPE, MODULE_SCOPE, "")
        self.scopes.append(scope)
        self._import_row()
        self._block(self._module.body, scope)

    def _import_row(self) -> None:
        """Below the docstring and the module's first run of imports."""
        for index, statement in enumerate(self._module.body):
            match statement:
                case cst.SimpleStatementLine(body=[cst.Expr(value=value)]) if index == 0:
                    if not isinstance(value, (cst.SimpleString, cst.ConcatenatedString)):
                        return
                case cst.SimpleStatementLine(body=[cst.Import() | cst.ImportFrom(), *_]):
                    pass
                case _:
                    return
            self.import_row = self._positions.span(statement).end.row + 1

    # Statements

    def _block(self, statements: Iterable[cst.CSTNode], scope: _Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, node: cst.CSTNode, scope: _Scope) -> None:
        match node:
            case cst.SimpleStatementLine() | cst.SimpleStatementSuite():
                for small in node.body:
                    self._small_statement(small, scope)
            case cst.FunctionDef():
                self._function(node, scope)
            case cst.ClassDef():
                self._class(node, scope)
            case cst.If():
                self._if(node, scope)
            case cst.Try() | cst.TryStar():
                self._try(node, scope)
            case cst.With():
                self._with(node, scope)
            case cst.For():
                self._expression(node.iter, scope)
                value = self._lower(node.iter)
                self._bind(node.target, Item(value, value.span), scope)
                self._loop(node, scope)
            case cst.While():
                self._expression(node.test, scope)
                self._loop(node, scope)
            case cst.Match():
                self._expression(node.subject, scope)
                for case in node.cases:
                    if case.guard is not None:
                        self._expression(case.guard, scope)
                    self._suite(case.body, scope)
            case _:
                self._suite(node, scope)

    def _loop(self, node: cst.For | cst.While, scope: _Scope) -> None:
        before = scope.loop
        span = self._positions.span(node)
        scope.loop = before or (span.start.row, span.end.row)
        self._suite(node.body, scope)
        scope.loop = before
        self._suite(node.orelse, scope)

    def _suite(self, node: cst.CSTNode | None, scope: _Scope) -> None:
        match node:
            case None:
                return
            case cst.IndentedBlock():
                before = scope.block_end
                is_body = scope.function is not None and scope.function.body is node
                scope.block_end = 0 if is_body else self._positions.span(node).end.row
                self._block(node.body, scope)
                scope.block_end = before
            case cst.Else() | cst.Finally() | cst.ExceptHandler() | cst.ExceptStarHandler():
                self._suite(node.body, scope)
            case cst.If():
                self._statement(node, scope)
            case cst.SimpleStatementSuite():
                before = scope.block_end
                scope.block_end = self._positions.span(node).end.row
                self._statement(node, scope)
                scope.block_end = before
            case _:
                self._expression(node, scope)

    def _if(self, node: cst.If, scope: _Scope) -> None:
        self._expression(node.test, scope)
        test = dotted(self._lower(node.test)) or ""
        only_for_types = test.rpartition(".")[2] == "TYPE_CHECKING"
        self._type_checking += only_for_types
        self._suite(node.body, scope)
        self._type_checking -= only_for_types
        self._suite(node.orelse, scope)

    def _try(self, node: cst.Try | cst.TryStar, scope: _Scope) -> None:
        guarded = node.finalbody is not None
        scope.guard += guarded
        self._suite(node.body, scope)
        scope.guard -= guarded
        for handler in node.handlers:
            if handler.type is not None:
                self._expression(handler.type, scope)
            self._suite(handler, scope)
        self._suite(node.orelse, scope)
        self._suite(node.finalbody, scope)

    def _with(self, node: cst.With, scope: _Scope) -> None:
        for item in node.items:
            self._expression(item.item, scope)
            if item.asname is not None:
                self._bind(item.asname.name, self._lower(item.item), scope)
        self._block(node.body.body, scope)  # it always runs: part of the block around it

    def _small_statement(self, node: cst.BaseSmallStatement, scope: _Scope) -> None:
        match node:
            case cst.Import():
                self._import(node, scope)
            case cst.ImportFrom():
                self._import_from(node, scope)
            case cst.Assign(targets=targets, value=value):
                self._expression(value, scope)
                for target in targets:
                    self._expression(target.target, scope)
                    self._bind(target.target, self._lower(value), scope)
            case cst.AnnAssign(target=target, annotation=annotation, value=value):
                if value is not None:
                    self._expression(value, scope)
                lowered = self._lower(value) if value is not None else None
                self._bind(target, lowered, scope, self._lower.annotation(annotation.annotation))
            case cst.AugAssign(target=target, operator=cst.AddAssign(), value=value):
                self._expression(target, scope)
                self._expression(value, scope)
                self._augment(target, self._lower(value), scope)
            case cst.Global(names=names):
                scope.global_names.update(item.name.value for item in names)
            case cst.TypeAlias(name=name, value=value):
                self._bind(name, self._lower(value), scope)
            case cst.Return(value=value) if value is not None:
                self._expression(value, scope)
                scope.returns.append(self._lower(value))
            case _:
                self._expression(node, scope)

    def _bind(
        self,
        target: cst.CSTNode,
        value: Expr | None,
        scope: _Scope,
        annotation: Expr | None = None,
    ) -> None:
        match target:
            case cst.Name(value=name):
                pass
            case cst.Attribute(value=cst.Name(value="self" | "cls" as owner), attr=attr):
                name = f"self.{attr.value}" if owner == "self" else attr.value
            case cst.Attribute():
                name = dotted(self._lower(target)) or ""
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                is_starred = any(isinstance(e, cst.StarredElement) for e in elements)
                for index, element in enumerate(elements):
                    place = None if is_starred else index
                    item = Item(value, value.span, place) if value is not None else None
                    self._bind(element.value, item, scope)
                return
            case _:
                return
        span = self._positions.span(target)
        is_global = name in scope.global_names
        self.bindings.append(
            BindingFacts(
                scope.index,
                name,
                value,
                annotation,
                span,
                is_global=is_global,
                block_end=scope.block_end,
                loop=scope.loop,
            )
        )

    def _augment(
        self, target: cst.CSTNode, value: Expr, scope: _Scope, *, at_front: bool = False
    ) -> None:
        match target:
            case cst.Name(value=name):
                pass
            case cst.Attribute():
                name = dotted_name(target)
            case _:
                return
        if not name:
            return
        span = self._positions.span(target)
        self.bindings.append(
            BindingFacts(scope.index, name, value, None, span, augments=True, at_front=at_front)
        )

    def _append(self, node: cst.Call, call: Call, scope: _Scope) -> None:
        """`x.append(item)`, `x.insert(0, item)` and `x.extend(items)`."""
        match node.func:
            case cst.Attribute(value=target, attr=cst.Name(value="append" | "insert" | "extend")):
                pass
            case _:
                return
        if not call.args or call.unpacks:
            return
        item = call.args[-1].value
        method = node.func.attr.value
        added = item if method == "extend" else Display((item,), item.span)
        first = call.args[0].value
        at_front = method == "insert" and isinstance(first, Constant) and first.value == 0
        self._augment(target, added, scope, at_front=at_front)

    def _hand_on(self, call: Call, scope: _Scope) -> None:
        """`run_in_threadpool(f, x)` calls `f(x)`, and so do its like."""
        position = _HANDING_ON.get(last_name(call.func) or "")
        function = call.positional(position) if position is not None else None
        if position is not None and isinstance(function, (Name, Attribute)):
            handed = Call(function, call.args[position + 1 :], call.span)
            self.calls.append(CallFacts(scope.index, handed))

    # Imports

    def _import(self, node: cst.Import, scope: _Scope) -> None:
        for alias in node.names:
            module = dotted_name(alias.name)
            direct = alias.asname is not None
            bound = alias_name(alias) if direct else module.partition(".")[0]
            self._add_import(scope, bound, module, None, 0, direct=direct, node=alias)

    def _import_from(self, node: cst.ImportFrom, scope: _Scope) -> None:
        module = dotted_name(node.module) if node.module is not None else ""
        level = len(node.relative)
        if isinstance(node.names, cst.ImportStar):
            self._add_import(scope, "", module, "*", level, direct=False, node=node)
            return
        for alias in node.names:
            name = dotted_name(alias.name)
            bound = alias_name(alias) if alias.asname is not None else name
            self._add_import(scope, bound, module, name, level, direct=True, node=alias)

    def _add_import(
        self,
        scope: _Scope,
        bound: str,
        module: str,
        name: str | None,
        level: int,
        *,
        direct: bool,
        node: cst.CSTNode,
    ) -> None:
        span = self._positions.span(node)
        types_only = self._type_checking > 0
        self.imports.append(
            ImportFacts(scope.index, bound, module, name, level, direct, types_only, span)
        )

    # Definitions

    def _function(self, node: cst.FunctionDef, outer: _Scope) -> None:
        for decorator in node.decorators:
            self._expression(decorator.decorator, outer)
        for _, parameter in parameters_of(node.params):
            if parameter.default is not None:
                self._expression(parameter.default, outer)
        scope = self._enter(outer, node.name)
        scope.function = node
        scope.end_row = self._positions.span(node).end.row
        scope.decorators = tuple(self._lower(d.decorator) for d in node.decorators)
        scope.parameters = tuple(
            self._parameter(parameter, kind, keyword_only=parameter in node.params.kwonly_params)
            for kind, parameter in parameters_of(node.params)
        )
        self._suite(node.body, scope)
        if self._extractors:
            tree = FunctionTree(
                node,
                scope.index,
                self._module,
                self._positions,
                self,
                is_generator=scope.yields > 0,
                class_=outer.class_node,
            )
            for extractor in self._extractors:
                self.candidates.extend(extractor(tree))

    def _parameter(self, node: cst.Param, kind: str, *, keyword_only: bool) -> Parameter:
        return Parameter(
            name=node.name.value,
            annotation=self._lower.annotation(node.annotation.annotation)
            if node.annotation
            else None,
            default=self._lower(node.default) if node.default is not None else None,
            kind=kind,
            keyword_only=keyword_only,
            span=self._positions.span(node.name),
        )

    def _class(self, node: cst.ClassDef, outer: _Scope) -> None:
        for decorator in node.decorators:
            self._expression(decorator.decorator, outer)
        for base in node.bases:
            self._expression(base.value, outer)
        scope = self._enter(outer, node.name)
        scope.class_node = node
        scope.class_ = ClassFacts(
            name=node.name.value,
            span=self._positions.span(node.name),
            bases=tuple(self._lower(base.value) for base in node.bases),
            decorators=tuple(self._lower(d.decorator) for d in node.decorators),
        )
        self._suite(node.body, scope)

    def _enter(self, outer: _Scope, name: cst.Name) -> _Scope:
        qualname = f"{outer.qualname}.{name.value}" if outer.qualname else name.value
        scope = _Scope(len(self.scopes), outer.index, qualname, span=self._positions.span(name))
        self.scopes.append(scope)
        return scope

    # Expressions

    def _expression(self, root: cst.CSTNode, scope: _Scope) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is cst.Call:
                call = self._lower.call(node)  # type: ignore[arg-type]
                self.calls.append(CallFacts(scope.index, call))
                self._append(node, call, scope)  # type: ignore[arg-type]
                self._hand_on(call, scope)
            elif kind is cst.Yield:
                scope.yields += 1
                scope.guarded_yields += scope.guard > 0
            elif kind is cst.NamedExpr:
                self._bind(node.target, self._lower(node.value), scope)  # type: ignore[attr-defined]
            elif kind is cst.CompFor:
                value = self._lower(node.iter)  # type: ignore[attr-defined]
                self._bind(node.target, Item(value, value.span), scope)  # type: ignore[attr-defined]
            stack.extend(reversed([*child_nodes(node)]))

    def canonical(self, name: str, scope: int) -> str:
        """`name` with its first part replaced by what this file's imports bind it to."""
        first, _, rest = name.partition(".")
        while True:
            for found in reversed(self.imports):
                if found.scope == scope and found.bound == first and found.level == 0:
                    target = found.bound if not found.direct else found.module
                    if found.name is not None:
                        target = f"{found.module}.{found.name}"
                    return f"{target}.{rest}" if rest else target
            if scope == MODULE_SCOPE:
                return name
            scope = self.scopes[scope].parent
