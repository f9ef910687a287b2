"""LibCST's tree, converted, leads to the same facts as the running Python's own."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import libcst as cst
import pytest
from fixture_projects import FIXTURES
from linked_projects import facts_of

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.model import extract as module
from asgi_lint.model.expressions import Name
from asgi_lint.model.newer_syntax import converted
from asgi_lint.rules.registry import rules

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.model.facts import FileFacts

SOURCE = FIXTURES.parent / "src"
TEXTS = [*sorted(FIXTURES.rglob("*.py"))[::4], *sorted(SOURCE.rglob("*.py"))[::8]]

EXTRACTORS = [*dict.fromkeys(e for rule in rules().values() for e in rule.extractors)]
PLACES_IN_STRINGS = sys.version_info >= (3, 12)
"""Before, CPython misplaced what stands in an f-string of several lines."""

CONSTRUCTS = '''\
"""The docstring."""
import a.b, c as d; from . import (e as f, g)
from ..m import *

@decorated(1, *args, key=2, **rest)
async def größe(a, /, b: "X | None" = f(), *c: int, d=1, **e) -> g():
    global counter
    counter += 1
    async with open(a) as (x, y), other():
        names.append(call(y))
    try:
        yield [await f(i) async for i in items if i if not j]
    except (A, B) as error:
        raise
    else:
        x[1:2, ::f(3)] = y[a, b]
    finally:
        print("a" "b", b"c", f"{x!r} {y:>{width}} {f(z)}", 1.5, 10**2, ...)
    for i, (j, *k) in enumerate({**a, "b": [1, *c]}): pass
    while (n := f()) and not (lambda q=f(): q)():
        if a: b = 1
        elif c: d = (1,)
        else:
            if e: return [x] + y | z
    match f(a):
        case {"k": [1, *r]} if r: g()
        case _: pass
    del a, b
    return {k: v for k, v in {f(): g()}.items()} if (yield) else {*a, 1}


class C(D, E[F], metaclass=M):
    x: int
    y: "int" = 1
    self.z = cls.w = 2
    def f(self): yield from (a, b)
'''


def both(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[FileFacts, FileFacts]:
    own = facts_of(text, extractors=EXTRACTORS)
    with monkeypatch.context() as patch:
        patch.setattr(module, "syntax_tree", lambda text: converted(cst.parse_module(text), text))
        return own, facts_of(text, extractors=EXTRACTORS)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_real_code(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, theirs = both(path.read_text(encoding="utf-8"), monkeypatch)
    assert shape(theirs) == shape(own)


@pytest.mark.parametrize("path", TEXTS[::3], ids=lambda path: path.name)
def test_tree_is_the_one_that_python_makes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    try:
        own = ast.parse(text)
    except SyntaxError:
        pytest.skip("this Python does not read it")
    assert parts(with_deep_stack(lambda: converted(cst.parse_module(text), text))) == parts(own)


def test_every_construct_in_the_tree() -> None:
    text = CONSTRUCTS + MORE_CONSTRUCTS
    if sys.version_info >= (3, 11):
        text += "x[*y]\ntry: pass\nexcept* E as e: raise\n"
    own = ast.parse(text)
    assert parts(converted(cst.parse_module(text), text)) == parts(own)
    kinds = {type(node) for node in ast.walk(own)}
    left = ALL_KINDS - kinds
    assert not left, f"no construct has {sorted(kind.__name__ for kind in left)}"


def parts(node: object) -> object:
    """A tree in plain data: kinds, places and all fields that mean something.

    Of f-strings only the place: before Python 3.12 there are no others in them.
    """
    match node:
        case ast.JoinedStr():
            return "JoinedStr", place(node)
        case ast.AST():
            fields = [
                (name, parts(getattr(node, name, None)))
                for name in node._fields
                if name not in NO_MEANING
            ]
            return type(node).__name__, place(node), fields
        case list():
            return [parts(each) for each in node]
        case _:
            return repr(node)


def place(node: ast.AST) -> list[object]:
    """The four numbers that a node has, if it has any."""
    return [getattr(node, name, None) for name in node._attributes]


NO_MEANING = {"kind", "type_comment", "type_ignores", "type_params"}
ALL_KINDS = {
    kind
    for base in (ast.expr, ast.stmt, ast.pattern, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    for kind in base.__subclasses__()
    if kind.__module__ in ("ast", "_ast")
} - {
    # What no text makes any more, and what is younger than the oldest Python that runs this.
    getattr(ast, name, None)
    for name in ("AugLoad", "Interpolation", "TemplateStr", "TryStar", "TypeAlias", "Suite")
}
MORE_CONSTRUCTS = """
async def more(x):
    nonlocal_ = 1
    def inner():
        nonlocal nonlocal_
        assert not x, "message"
        del x.a, (x.b, x[0])
        del (y)
        for i in (1, 2):
            if i is None or i is not x or i in x and i not in x: continue
            break
    async for z in f(*(a for a in b), (yield), key=(await c)): pass
    x = a - b * c @ d / e % f ** g << h >> i | j ^ k & l // m
    x -= 1; x @= 2; x //= ~a + -b - +c
    y = (a < b <= c > d >= e == f != g), (not a)
    z = 1j, ..., {1, 2}, {**a}, "a" f"b" "c", f"", (i for i in j), (), (1,), [*(a)]
    w = sum(i for i in j), sum  (  i for i in j), {i: j for i in k}, {i for i in k}
    v = a[b,], a[(b, c)], a[:], a[1:, ::2], x[i:j:k]
    match x, y:
        case (1 | -2, "a", None): pass
        case [a, *_] | (b, *c): pass
        case {"k": 1, **rest}: pass
        case C(1, k=[2], l=D()) as bound if bound: pass
        case a.b | None: pass
        case ("long"): pass
        case 1 + 2j: pass
        case [*_]: pass
    import a.b as c, d
    from . import *
    raise E from error
