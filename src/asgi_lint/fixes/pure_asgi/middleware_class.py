"""A middleware class or function of one file as a pure ASGI middleware."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.continued_lines import with_loose_continuations
from asgi_lint.fixes.pure_asgi.method import Method, call_method
from asgi_lint.fixes.pure_asgi.names import mentioned, nodes, walk
from asgi_lint.fixes.pure_asgi.occurrences import annotates, uses_of_name
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.request_use import RequestUse
from asgi_lint.fixes.pure_asgi.trees import (
    BLANK,
    grammar_of,
    replaced,
    set_apart,
    small,
    suite_of,
    with_lead,
    without_blank,
)
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgi_lint.fixes.pure_asgi.trees import Grammar, New, Statements
    from asgi_lint.model.function_tree import FunctionInFile

_BASE = "BaseHTTPMiddleware"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What becomes of a definition, and the names that this needs.

    `registrations` are calls that get `name`, the new class's, instead of BaseHTTPMiddleware and
    the function. `lasting` names the blocks that last longer than before.
    """

    old: cst.BaseStatement
    new: Statements
    needs: frozenset[str]
    lasting: frozenset[str]
    name: str
    registrations: tuple[cst.Call, ...] = ()


def rewritten_class(tree: FunctionInFile, class_: cst.ClassDef) -> Rewriting:
    """A subclass of BaseHTTPMiddleware; Refusal where it cannot be rewritten."""
    dispatch = tree.node
    if class_.decorators or dispatch.decorators:
        raise Refusal("it is decorated")
    methods = {m.name.value: m for m in suite_of(class_.body) if isinstance(m, cst.FunctionDef)}
    if "__call__" in methods:
        raise Refusal("it has a `__call__` of its own")
    grammar = grammar_of(tree.module, class_)
    is_annotated = annotates(tree)
    use = RequestUse(methods, _functions(tree))
    function = with_loose_continuations(tree)
    method = call_method(function, use, grammar, is_method=True, is_annotated=is_annotated)
    definition = method.definition.with_changes(leading_lines=dispatch.leading_lines)
    if method.docstring is not None:
        definition = _with_docstring(definition, method.docstring)
    init = methods.get("__init__")
    needs = set(method.needs)
    new: dict[int, New] = {id(dispatch): definition}
    if init is None:
        first = next(iter(methods.values()))
        own = _init(grammar, first, class_, is_annotated=is_annotated)
        following = definition if first is dispatch else first
        comments = set_apart(following.leading_lines)
        follower = following.with_changes(leading_lines=comments)
        new[id(first)] = cst.FlattenSentinel([own, follower])
        needs |= {"ASGIApp"} if is_annotated else set()
    else:
        line, app = _super_init(init, dispatch.name.value)
        new[id(line)] = _assign_app(line, app)
    _check_class(class_, dispatch, init)
    default = cst.MaybeSentinel.DEFAULT
    middleware = replaced(class_, new).with_changes(bases=[], lpar=default, rpar=default)
    return Rewriting(class_, [middleware], frozenset(needs), method.lasting, class_.name.value)


def rewritten_function(tree: FunctionInFile, decorator: cst.Decorator) -> Rewriting:
    """A function under `@app.middleware("http")`; Refusal where it cannot be rewritten."""
    function = tree.node
    if len(function.decorators) != 1:
        raise Refusal("it has other decorators too")
    if uses_of_name(tree, function.name.value, function) or _calls_itself(function):
        raise Refusal("its name is used elsewhere too")
    name = _class_name(tree)
    grammar = grammar_of(tree.module, function)
    middleware, method = _class_of(tree, name, grammar)
    target = decorator.decorator
    assert isinstance(target, cst.Call)
    assert isinstance(target.func, cst.Attribute)
    application = tree.module.code_for_node(target.func.value)
    registration = grammar.statement(f"{application}.add_middleware({name})\n").with_changes(
        trailing_whitespace=decorator.trailing_whitespace,
        leading_lines=[BLANK, BLANK] if tree.span(function).start.column == 1 else [BLANK],
    )
    needs = method.needs | ({"ASGIApp"} if annotates(tree) else set())
    return Rewriting(function, [middleware, registration], needs, method.lasting, name)


