"""Whether a dispatcher only looks at what `Request(scope)` knows.

The request that `BaseHTTPMiddleware` makes can also read the body and put it back. A pure ASGI
middleware would have to do that itself, so whatever may read the body is refused, and so is
whatever keeps the request for code that cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import Reference, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.model.syntax import dotted_name, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KNOWN = frozenset(
    {"app", "auth", "base_url", "client", "cookies", "get", "headers", "items", "keys", "method",
     "path_params", "query_params", "scope", "session", "state", "url", "url_for", "user",
     "values"}
)  # fmt: skip
_BODY = frozenset({"body", "form", "json", "stream", "_body", "_form", "_json", "_stream_consumed"})
_CHANNELS = frozenset({"receive", "_receive", "_send", "send_push_promise", "send_early_hints"})

_HARMLESS = frozenset({"bool", "getattr", "hasattr", "id", "isinstance", "print", "repr", "str",
                       "type"})  # fmt: skip
_KEEPING = frozenset({"add", "append", "insert", "push", "put", "put_nowait", "register", "set",
                      "setattr", "setdefault", "update"})  # fmt: skip
_STARTING = frozenset({"add_task", "create_task", "ensure_future", "gather", "partial",
                       "run_coroutine_threadsafe", "shield", "start_soon", "wait", "wait_for",
                       "run_in_threadpool", "to_thread", "run_sync"})  # fmt: skip
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class RequestUse:
    """Follows a request through one file: `methods` of its class and `functions` of the module."""

    methods: Mapping[str, cst.FunctionDef]
    functions: Mapping[str, cst.FunctionDef]
    _seen: set[tuple[int, str]] = field(default_factory=set, repr=False)

    def check(self, root: cst.CSTNode, request: str, call_next: frozenset[int]) -> bool:
        """Whether `root` uses the request at all; Refusal where it may need more than the scope.

        `call_next` holds the `id`s of the calls that pass the request on.
        """
        used = False
        for reference in references(request, root):
            call = next(_calls_around(reference), None)
            if call is not None and id(call) in call_next:
                continue
            used = True
            self._reference(reference, 0)
        return used

    def _reference(self, reference: Reference, depth: int) -> None:
        request = reference.node.value
        match reference.parent:
            case cst.Attribute(attr=attr):
                _attribute(request, attr.value)
            case cst.Param() | cst.AssignTarget() | cst.AnnAssign() | cst.For() | cst.NamedExpr():
                raise Refusal(f"it binds `{request}` anew")
            case cst.AugAssign() | cst.Del():
                raise Refusal(f"it binds `{request}` anew")
            case cst.FormattedStringExpression() | cst.Comparison() | cst.ComparisonTarget():
                return
            case cst.BooleanOperation() | cst.UnaryOperation() | cst.If():
                return
            case _:
                self._handed_on(reference, depth)

    def _handed_on(self, reference: Reference, depth: int) -> None:
        request = reference.node.value
        call = _innermost_call(reference)
        if call is None:
            raise Refusal(f"it gives `{request}` another name")
        name = _called(call)
        last = name.rpartition(".")[2]
        if last == "getattr" and len(call.args) > 1 and call.args[0].value is reference.node:
            _attribute_by_name(request, call.args[1].value)
        if last in _HARMLESS or last == "TemplateResponse":
            return
        helper, parameter = self._helper(call, reference)
        if helper is not None:
            self._follow(helper, parameter, name, depth)
            return
        around = [*_calls_around(reference)]
        if any(_last_name(each) in _STARTING for each in around):
            raise Refusal(f"it hands `{request}` to a task or thread")
        if last in _KEEPING:
            raise Refusal(f"it keeps `{request}` with `{name}`")
        if not name or last.lstrip("_")[:1].isupper():
            raise Refusal(f"it keeps `{request}` in `{name or 'an object'}`")
        if _is_awaited(reference, call):
            raise Refusal(f"it hands `{request}` to `{name}`, which may read the body")

    def _helper(
        self, call: cst.Call, reference: Reference
    ) -> tuple[cst.FunctionDef | None, str | None]:
        """The function of this file that is called, and its parameter that gets the request."""
        match call.func:
            case cst.Attribute(value=cst.Name(value="self" | "cls"), attr=attr):
                helper = self.methods.get(attr.value)
            case cst.Name(value=name):
                helper = self.functions.get(name)
            case _:
                return None, None
        if helper is None:
            return None, None
        parameters = [p.name.value for kind, p in parameters_of(helper.params) if not kind]
        if isinstance(call.func, cst.Attribute) and not _is_static(helper):
            parameters = parameters[1:]
        for index, argument in enumerate(call.args):
            if argument.value is not reference.node:
                continue
            if argument.star or any(each.star for each in call.args[:index]):
                break
            if argument.keyword is not None:
                return helper, argument.keyword.value
            return helper, parameters[index] if index < len(parameters) else None
        return helper, None

    def _follow(
        self, helper: cst.FunctionDef, parameter: str | None, name: str, depth: int
    ) -> None:
        if parameter is None or depth >= _DEPTH:
            raise Refusal(f"it hands the request to `{name}`, which may read the body")
        if (id(helper), parameter) in self._seen:
            return
        self._seen.add((id(helper), parameter))
        for reference in references(parameter, helper.body):
            self._reference(reference, depth + 1)


def _attribute(request: str, attr: str) -> None:
    if attr in _BODY:
        raise Refusal("it reads the request's body")
    if attr == "is_disconnected":
        raise Refusal("it asks whether the client has left")
    if attr in _CHANNELS:
        raise Refusal(f"it uses `{request}.{attr}`")
    if attr not in _KNOWN:
        raise Refusal(f"it uses `{request}.{attr}`, which may need more than the scope")


def _attribute_by_name(request: str, name: cst.BaseExpression) -> None:
    value = name.evaluated_value if isinstance(name, cst.SimpleString) else None
    if not isinstance(value, str):
        raise Refusal(f"it looks up attributes of `{request}` by name")
    _attribute(request, value)


def _innermost_call(reference: Reference) -> cst.Call | None:
    """The call whose argument the name is, or is part of."""
    for parent in reference.around:
        match parent:
            case cst.Call():
                return parent
            case cst.Arg() | cst.Dict() | cst.DictElement():
                continue
            case cst.List() | cst.Tuple() | cst.Element():
                continue
            case _:
                return None
    return None


def _is_awaited(reference: Reference, call: cst.Call) -> bool:
    """Whether the call is waited for, at once or by the name of its result."""
    for child, parent in pairwise([reference.node, *reference.around]):
        match parent:
            case cst.Await():
                return True
            case cst.With(asynchronous=cst.Asynchronous()) if isinstance(child, cst.WithItem):
                return True
            case cst.For(asynchronous=cst.Asynchronous(), iter=iterated) if iterated is child:
                return True
            case cst.CompFor(asynchronous=cst.Asynchronous(), iter=iterated) if iterated is child:
                return True
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                uses = references(name, reference.parents[0])
                if value is call and any(isinstance(use.parent, cst.Await) for use in uses):
                    return True
            case _:
                continue
    return False


def _called(call: cst.Call) -> str:
    """The dotted name of what is called; of `f().g` the last one."""
    name = dotted_name(call.func)
    return call.func.attr.value if not name and isinstance(call.func, cst.Attribute) else name


def _calls_around(reference: Reference) -> Iterator[cst.Call]:
    """The calls in its statement that it is part of, the innermost first."""
    return (parent for parent in reference.around if isinstance(parent, cst.Call))


def _last_name(call: cst.Call) -> str:
    return dotted_name(call.func).rpartition(".")[2]


def _is_static(function: cst.FunctionDef) -> bool:
    return any(dotted_name(each.decorator) == "staticmethod" for each in function.decorators)
