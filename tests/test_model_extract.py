from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from linked_projects import facts_of

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from asgi_lint.model.facts import FileFacts, FunctionFacts


def function(text: str) -> FunctionFacts:
    """The facts of the only function of a file."""
    [found] = [scope.function for scope in facts_of(text).scopes if scope.function is not None]
    return found


def owner(facts: FileFacts, scope: int) -> str:
    return facts.scopes[scope].qualname


def called(facts: FileFacts) -> list[tuple[str, str | None]]:
    """Every call: the scope that evaluates it, and the function's name."""
    return [(owner(facts, c.scope), ir.dotted(c.call.func)) for c in facts.calls]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a", ("a", "a", None, 0, False)),
        ("import a.b", ("a", "a.b", None, 0, False)),
        ("import a.b as c", ("c", "a.b", None, 0, True)),
        ("from a.b import c", ("c", "a.b", "c", 0, True)),
        ("from a import b as c", ("c", "a", "b", 0, True)),
        ("from . import a", ("a", "", "a", 1, True)),
        ("from ..m import x as y", ("y", "m", "x", 2, True)),
        ("from a import *", ("", "a", "*", 0, False)),
        ("from a import (\n    b,\n)", ("b", "a", "b", 0, True)),
    ],
)
def test_import(text: str, expected: tuple[object, ...]) -> None:
    [found] = facts_of(text).imports
    assert (found.bound, found.module, found.name, found.level, found.direct) == expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("TYPE_CHECKING", True),
        ("typing.TYPE_CHECKING", True),
        ("t.TYPE_CHECKING", True),
        ("not TYPE_CHECKING", False),
        ("sys.version_info > (3, 11)", False),
    ],
)
def test_import_for_types_only_is_marked(test: str, expected: bool) -> None:
    facts = facts_of(f"if {test}:\n    from a import b\nelse:\n    from a import c\nimport d\n")
    assert [found.type_checking for found in facts.imports] == [expected, False, False]


def test_scopes_are_named_by_where_they_stand() -> None:
    facts = facts_of(
        "class A:\n    def f(self):\n        def g(): ...\n    class B: ...\nasync def h(): ...\n"
    )
    assert [scope.qualname for scope in facts.scopes] == ["", "A", "A.f", "A.f.g", "A.B", "h"]
    assert [owner(facts, scope.parent) for scope in facts.scopes] == ["", "", "A", "A.f", "A", ""]


def test_call_belongs_to_the_scope_that_evaluates_it() -> None:
    facts = facts_of(
        "@decorator(1)\n"
        "def f(x=default()):\n"
        "    @inner()\n"
        "    class A(base()):\n"
        "        y = body()\n"
        "    return [element() for z in iterable() if condition()]\n"
    )
    assert called(facts) == [
        ("", "decorator"),
        ("", "default"),
        ("f", "inner"),
        ("f", "base"),
        ("f.A", "body"),
        ("f", "element"),
        ("f", "iterable"),
        ("f", "condition"),
    ]


def test_calls_are_found_in_every_statement() -> None:
    text = (
        "if a(): b()\nelif c(): d()\nelse: e()\n"
        "while f(): g()\nelse: h()\n"
        "for x in i(): j()\nelse: k()\n"
        "try: l()\nexcept m(): n()\nelse: o()\nfinally: p()\n"
        "with q() as y: r()\n"
        "match s():\n    case 1 if t(): u()\n"
        "assert v(), w()\ndel y[x1()]\nraise x2() from x3()\nx += y2()\n"
        "z: z1() = z2()\n"
    )
    names = {name for _, name in called(facts_of(text))}
    expected = {*"abcdefghijklmnopqrstuvw", "x1", "x2", "x3", "y2", "z2"}
    assert names >= expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1", [("", "x")]),
        ("x = y = 1", [("", "x"), ("", "y")]),
        ("x, (y, *z) = 1", [("", "x"), ("", "y"), ("", "z")]),
        ("x: int", [("", "x")]),
        ("x += [1]", [("", "x")]),
        ("a.b.c = 1", [("", "a.b.c")]),
        ("for x, y in z: ...", [("", "x"), ("", "y")]),
        ("with a as (x, y): ...", [("", "x"), ("", "y")]),
        ("[x for x in y]", [("", "x")]),
        ("if (x := 1): ...", [("", "x")]),
        ("class A:\n    def f(self):\n        self.x = 1", [("A.f", "self.x")]),
        ("class A:\n    @classmethod\n    def f(cls):\n        cls.x = 1", [("A.f", "x")]),
    ],
)
def test_binding(text: str, expected: list[tuple[str, str]]) -> None:
    facts = facts_of(text)
    assert [(owner(facts, b.scope), b.name) for b in facts.bindings] == expected


def test_parameters_keep_their_kinds_and_order() -> None:
    found = function("def f(a, /, b: int, c=1, *d, e, g=2, **h): ...\n")
    assert [(p.name, p.kind, p.keyword_only) for p in found.parameters] == [
        ("a", "", False),
        ("b", "", False),
        ("c", "", False),
        ("d", "*", False),
        ("e", "", True),
        ("g", "", True),
        ("h", "**", False),
    ]
    assert [p.name for p in found.parameters if p.default is not None] == ["c", "g"]
    assert [p.name for p in found.parameters if p.annotation is not None] == ["b"]


@pytest.mark.parametrize(
    ("body", "is_generator", "under_cleanup"),
    [
        ("pass", False, False),
        ("yield 1", True, False),
        ("return (yield)", True, False),
        ("yield from g()", True, False),
        ("def g(): yield 1", False, False),
        ("with a: yield 1", True, False),
        ("try: yield 1\n    finally: f()", True, True),
        ("try: yield 1\n    except A: f()", True, False),
        ("try: f()\n    finally: yield 1", True, False),
        ("try:\n        with a: yield 1\n    finally: f()", True, True),
        ("try: yield 1\n    finally: f()\n    yield 2", True, False),
    ],
)
def test_generator(body: str, is_generator: bool, under_cleanup: bool) -> None:
    found = next(s.function for s in facts_of(f"def f():\n    {body}\n").scopes if s.function)
    assert (found.is_generator, found.yields_under_cleanup) == (is_generator, under_cleanup)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("x = 1\n", 1),
        ("import a\nx = 1\n", 2),
        ('"""Doc."""\n\nimport a\nfrom b import (\n    c,\n)\n\nx = 1\n', 7),
        ('"""Doc\nmore."""\nx = 1\n', 3),
        ("# note\nimport a\ntry:\n    import b\nexcept ImportError: ...\nimport c\n", 3),
        ("from __future__ import annotations\n", 2),
    ],
)
def test_new_import_goes_below_the_first_run_of_imports(text: str, row: int) -> None:
    assert facts_of(text).import_row == row


@pytest.mark.parametrize(("newline"), ["\n", "\r\n", "\r"])
def test_line_ending_is_that_of_the_file(newline: str) -> None:
    assert facts_of(f"import a{newline}x = 1{newline}").newline == newline


def test_facts_can_be_kept_on_disk() -> None:
    facts = facts_of("from a import b\n@b.c('é')\nclass A(b[int]):\n    x = {**b, 'y': [1, *b]}\n")
    assert pickle.loads(pickle.dumps(facts)) == facts
