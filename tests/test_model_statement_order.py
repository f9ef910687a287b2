"""The order of statements, on small functions whose calls `a()`, `b()`, ... are the marks."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst
import pytest

from asgi_lint.model.parse import child_nodes
from asgi_lint.model.statement_order import StatementOrder


def order_in(body: str, *, past_handlers: bool = True) -> tuple[set[str], bool]:
    """`ab` where a may precede b, `a>b` where it always does; whether the end is reached."""
    lines = ["start()", *dedent(body).splitlines(), "end()"]
    text = "async def f():\n" + "".join(f"    {line}\n" for line in lines)
    function = cst.parse_module(text).body[0]
    assert isinstance(function, cst.FunctionDef)
    marks: dict[str, cst.CSTNode] = {}
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
            marks[node.func.value] = node
        stack.extend(child_nodes(node))
    order = StatementOrder(function.body, marks.values(), past_handlers=past_handlers)
    ends = order.may_precede(marks.pop("start"), marks.pop("end"))
    found = {a + b for a in marks for b in marks if order.may_precede(marks[a], marks[b])}
    found |= {f"{a}>{b}" for a in marks for b in marks if order.always_precedes(marks[a], marks[b])}
    return found, ends


@pytest.mark.parametrize(
    ("body", "expected", "falls_off"),
    [
        ("a()\nb()", {"ab", "a>b"}, True),
        ("x = a(b())", {"ba", "b>a"}, True),
        ("x[a()] = b()", {"ba", "b>a"}, True),
        ("y = a() if b() else c()", {"ba", "bc", "ac", "b>a", "b>c", "a>c"}, True),
        ("if x:\n    a()\n    return\nb()", set(), True),
        ("if x:\n    a()\nelif y:\n    b()\nelse:\n    return 1\nc()", {"ac", "bc"}, True),
        ("if x:\n    return a()\nelse:\n    raise b()", set(), False),
        ("while x:\n    a()\nb()", {"aa", "ab"}, True),
        (
            "while True:\n    a()\n    if b():\n        break\nc()",
            {"aa", "ab", "ba", "bb", "ac", "bc", "a>b", "a>c", "b>c"},
            True,
        ),
        ("while True:\n    a()", {"aa"}, False),
        ("while 1:\n    a()", {"aa"}, False),
        ("for x in a():\n    if b():\n        continue\n    c()\nelse:\n    d()",
         {"ab", "ac", "ad", "bb", "bc", "bd", "cb", "cc", "cd", "a>b", "a>c", "a>d", "b>c"}, True),
        ("match a():\n    case 1:\n        b()\n    case _:\n        return\nc()",
         {"ab", "ac", "bc", "a>b", "a>c", "b>c"}, True),
        ("match x:\n    case 1:\n        return a()", set(), True),
        ("with suppress():\n    return a()", {"suppressa", "suppress>a"}, True),
        ("with a():\n    return b()", {"ab", "a>b"}, False),
        ("def g():\n    a()\nb()", set(), True),
        ("x = lambda: a()\nb()", set(), True),
    ],
)  # fmt: skip
def test_ways_through_a_function(body: str, expected: set[str], *, falls_off: bool) -> None:
    assert order_in(body) == (expected, falls_off)


def test_a_handler_may_come_after_any_part_of_its_try() -> None:
    found, falls_off = order_in("try:\n    a()\n    return b()\nexcept E:\n    c()\nd()")
    assert found == {"ab", "a>b", "ac", "bc", "ad", "bd", "cd", "c>d"}
    assert falls_off


def test_finally_comes_after_a_return_as_well() -> None:
    found, falls_off = order_in("try:\n    return a()\nfinally:\n    b()\nc()")
    assert found == {"ab"}
    assert not falls_off


def test_except_star_is_a_handler() -> None:
    assert order_in("try:\n    a()\nexcept* E:\n    b()\n    raise")[0] == {"ab"}


def test_without_what_follows_a_handler() -> None:
    found, _ = order_in("try:\n    return a()\nexcept E:\n    b()\nc()", past_handlers=False)
    assert found == {"ab"}