def rewritten_registered(tree: FunctionInFile, registrations: Sequence[cst.Call]) -> Rewriting:
    """A function given as `dispatch=`; Refusal where it cannot be rewritten."""
    function = tree.node
    if function.decorators:
        raise Refusal("it is decorated")
    uses = uses_of_name(tree, function.name.value, function)
    if uses != len(registrations) or _calls_itself(function):
        raise Refusal("its name is used elsewhere too")
    name = _class_name(tree)
    middleware, method = _class_of(tree, name, grammar_of(tree.module, function))
    needs = method.needs | ({"ASGIApp"} if annotates(tree) else set())
    calls = tuple(registrations)
    return Rewriting(function, [middleware], needs, method.lasting, name, calls)


def _is_mangled(node: cst.CSTNode) -> bool:
    """Whether it is a name such as `__secret`, to which a class prepends its own."""
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name.startswith("__") and not name.endswith("__")
        case _:
            return False


def _calls_itself(function: cst.FunctionDef) -> bool:
    return function.name.value in mentioned(function.body)


def _class_of(tree: FunctionInFile, name: str, grammar: Grammar) -> tuple[cst.ClassDef, Method]:
    function = tree.node
    if any(_is_mangled(node) for node in nodes(function.body)):
        raise Refusal("it uses a name that means something else within a class")
    is_annotated = annotates(tree)
    use = RequestUse({}, _functions(tree))
    loose = with_loose_continuations(tree)
    method = call_method(loose, use, grammar, is_method=False, is_annotated=is_annotated)
    annotated = ("app: ASGIApp", " -> None") if is_annotated else ("app", "")
    text = f"class {name}:\n    def __init__(self, {annotated[0]}){annotated[1]}:\n"
    middleware = grammar.statement(f"{text}        self.app = app\n")
    assert isinstance(middleware, cst.ClassDef)
    init = suite_of(middleware.body)[0]
    definition = method.definition.with_changes(leading_lines=[BLANK])
    body: list[cst.BaseStatement] = [init, definition]
    if method.docstring is not None:
        body = [method.docstring, with_lead(init, [BLANK]), definition]
    comments = [*function.leading_lines, *without_blank(function.lines_after_decorators)]
    block = middleware.body.with_changes(body=body)
    return middleware.with_changes(body=block, leading_lines=comments), method


def _with_docstring(definition: cst.FunctionDef, docstring: cst.BaseStatement) -> cst.FunctionDef:
    first, *others = suite_of(definition.body)
    body = [docstring, with_lead(first, ()), *others]
    return definition.with_changes(body=definition.body.with_changes(body=body))


def _init(
    grammar: Grammar, first: cst.FunctionDef, class_: cst.ClassDef, *, is_annotated: bool
) -> cst.FunctionDef:
    """An `__init__` to stand before what was the first method."""
    annotated = ("app: ASGIApp", " -> None") if is_annotated else ("app", "")
    text = f"def __init__(self, {annotated[0]}){annotated[1]}:\n    self.app = app\n"
    init = grammar.statement(text)
    assert isinstance(init, cst.FunctionDef)
    comments = without_blank(first.leading_lines)
    blank = [*first.leading_lines][: len(first.leading_lines) - len(comments)]
    if suite_of(class_.body)[0] is not first and not blank:
        blank = [BLANK]
    return init.with_changes(leading_lines=blank)


