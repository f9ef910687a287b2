"""The nodes of a function in Python's own tree, with and without those of inner functions."""

from __future__ import annotations

import ast

from asgi_lint.model.children import all_nodes, children_of, own_nodes
from asgi_lint.model.labels import bound_once, written_names

SOURCE = """\
global total
import a.b as c, d.e
names = {**given, "key": [one, *two]}
match names:
    case {"x": 1, **rest} | Point(y=[*others]) if rest:
        pass
try:
    show(f"{names!r:{width}}", key=lambda each: each.inner)
except ValueError as error:
    def handle(value: int = first, /, *more, other=second, **options):
        return nested
"""


def _names(nodes: object) -> list[str]:
    return [node.id for node in nodes if isinstance(node, ast.Name)]  # type: ignore[attr-defined]


def test_own_nodes_leave_inner_functions_out_and_all_nodes_do_not() -> None:
    body = ast.parse(SOURCE).body

    own = _names(own_nodes(*body))
    inner = [name for name in _names(all_nodes(*body)) if name not in own]

    expected = ["names", "given", "one", "two", "names", "Point", "rest"]
    assert own == [*expected, "show", "names", "width", "ValueError"]
    assert sorted(inner) == ["each", "first", "int", "nested", "second"]


def test_all_nodes_are_those_of_ast_without_operators_and_contexts() -> None:
    tree = ast.parse(SOURCE)
    plain = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

    expected = {node for node in ast.walk(tree) if not isinstance(node, plain)}

    assert set(all_nodes(tree)) == expected


def test_written_names_are_those_that_no_expression_stands_for() -> None:
    found = {name for node in all_nodes(ast.parse(SOURCE)) for name in written_names(node)}

    written = {"total", "a", "c", "d", "rest", "others", "error"}
    assert found == written | {"handle", "value", "more", "other", "options", "each"}


def test_a_variable_bound_twice_or_to_nothing_is_not_bound_once() -> None:
    tree = ast.parse("a = 1\nb: int\nc: int = 2\nd = 3\nd = 4\nprint(e := 5)\nf, g = 6, 7\n")

    bound = bound_once(all_nodes(tree))

    assert {name: ast.unparse(value) for name, value in bound.items()} == {
        "a": "1",
        "c": "2",
        "e": "5",
    }


def test_children_of_a_pattern_with_keywords_are_nodes() -> None:
    [match] = ast.parse("match point:\n    case Point(1, y=2, z=Other(x=a)): pass\n").body
    stack: list[ast.AST] = [match]
    while stack:
        node = stack.pop()
        assert isinstance(node, ast.AST), node
        stack += children_of(node)
