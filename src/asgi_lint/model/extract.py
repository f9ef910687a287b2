"""One file's text to its facts; the only step that parses Python."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from asgi_lint.model.children import children_of
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
from asgi_lint.model.packed import pack
from asgi_lint.model.spans import Spans
from asgi_lint.model.syntax_tree import TOO_DEEP, SyntaxProblem, syntax_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.expressions import Expr
    from asgi_lint.model.whole_file import WholeFile

    Extractor: TypeAlias = Callable[[FunctionTree], Iterable[Candidate]]

_Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_HANDING_ON = {"run_in_threadpool": 0, "to_thread": 0, "run_sync": 0, "run_in_executor": 1}
"""Functions that call the function which stands at that position of their arguments."""


def extract(
    text: str, filename: str, extractors: Sequence[Extractor] = ()
) -> FileFacts | SyntaxProblem:
    """The facts of one file, with the candidates that the rules' `extractors` see in it.

    A pure function of the text; call it within `deep_stack.with_deep_stack`.
    """
    module = syntax_tree(text)
    if isinstance(module, SyntaxProblem):
        return module
    try:
        walk = _Walk(text, extractors)
        walk.module(module)
    except RecursionError:
        return TOO_DEEP
    return FileFacts(
        filename=filename,
        scopes=tuple(builder.freeze() for builder in walk.scopes),
        imports=tuple(walk.imports),
        bindings=tuple(walk.bindings),
        calls=tuple(walk.calls),
        candidates=tuple(walk.candidates),
        import_row=_import_row(module),
        newline=walk.spans.newline,
        unread=tuple((message, place) for place, message in walk.unread.items()),
    )


def _import_row(module: ast.Module) -> int:
    """The row below the docstring and the module's first run of imports."""
    row = last = 1
    for index, statement in enumerate(module.body):
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) if index == 0:
                pass
            case ast.Import() | ast.ImportFrom():
                pass
            case _ if statement.lineno == last and row > 1:  # behind a semicolon
                pass
            case _:
                break
        last = statement.end_lineno or last
        row = last + 1
    return row


@dataclass(slots=True)
class _Scope:
    """A scope while its body is walked."""

    index: int
    parent: int
    qualname: str
    class_: ClassFacts | None = None
    function: _Definition | None = None
    parameters: tuple[Parameter, ...] = ()
    decorators: tuple[Expr, ...] = ()
    at: int = 0
    returns: list[Expr] = field(default_factory=list)
    suspends: bool = False
    yields: int = 0
    guarded_yields: int = 0
    guard: int = 0
    block_end: int = 0
    loop: tuple[int, int] | None = None
    global_names: set[str] = field(default_factory=set)

    def freeze(self) -> ScopeFacts:
        function: FunctionFacts | None = None
        if self.function is not None:
            function = FunctionFacts(
                name=self.function.name,
                at=self.at,
                is_async=isinstance(self.function, ast.AsyncFunctionDef),
                is_generator=self.yields > 0,
                parameters=self.parameters,
                decorators=self.decorators,
                returns=tuple(self.returns),
                declares_global=bool(self.global_names),
                yields_under_cleanup=0 < self.yields == self.guarded_yields,
                end_row=self.function.end_lineno or 0,
                suspends=self.suspends,
            )
        return ScopeFacts(self.index, self.parent, self.qualname, function, self.class_)