def _super_init(
    init: cst.FunctionDef, dispatch: str
) -> tuple[cst.BaseStatement, cst.BaseExpression]:
    """The line of `super().__init__(app)`, and what is given to it as the application."""
    for line in suite_of(init.body):
        statement = small(line)
        if not isinstance(statement, cst.Expr) or not isinstance(statement.value, cst.Call):
            continue
        call = statement.value
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "__init__":
            continue
        args = [*call.args]
        match call.func.value:
            case cst.Call(func=cst.Name(value="super")):
                pass
            case other if dotted_name(other).rpartition(".")[2] == _BASE and args:
                args = args[1:]
            case _:
                continue
        return line, _app_argument(args, dispatch)
    raise Refusal("its `__init__` does not call `super().__init__(app)` on a line of its own")


def _app_argument(args: list[cst.Arg], dispatch: str) -> cst.BaseExpression:
    by_name = {arg.keyword.value: arg for arg in args if arg.keyword is not None}
    positional = [arg for arg in args if arg.keyword is None]
    if any(arg.star for arg in args) or len(args) > 2 or set(by_name) - {"app", "dispatch"}:
        raise Refusal("its `__init__` hands more than `app` to that of BaseHTTPMiddleware")
    app = positional[0] if positional else by_name.get("app")
    given = positional[1] if len(positional) > 1 else by_name.get("dispatch")
    if app is None:
        raise Refusal("its `__init__` does not call `super().__init__(app)`")
    if given is not None and dotted_name(given.value) not in (f"self.{dispatch}", "None"):
        raise Refusal("its `__init__` hands on a dispatcher that it is given")
    return app.value


def _assign_app(line: cst.BaseStatement, app: cst.BaseExpression) -> cst.BaseStatement:
    target = cst.Attribute(cst.Name("self"), cst.Name("app"))
    changed = line.with_changes(body=[cst.Assign([cst.AssignTarget(target)], app)])
    assert isinstance(changed, cst.BaseStatement)
    return changed


def _check_class(
    class_: cst.ClassDef, dispatch: cst.FunctionDef, init: cst.FunctionDef | None
) -> None:
    """Refusal where the class uses more of BaseHTTPMiddleware than its constructor."""
    for node, parents in walk(class_):
        match node:
            case cst.SimpleString(value=text) if _shows_call(text, dispatch.name.value):
                raise Refusal(f"an example in its docstring calls its `{dispatch.name.value}`")
            case cst.AssignTarget(target=cst.Name(value="__slots__")):
                raise Refusal("it has `__slots__`")
            case cst.Attribute(attr=cst.Name(value="dispatch_func")):
                raise Refusal("it uses `dispatch_func`")
            case cst.Attribute(value=cst.Name(value="self" | "cls"), attr=cst.Name(value=attr)):
                is_given = init is not None and init in parents
                if attr == dispatch.name.value and not is_given:
                    raise Refusal(f"it uses its own `{attr}`")
                if attr == "app" and isinstance(parents[-1], cst.AssignTarget):
                    raise Refusal("it binds `self.app` itself")
            case cst.Call(func=cst.Name(value="super")) if init is None or init not in parents:
                raise Refusal("it calls a method of its base class")
            case _:
                continue


def _shows_call(text: str, method: str) -> bool:
    """Whether a text holds a doctest that calls the method."""
    return re.search(rf"^\s*(>>>|\.\.\.) .*\.{method}\(", text, re.MULTILINE) is not None


def _class_name(tree: FunctionInFile) -> str:
    """`AddTimingMiddleware` for `add_timing`."""
    function = tree.node.name.value
    words = [word for word in function.split("_") if word]
    name = "".join(word[:1].upper() + word[1:] for word in words)
    if not name.lower().endswith("middleware"):
        name += "Middleware"
    if function.startswith("_"):
        name = f"_{name}"
    if any(re.search(rf"\b{name}\b", line) for line in tree.lines):
        raise Refusal(f"the name `{name}` is taken")
    return name


def _functions(tree: FunctionInFile) -> Mapping[str, cst.FunctionDef]:
    """The functions at the top of the file by name."""

    def find() -> Mapping[str, cst.FunctionDef]:
        return {f.name.value: f for f in tree.module.body if isinstance(f, cst.FunctionDef)}

    return tree.once("functions", find)
