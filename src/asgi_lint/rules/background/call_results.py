"""What calling something gives: a coroutine, a generator, a value that cannot be called."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.values import Class, External, Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.model.project import Project

_DEPTH = 6
"""Calls within returns within calls; what is wrapped more often is not known."""


class Result(Enum):
    """What a call gives, as far as it matters to who calls that in turn."""

    COROUTINE = "a coroutine"
    GENERATOR = "a generator"
    CONTEXT_MANAGER = "a context manager"
    VALUE = "a value"
    """Something that is there at once and cannot be called."""


_INERT = frozenset({Result.COROUTINE, Result.GENERATOR, Result.CONTEXT_MANAGER})

_TRANSPARENT = frozenset({"staticmethod", "classmethod", "override", "final", "retry", "wraps"})
"""Decorators that leave a function what it is: async or not, a generator or not."""

_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})

_MARKS_AS_ASYNC = frozenset({"markcoroutinefunction", "_is_coroutine"})

_NAMES = {
    "asyncio.create_task": Result.VALUE,
    "asyncio.ensure_future": Result.VALUE,
    "asyncio.sleep": Result.COROUTINE,
    "asyncio.to_thread": Result.COROUTINE,
    "anyio.sleep": Result.COROUTINE,
    "anyio.to_thread.run_sync": Result.COROUTINE,
    "starlette.concurrency.run_in_threadpool": Result.COROUTINE,
    "fastapi.concurrency.run_in_threadpool": Result.COROUTINE,
    "os.remove": Result.VALUE,
    "os.rmdir": Result.VALUE,
    "os.unlink": Result.VALUE,
    "shutil.copy": Result.VALUE,
    "shutil.move": Result.VALUE,
    "shutil.rmtree": Result.VALUE,
    "subprocess.run": Result.VALUE,
    "time.sleep": Result.VALUE,
}

_METHODS = frozenset(
    {"cleanup", "close", "commit", "critical", "debug", "error", "exception", "info",
     "rmdir", "rollback", "sendmail", "unlink", "warning"}
)  # fmt: skip
"""Methods that, whatever object has them, give nothing that could be called."""

_BUILTINS = frozenset({"delattr", "len", "open", "print", "setattr", "str"})

_PLAIN_BASES = frozenset(
    {"object", "abc.ABC", "typing.Generic", "pydantic.BaseModel", "enum.Enum", "typing.NamedTuple"}
)


def result_of(
    project: Project, filename: str, scope: int, expr: ir.Expr, depth: int = 0
) -> Result | None:
    """What an expression is when it is evaluated; None where that is not known."""
    if depth > _DEPTH:
        return None
    match expr:
        case ir.Call(func=func):
            return result_of_call(project, filename, scope, func, depth + 1)
        case ir.Await(value=ir.Call(func=func)):
            return _awaited(project, filename, scope, func, depth + 1)
        case ir.Name():
            call = held_call(project, filename, scope, expr)
            return result_of(project, filename, scope, call, depth + 1) if call else None
        case ir.Either(options=options):
            return _agreed(result_of(project, filename, scope, o, depth + 1) for o in options)
        case ir.Constant() | ir.Sequence() | ir.Mapping() | ir.Unknown():
            return Result.VALUE
        case _:
            return None


def held_call(project: Project, filename: str, scope: int, name: ir.Name) -> ir.Expr | None:
    """The call, or awaited call, whose result a local variable holds and nothing else."""
    owner, definitions = project.files[filename].visible(scope, name.id)
    match definitions:
        case [BindingFacts(value=ir.Call() | ir.Await() as value, augments=False)] if (
            owner == scope
        ):
            return value
        case _:
            return None


def result_of_call(
    project: Project, filename: str, scope: int, func: ir.Expr, depth: int = 0
) -> Result | None:
    """What calling `func` gives."""
    if isinstance(func, ir.Lambda):
        return result_of(project, filename, scope, func.body, depth + 1)
    values = project.evaluator.values(filename, scope, func)
    if not values:
        return _by_name(project, filename, scope, func)
    return _agreed(_result_of_value(project, value, depth) for value in values)


def _by_name(project: Project, filename: str, scope: int, func: ir.Expr) -> Result | None:
    match func:
        case ir.Attribute(attr="aclose"):
            return Result.COROUTINE
        case ir.Attribute(attr=attr) if attr in _METHODS:
            return Result.VALUE
        case ir.Name(id=name) if name in _BUILTINS:
            _, definitions = project.files[filename].visible(scope, name)
            return None if definitions else Result.VALUE
        case _:
            return None


def _result_of_value(project: Project, value: object, depth: int) -> Result | None:
    match value:
        case Function():
            return function_result(project, value, depth + 1)
        case Class():
            return None if _may_be_called(project, value) else Result.VALUE
        case External(name=name):
            return _NAMES.get(name)
        case _:
            return None


def _may_be_called(project: Project, class_: Class) -> bool:
    """Whether objects of the class have, or may inherit, a `__call__`."""
    for base in project.evaluator.ancestry(class_):
        if isinstance(base, External) and base.name not in _PLAIN_BASES:
            return True
        if isinstance(base, Class):
            index = project.files[base.filename]
            if index.defined(base.scope, "__call__") or index.class_(base.scope).decorators:
                return True
    known = [*project.evaluator.bases(class_)]
    written = project.files[class_.filename].class_(class_.scope).bases
    return len(known) < len(written)


def function_result(project: Project, function: Function, depth: int = 0) -> Result | None:
    """What calling a function of the project gives, its decorators included."""
    if depth > _DEPTH:
        return None
    facts = project.function(function)
    result = _undecorated(project, function, depth)
    for decorator in reversed(facts.decorators):
        result = _decorated(project, function, decorator, result, depth)
    return result


def runs_on_the_loop(project: Project, function: Function) -> bool:
    """Whether Starlette awaits what the function gives: it is a coroutine function.

    A decorator may make it one or the opposite; where that is not known, the answer is yes.
    """
    facts = project.function(function)
    is_async = facts.is_async and not facts.is_generator
    for decorator in reversed(facts.decorators):
        wrapper = _wrapper(project, function, decorator)
        if wrapper is not None:
            is_async = project.function(wrapper).is_async
        elif ir.last_name(decorator) in _CONTEXT_MANAGERS:
            is_async = False
        elif not _is_transparent(decorator):
            return True
    return is_async


def is_inert(project: Project, function: Function) -> bool:
    """Whether Starlette calls the function as a task and drops what would have to run."""
    return never_runs(function_result(project, function)) and not runs_on_the_loop(
        project, function
    )


def never_runs(result: Result | None) -> bool:
    """Whether the code behind a result has not begun when a call returns it."""
    return result in _INERT


def _undecorated(project: Project, function: Function, depth: int) -> Result | None:
    facts = project.function(function)
    if facts.is_generator:
        return Result.GENERATOR
    if facts.is_async:
        return Result.COROUTINE
    return _returned(project, function, depth)


def _returned(project: Project, function: Function, depth: int) -> Result | None:
    """What the function's `return` statements give together."""
    facts = project.function(function)
    if not facts.returns:
        return None if _is_stub(project, function) else Result.VALUE
    given = [
        result_of(project, function.filename, function.scope, expr, depth + 1)
        for expr in facts.returns
        if not (isinstance(expr, ir.Constant) and expr.value is None)
    ]
    return _agreed(given) if given else Result.VALUE