class _Walk:
    """Walks statements by recursion and the expressions in them with a stack."""

    def __init__(self, text: str, extractors: Sequence[Extractor]) -> None:
        self._text = text
        self.spans = Spans(text)
        self._lower = Lowering(self.spans)
        self._extractors = extractors
        self._type_checking = 0
        self.scopes: list[_Scope] = []
        self.imports: list[ImportFacts] = []
        self.bindings: list[BindingFacts] = []
        self.calls: list[CallFacts] = []
        self.candidates: list[Candidate] = []
        self.unread: dict[Span, str] = {}

    def module(self, module: ast.Module) -> None:
        self._module = module
        scope = _Scope(MODULE_SCOPE, MODULE_SCOPE, "")
        self.scopes.append(scope)
        self._statements(module.body, scope)

    # Statements

    def _statements(self, statements: Iterable[ast.stmt], scope: _Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, node: ast.stmt, scope: _Scope) -> None:
        match node:
            case ast.Expr(value=value):
                self._expression(value, scope)
            case ast.Assign(targets=targets, value=value):
                self._expression(value, scope)
                for target in targets:
                    self._expression(target, scope)
                    self._bind(target, self._lower(value), scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.ClassDef():
                self._class(node, scope)
            case ast.If():
                self._if(node, scope)
            case ast.Return(value=value) if value is not None:
                self._expression(value, scope)
                scope.returns.append(self._lower(value))
            case ast.Import():
                self._import(node, scope)
            case ast.ImportFrom():
                self._import_from(node, scope)
            case ast.With() | ast.AsyncWith():
                self._with(node, scope)
            case ast.For() | ast.AsyncFor():
                scope.suspends |= isinstance(node, ast.AsyncFor)
                self._expression(node.iter, scope)
                items = self._lower(node.iter)
                self._bind(node.target, Item(items, items.at), scope)
                self._loop(node, scope)
            case ast.While():
                self._expression(node.test, scope)
                self._loop(node, scope)
            case ast.Try():
                self._try(node, scope)
            case ast.Match():
                self._match(node, scope)
            case _:
                self._rarer_statement(node, scope)

    def _rarer_statement(self, node: ast.stmt, scope: _Scope) -> None:
        match node:
            case ast.Global(names=names):
                scope.global_names.update(names)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                if value is not None:
                    self._expression(value, scope)
                lowered = self._lower(value) if value is not None else None
                self._bind(target, lowered, scope, self._lower.annotation(annotation))
            case ast.AugAssign(target=target, op=ast.Add(), value=value):
                self._expression(target, scope)
                self._expression(value, scope)
                self._augment(target, self._lower(value), scope)
            case _ if type(node).__name__ == "TryStar":  # not every Python has the class
                self._try(node, scope)  # type: ignore[arg-type]
            case _ if type(node).__name__ == "TypeAlias":
                alias: ast.expr = node.value  # type: ignore[attr-defined]
                self._bind(node.name, self._lower(alias), scope)  # type: ignore[attr-defined]
            case _:
                self._expression(node, scope)

    def _match(self, node: ast.Match, scope: _Scope) -> None:
        self._expression(node.subject, scope)
        for case in node.cases:
            if case.guard is not None:
                self._expression(case.guard, scope)
            self._block(case.body, scope)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, scope: _Scope) -> None:
        before = scope.loop
        scope.loop = before or (node.lineno, node.end_lineno or node.lineno)
        self._block(node.body, scope)
        scope.loop = before
        self._block(node.orelse, scope)

    def _block(self, statements: list[ast.stmt], scope: _Scope) -> None:
        """Statements that may not run."""
        if not statements:
            return
        before = scope.block_end
        scope.block_end = statements[-1].end_lineno or 0
        self._statements(statements, scope)
        scope.block_end = before

    def _if(self, node: ast.If, scope: _Scope) -> None:
        self._expression(node.test, scope)
        test = dotted(self._lower(node.test)) or ""
        only_for_types = test.rpartition(".")[2] == "TYPE_CHECKING"
        self._type_checking += only_for_types
        self._block(node.body, scope)
        self._type_checking -= only_for_types
        match node.orelse:
            case [ast.If() as further] if self._is_elif(node, further):
                self._if(further, scope)
            case otherwise:
                self._block(otherwise, scope)

    def _is_elif(self, node: ast.If, further: ast.If) -> bool:
        """Whether it is no `if` in an `else`: `elif` begins in the column of its `if`."""
        return further.col_offset == node.col_offset

    def _try(self, node: ast.Try, scope: _Scope) -> None:
        guarded = bool(node.finalbody)
        scope.guard += guarded
        self._block(node.body, scope)
        scope.guard -= guarded
        for handler in node.handlers:
            if handler.type is not None:
                self._expression(handler.type, scope)
            self._block(handler.body, scope)
        self._block(node.orelse, scope)
        self._block(node.finalbody, scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: _Scope) -> None:
        scope.suspends |= isinstance(node, ast.AsyncWith)
        for item in node.items:
            self._expression(item.context_expr, scope)
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._lower(item.context_expr), scope)
        self._statements(node.body, scope)  # it always runs: part of the block around it

    def _bind(
        self,
        target: ast.expr,
        value: Expr | None,
        scope: _Scope,
        annotation: Expr | None = None,
    ) -> None:
        match target:
            case ast.Name(id=name):
                pass
            case ast.Attribute(value=ast.Name(id="self" | "cls" as owner), attr=attr):
                name = f"self.{attr}" if owner == "self" else attr
            case ast.Attribute():
                name = dotted(self._lower(target)) or ""
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                is_starred = any(isinstance(each, ast.Starred) for each in elements)
                for index, element in enumerate(elements):
                    place = None if is_starred else index
                    item = Item(value, value.at, place) if value is not None else None
                    inner = element.value if isinstance(element, ast.Starred) else element
                    self._bind(inner, item, scope)
                return
            case _:
                return
        self.bindings.append(
            BindingFacts(
                scope.index,
                name,
                value,
                annotation,
                self.spans.at(target),
                is_global=name in scope.global_names,
                block_end=scope.block_end,
                loop=scope.loop,
            )
        )

    def _augment(
        self, target: ast.expr, value: Expr, scope: _Scope, *, at_front: bool = False
    ) -> None:
        match target:
            case ast.Name(id=name):
                pass
            case ast.Attribute():
                name = dotted(self._lower(target)) or ""
            case _:
                return
        if not name:
            return
        at = self.spans.at(target)
        self.bindings.append(
            BindingFacts(scope.index, name, value, None, at, augments=True, at_front=at_front)
        )

    def _append(self, node: ast.Call, call: Call, scope: _Scope) -> None:
        """`x.append(item)`, `x.insert(0, item)` and `x.extend(items)`."""
        match node.func:
            case ast.Attribute(value=target, attr="append" | "insert" | "extend" as method):
                pass
            case _:
                return
        if not call.args or call.unpacks:
            return
        item = call.args[-1].value
        added = item if method == "extend" else Display((item,), item.at)
        first = call.args[0].value
        at_front = method == "insert" and isinstance(first, Constant) and first.value == 0
        self._augment(target, added, scope, at_front=at_front)

    def _hand_on(self, call: Call, scope: _Scope) -> None:
        """`run_in_threadpool(f, x)` calls `f(x)`, and so do its like."""
        position = _HANDING_ON.get(last_name(call.func) or "")
        function = call.positional(position) if position is not None else None
        if position is not None and isinstance(function, (Name, Attribute)):
            handed = Call(function, call.args[position + 1 :], call.at)
            self.calls.append(CallFacts(scope.index, handed))

    # Imports

    def _import(self, node: ast.Import, scope: _Scope) -> None:
        for alias in node.names:
            direct = alias.asname is not None
            bound = alias.asname or alias.name.partition(".")[0]
            self._add_import(scope, bound, alias.name, None, 0, direct=direct, node=alias)

    def _import_from(self, node: ast.ImportFrom, scope: _Scope) -> None:
        module, level = node.module or "", node.level
        for alias in node.names:
            if alias.name == "*":
                self._add_import(scope, "", module, "*", level, direct=False, node=node)
                continue
            bound = alias.asname or alias.name
            self._add_import(scope, bound, module, alias.name, level, direct=True, node=alias)

    def _add_import(
        self,
        scope: _Scope,
        bound: str,
        module: str,
        name: str | None,
        level: int,
        *,
        direct: bool,
        node: ast.AST,
    ) -> None:
        at = self.spans.at(node)
        types_only = self._type_checking > 0
        self.imports.append(
            ImportFacts(scope.index, bound, module, name, level, direct, types_only, at)
        )

    # Definitions

    def _function(self, node: _Definition, outer: _Scope) -> None:
        for decorator in node.decorator_list:
            self._expression(decorator, outer)
        parameters = [*_parameters(node.args)]
        for each in parameters:
            if each.default is not None:
                self._expression(each.default, outer)
        scope = self._enter(outer, node)
        scope.function = node
        scope.decorators = tuple(self._lower(each) for each in node.decorator_list)
        scope.parameters = tuple(self._parameter(each) for each in parameters)
        self._statements(node.body, scope)
        if self._extractors:
            self._look_for_candidates(node, scope)

    def _look_for_candidates(self, node: _Definition, scope: _Scope) -> None:
        names = tuple(parameter.name for parameter in scope.parameters)
        tree = FunctionTree(node, scope.index, names, self, is_generator=scope.yields > 0)
        for extractor in self._extractors:
            self.candidates.extend(extractor(tree))

    def _parameter(self, found: _Parameter) -> Parameter:
        annotation, default = found.node.annotation, found.default
        return Parameter(
            name=found.node.arg,
            annotation=self._lower.annotation(annotation) if annotation is not None else None,
            default=self._lower(default) if default is not None else None,
            kind=found.kind,
            keyword_only=found.keyword_only,
            at=self.spans.parameter(found.node),
        )

    def _class(self, node: ast.ClassDef, outer: _Scope) -> None:
        for each in (*node.decorator_list, *node.bases):
            self._expression(each, outer)
        scope = self._enter(outer, node)
        scope.class_ = ClassFacts(
            name=node.name,
            at=pack(self.spans.name(node)),
            bases=tuple(self._lower(base) for base in node.bases),
            decorators=tuple(self._lower(each) for each in node.decorator_list),
        )
        self._block(node.body, scope)

    def _enter(self, outer: _Scope, node: _Definition | ast.ClassDef) -> _Scope:
        qualname = f"{outer.qualname}.{node.name}" if outer.qualname else node.name
        scope = _Scope(len(self.scopes), outer.index, qualname, at=pack(self.spans.name(node)))
        self.scopes.append(scope)
        return scope

    # Expressions

    def _expression(self, root: ast.AST, scope: _Scope) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is ast.Name or kind is ast.Constant:
                continue
            if kind is ast.Attribute:  # the most frequent of those that hold another
                stack.append(node.value)  # type: ignore[attr-defined]
                continue
            if kind is ast.Call:
                call = self._lower.call(node)  # type: ignore[arg-type]
                self.calls.append(CallFacts(scope.index, call))
                self._append(node, call, scope)  # type: ignore[arg-type]
                self._hand_on(call, scope)
            elif kind is ast.Yield or kind is ast.YieldFrom:
                scope.yields += 1
                scope.guarded_yields += scope.guard > 0
            elif kind is ast.Await:
                scope.suspends = True
            elif kind is ast.NamedExpr:
                self._bind(node.target, self._lower(node.value), scope)  # type: ignore[attr-defined]
            elif kind is ast.comprehension:
                scope.suspends |= bool(node.is_async)  # type: ignore[attr-defined]
                value = self._lower(node.iter)  # type: ignore[attr-defined]
                self._bind(node.target, Item(value, value.at), scope)  # type: ignore[attr-defined]
            stack.extend(reversed(children_of(node)))

    # What a function's tree asks of its file

    @property
    def indent(self) -> str:
        """The file's own unit of indentation."""
        return self.spans.indent(self._module)

    @cached_property
    def whole(self) -> WholeFile | None:
        """LibCST's tree of all of it; None where LibCST does not read it."""
        from asgi_lint.model.whole_file import whole_file  # late: it loads LibCST
        from asgi_lint.nesting import out_of_bounds

        return whole_file(self._text) if not out_of_bounds(self._text) else None

    def leave_out(self, function: str, why: str, place: Span) -> None:
        """Say that no rule can look into a function."""
        self.unread[place] = f"`{function}` is {why} to be analysed in full."

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


class _Parameter(NamedTuple):
    node: ast.arg
    kind: str
    default: ast.expr | None = None
    keyword_only: bool = False


def _parameters(node: ast.arguments) -> Iterator[_Parameter]:
    """The parameters in the order of the source."""
    ordinary = [*node.posonlyargs, *node.args]
    missing = len(ordinary) - len(node.defaults)
    for place, each in enumerate(ordinary):
        yield _Parameter(each, "", node.defaults[place - missing] if place >= missing else None)
    if node.vararg is not None:
        yield _Parameter(node.vararg, "*")
    for each, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        yield _Parameter(each, "", default, keyword_only=True)
    if node.kwarg is not None:
        yield _Parameter(node.kwarg, "**")
