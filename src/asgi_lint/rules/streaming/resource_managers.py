"""What the context managers that people hold responses' content in do when they are left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.resources import Kind, Manager

if TYPE_CHECKING:
    from asgi_lint.model.function_tree import FunctionTree

_NAMES = {
    "aiofiles.open": Kind.FILE,
    "aiofiles.tempfile.NamedTemporaryFile": Kind.TEMPORARY_FILE,
    "aiofiles.tempfile.SpooledTemporaryFile": Kind.FILE,
    "aiofiles.tempfile.TemporaryDirectory": Kind.FOLDER,
    "aiofiles.tempfile.TemporaryFile": Kind.FILE,
    "aiohttp.ClientSession": Kind.CLIENT,
    "anyio.open_file": Kind.FILE,
    "anyio.NamedTemporaryFile": Kind.TEMPORARY_FILE,
    "anyio.TemporaryDirectory": Kind.FOLDER,
    "bz2.open": Kind.FILE,
    "gzip.open": Kind.FILE,
    "httpx.AsyncClient": Kind.CLIENT,
    "httpx.Client": Kind.CLIENT,
    "httpx.stream": Kind.UPSTREAM,
    "io.open": Kind.FILE,
    "lzma.open": Kind.FILE,
    "open": Kind.FILE,
    "tarfile.open": Kind.FILE,
    "tempfile.NamedTemporaryFile": Kind.TEMPORARY_FILE,
    "tempfile.SpooledTemporaryFile": Kind.FILE,
    "tempfile.TemporaryDirectory": Kind.FOLDER,
    "tempfile.TemporaryFile": Kind.FILE,
    "zipfile.ZipFile": Kind.FILE,
}

_METHODS = {"open": Kind.FILE, "stream": Kind.UPSTREAM}
REQUESTS = frozenset({"delete", "get", "patch", "post", "put", "request"})
"""Methods and functions that send a request; aiohttp's leave the body to be read later."""

_SESSION = re.compile(
    r"(^|_)(async_?)?(acquire|begin|connect|connection|cursor|session|transaction)(_?maker|_?local)?$"
)
_CLOSING_CALLS = frozenset({"aclosing", "closing"})


def manager_of(tree: FunctionTree, made: cst.BaseExpression) -> Manager | None:
    """What a call makes, if a `with` around it takes that away in the end."""
    if isinstance(made, cst.Await):
        made = made.expression
    if not isinstance(made, cst.Call):
        return None
    written = dotted_name(made.func)
    if written.rpartition(".")[2] in _CLOSING_CALLS and made.args:
        return manager_of(tree, made.args[0].value)
    kind = _NAMES.get(tree.names(made.func) or "")
    if kind in (Kind.FOLDER, Kind.TEMPORARY_FILE) and _is_kept(made):
        return None
    if kind is None:
        kind = _by_method(tree, made)
    if kind is None:
        kind = Kind.OWN if written else None
    return Manager(kind, written or _last(made)) if kind is not None else None


def _by_method(tree: FunctionTree, made: cst.Call) -> Kind | None:
    """What a method or function makes that is known by its name alone."""
    last = _last(made)
    if isinstance(made.func, cst.Attribute):
        if last in _METHODS:
            return _METHODS[last]
        if last in REQUESTS and _reads_later(tree, made):
            return Kind.UPSTREAM
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", last).lower()
    return Kind.SESSION if _SESSION.search(snake) else None


def _reads_later(tree: FunctionTree, made: cst.Call) -> bool:
    """Whether a request's answer is read as it is iterated: aiohttp's, or requests' if told so."""
    owner = dotted_name(made.func.value).lower() if isinstance(made.func, cst.Attribute) else ""
    if "session" in owner and tree.imports("aiohttp"):
        return True
    return (owner == "requests" or "session" in owner) and asks_for_stream(made)


def asks_for_stream(call: cst.Call) -> bool:
    """Whether the call says `stream=True`."""
    return any(
        arg.keyword is not None
        and arg.keyword.value == "stream"
        and isinstance(arg.value, cst.Name)
        and arg.value.value == "True"
        for arg in call.args
    )


def _last(made: cst.Call) -> str:
    match made.func:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return name
        case _:
            return ""


def _is_kept(made: cst.Call) -> bool:
    """Whether the call says `delete=False`, or leaves that to a variable."""
    for arg in made.args:
        if arg.keyword is not None and arg.keyword.value == "delete":
            return not (isinstance(arg.value, cst.Name) and arg.value.value == "True")
    return False
