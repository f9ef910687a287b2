"""How a function of a file becomes a dispatcher: by its class, a decorator, or a registration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.import_lines import imported_from
from asgi_lint.fixes.pure_asgi.module_imports import imports_framework
from asgi_lint.fixes.pure_asgi.names import bound, nodes
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.model import frameworks as fw
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from asgi_lint.model.function_tree import FunctionInFile

_BASE = fw.BASE_HTTP_MIDDLEWARE.rpartition(".")[2]


def is_dispatch(tree: FunctionInFile, class_: cst.ClassDef) -> bool:
    """Whether the class is a BaseHTTPMiddleware, as far as can be seen, and this its dispatcher."""
    is_base = any(_BASE in dotted_name(base.value) for base in class_.bases)
    given = _given_dispatcher(class_)
    if given is not None:
        return is_base and tree.node.name.value == given
    return tree.node.name.value == "dispatch" and (
        is_base or any(_is_middleware(tree, base.value) for base in class_.bases)
    )


def _given_dispatcher(class_: cst.ClassDef) -> str | None:
    """`handle` of `super().__init__(app, dispatch=self.handle)`."""
    for node in nodes(class_):
        match node:
            case cst.Call(
                func=cst.Attribute(
                    value=cst.Call(func=cst.Name(value="super")), attr=cst.Name(value="__init__")
                ),
                args=arguments,
            ):
                pass
            case _:
                continue
        for index, argument in enumerate(arguments):
            is_second = index == 1 and argument.keyword is None
            if is_second or (argument.keyword and argument.keyword.value == "dispatch"):
                owner, _, name = dotted_name(argument.value).partition(".")
                return name if owner == "self" and name else None
    return None


def _is_middleware(tree: FunctionInFile, base: cst.BaseExpression) -> bool:
    """Whether a base class is known to be, or called like, a middleware."""
    return "Middleware" in dotted_name(base) or tree.names(base) == fw.BASE_HTTP_MIDDLEWARE


def check_base(tree: FunctionInFile, class_: cst.ClassDef) -> None:
    """Refusal where the class derives from more than BaseHTTPMiddleware, or not directly."""
    if len(class_.bases) != 1 or class_.keywords:
        raise Refusal("it has other base classes too")
    for base in class_.bases:
        name = tree.names(base.value)
        if name is not None and fw.canonical(name) == fw.BASE_HTTP_MIDDLEWARE:
            continue
        if dotted_name(base.value).endswith(_BASE):
            raise Refusal("its file does not import BaseHTTPMiddleware from Starlette")
        raise Refusal(f"it derives from `{dotted_name(base.value) or 'another class'}`")


def middleware_decorator(function: cst.FunctionDef) -> cst.Decorator | None:
    """`@app.middleware("http")`."""
    for decorator in function.decorators:
        match decorator.decorator:
            case cst.Call(
                func=cst.Attribute(attr=cst.Name(value="middleware")),
                args=[cst.Arg(value=cst.SimpleString() as kind)],
            ) if kind.evaluated_value == "http":
                return decorator
            case _:
                continue
    return None


def registrations(tree: FunctionInFile) -> list[cst.Call]:
    """The calls in this file that get the function as the `dispatch` of a BaseHTTPMiddleware."""
    name = tree.node.name.value
    mention = re.compile(rf"\bdispatch *= *{name}\b")
    if not any(mention.search(line) for line in tree.lines):
        return []
    return [
        node
        for statement in tree.module.body
        for node in nodes(statement)
        if isinstance(node, cst.Call) and _registers(node, name)
    ]


def _registers(call: cst.Call, function: str) -> bool:
    match call.args:
        case [
            cst.Arg(value=class_, keyword=None),
            cst.Arg(keyword=cst.Name(value="dispatch")) as given,
        ]:
            return dotted_name(class_).endswith(_BASE) and dotted_name(given.value) == function
        case _:
            return False


def check_importable(module: cst.Module, function: cst.FunctionDef | None = None) -> None:
    """Refusal where the file may be imported without Starlette being installed."""
    if imports_framework(module):
        return
    if function is not None and any(statement is function for statement in module.body):
        decorator = middleware_decorator(function)
        name = decorator and dotted_name(decorator.decorator.func)  # type: ignore[attr-defined]
        lines = [line for line in module.body if imported_from(line)]
        if name and name.partition(".")[0] in bound(lines):
            return
    raise Refusal("its module imports Starlette only in places")