class K(B, metaclass=M, **kw): pass
a.b: int = 1
lambda a, b=1, *c, d, e=2, **f: (yield)
with (open(a) as b, c as (d, e)): pass
"""


def test_every_construct(monkeypatch: pytest.MonkeyPatch) -> None:
    own, theirs = both(CONSTRUCTS, monkeypatch)
    assert shape(theirs) == shape(own)
    assert {call.call.func.id for call in own.calls if isinstance(call.call.func, Name)} >= {
        "decorated", "f", "call", "other", "print", "enumerate", "g"
    }  # fmt: skip


def shape(facts: FileFacts) -> dict[str, object]:
    """The facts without the insides of values: `ast` gives parentheses to some that hold none."""
    return {
        "scopes": [
            (
                scope.parent,
                scope.qualname,
                scope.function
                and (
                    scope.function.span,
                    scope.function.end_row,
                    scope.function.is_async,
                    scope.function.is_generator,
                    scope.function.yields_under_cleanup,
                    scope.function.declares_global,
                    [(p.name, p.kind, p.keyword_only, p.span) for p in scope.function.parameters],
                    len(scope.function.returns),
                    len(scope.function.decorators),
                ),
                scope.class_ and (scope.class_.span, len(scope.class_.bases)),
            )
            for scope in facts.scopes
        ],
        "imports": facts.imports,
        "bindings": [
            (
                b.scope,
                b.name,
                b.span,
                b.augments,
                b.is_global,
                b.block_end,
                b.loop,
                b.at_front,
                type(b.value),
                type(b.annotation),
            )
            for b in facts.bindings
        ],
        "calls": [
            (
                c.scope,
                c.call.span if PLACES_IN_STRINGS else None,
                type(c.call.func),
                *tuple((a.keyword, a.star, type(a.value)) for a in c.call.args),
            )
            for c in facts.calls
        ],
        "import_row": facts.import_row,
        "candidates": facts.candidates,
    }