def _is_stub(project: Project, function: Function) -> bool:
    """Whether a function does nothing but perhaps raise: what overrides it may return anything."""
    names = (ir.last_name(found.call.func) or "" for found in project.roles.calls(function))
    return all(name.endswith("Error") for name in names)


def _decorated(
    project: Project,
    function: Function,
    decorator: ir.Expr,
    result: Result | None,
    depth: int,
) -> Result | None:
    if ir.last_name(decorator) in _CONTEXT_MANAGERS:
        return Result.CONTEXT_MANAGER
    wrapper = _wrapper(project, function, decorator)
    if wrapper is None:
        return result if _is_transparent(decorator) else None
    facts = project.function(wrapper)
    if facts.is_generator or facts.is_async:
        return _undecorated(project, wrapper, depth)
    maker = Function(
        wrapper.filename, project.files[wrapper.filename].facts.scopes[wrapper.scope].parent
    )
    passes_on = facts.returns and all(
        isinstance(expr, ir.Call) and _is_parameter(project, maker, expr.func)
        for expr in facts.returns
    )
    return result if passes_on else None


def _is_parameter(project: Project, function: Function, expr: ir.Expr) -> bool:
    return isinstance(expr, ir.Name) and project.function(function).parameter(expr.id) is not None


def _is_transparent(decorator: ir.Expr) -> bool:
    name = decorator.func if isinstance(decorator, ir.Call) else decorator
    return ir.last_name(name) in _TRANSPARENT


def _wrapper(project: Project, function: Function, decorator: ir.Expr) -> Function | None:
    """The one inner function that a decorator of the project puts in a function's place."""
    filename = function.filename
    scope = project.files[filename].facts.scopes[function.scope].parent
    makers = [*_functions(project, filename, scope, decorator)]
    if isinstance(decorator, ir.Call):
        makers = [
            inner
            for maker in _functions(project, filename, scope, decorator.func)
            for inner in _inner_returned(project, maker)
        ]
    if len(makers) != 1 or _marks_as_async(project, makers[0]):
        return None
    wrappers = _inner_returned(project, makers[0])
    return wrappers[0] if len(wrappers) == 1 else None


def _functions(project: Project, filename: str, scope: int, expr: ir.Expr) -> Iterator[Function]:
    for value in project.evaluator.values(filename, scope, expr):
        if isinstance(value, Function):
            yield value


def _inner_returned(project: Project, maker: Function) -> list[Function]:
    """The inner functions that `maker` returns; empty if it may return something else."""
    index = project.files[maker.filename]
    found: list[Function] = []
    for expr in index.function(maker.scope).returns:
        values = project.evaluator.values(maker.filename, maker.scope, expr)
        inner = [
            value
            for value in values
            if isinstance(value, Function)
            and value.filename == maker.filename
            and index.facts.scopes[value.scope].parent == maker.scope
        ]
        if not inner or len(inner) != len(values):
            return []
        found += inner
    return list(dict.fromkeys(found))


def _marks_as_async(project: Project, maker: Function) -> bool:
    """Whether a decorator declares its wrapper a coroutine function by hand."""
    index = project.files[maker.filename]
    called = {ir.last_name(found.call.func) for found in project.roles.calls(maker)}
    bound = {b.name.rpartition(".")[2] for b in index.facts.bindings if b.scope == maker.scope}
    return not _MARKS_AS_ASYNC.isdisjoint(called | bound)


def _awaited(
    project: Project, filename: str, scope: int, func: ir.Expr, depth: int
) -> Result | None:
    """What `await func(...)` gives."""
    values = project.evaluator.values(filename, scope, func)
    if not values:
        return _by_name(project, filename, scope, func)
    results: list[Result | None] = []
    for value in values:
        if not isinstance(value, Function) or project.function(value).decorators:
            return None
        if not project.function(value).is_async:
            return None
        results.append(_returned_by_async(project, value, depth))
    return _agreed(results)


def _returned_by_async(project: Project, function: Function, depth: int) -> Result | None:
    return None if project.function(function).is_generator else _returned(project, function, depth)


def _agreed(results: Iterable[Result | None]) -> Result | None:
    """The one result that all are, if they agree."""
    found = set(results)
    return found.pop() if len(found) == 1 else None
