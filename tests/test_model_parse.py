from __future__ import annotations

import sys
import threading

import libcst as cst
import pytest

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.diagnostics import Position
from asgi_lint.model.extract import extract
from asgi_lint.model.facts import FileFacts
from asgi_lint.model.parse import Positions, child_nodes, parse
from asgi_lint.model.syntax_tree import SyntaxProblem, syntax_tree

HAS_A_FIXED_C_STACK = sys.version_info[:2] in {(3, 12), (3, 13)}
"""There CPython counts nested C calls against a limit that nobody can raise."""


def extracted(text: str) -> FileFacts | SyntaxProblem:
    return with_deep_stack(lambda: extract(text, "/project/main.py"))


@pytest.mark.parametrize(
    "text",
    [
        f"x = {'(' * 1_500}f(){')' * 1_500}\n",
        f"x = {' and '.join(['a'] * 10_000)}\nf()\n",
        "if a: f()\n" + "elif b: pass\n" * 5_000,
        f"x = {'[' * 180}f(){']' * 180}\n",
        f"x = {'not ' * 2_000}f()\n",
        f"x = f{'()' * 1_000}\n",
        f"x = f{'.a' * 1_000}()\n",
        "".join(f"{'  ' * depth}def f():\n" for depth in range(90)) + "  " * 90 + "f()\n",
    ],
    ids=["parentheses", "and", "elif", "brackets", "not", "calls", "attributes", "functions"],
)
def test_deep_code_does_not_end_the_process(text: str) -> None:
    found = extracted(text)
    if HAS_A_FIXED_C_STACK and isinstance(found, SyntaxProblem):
        assert found.message == "This file is nested too deeply to be analysed."
        return
    assert isinstance(found, FileFacts)
    assert "f" in {getattr(call.call.func, "id", None) for call in found.calls} or "f.a" in text


def test_deep_stack_hands_on_results_and_errors() -> None:
    assert with_deep_stack(lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        with_deep_stack(lambda: 1 // 0)


def test_deep_stack_within_another_is_the_same_one() -> None:
    inner, outer = with_deep_stack(
        lambda: (with_deep_stack(threading.current_thread), threading.current_thread())
    )
    assert inner is outer


def test_deep_stack_leaves_the_limits_as_they_were() -> None:
    before = sys.getrecursionlimit(), threading.stack_size()
    assert with_deep_stack(sys.getrecursionlimit) > before[0]
    assert (sys.getrecursionlimit(), threading.stack_size()) == before


@pytest.mark.parametrize(
    ("text", "row", "column", "message"),
    [
        ("x = (1,\ny = 2\n", 1, 5, "'(' was never closed"),
        ("def f():\n    return [1}\n", 2, 14, "does not match"),
        ("def f():\n  x\n y\n", 3, None, "unindent"),
        ("x = '''abc\n\n", 1, 5, "unterminated triple-quoted string"),
        ("print 'x'\n", 1, 1, "Missing parentheses"),
        ("class\n", 1, 6, "invalid syntax"),
    ],
)
def test_broken_file_has_the_place_and_the_words_of_cpython(
    text: str, row: int, column: int | None, message: str
) -> None:
    for found in (extracted(text), with_deep_stack(lambda: syntax_tree(text))):
        assert isinstance(found, SyntaxProblem)
        assert message in found.message
        assert found.span.start.row == row
        assert column in (None, found.span.start.column)


@pytest.mark.parametrize(
    "text",
    [
        "type X = int\n",
        "def f[T: int](x: T) -> T: ...\n",
        "class A[*Ts, **P]: ...\n",
        'x = f"{", ".join(a)}"\n',
        "try:\n    f()\nexcept* ValueError:\n    pass\n",
        'x = t"{a}"\n',
        "try:\n    f()\nexcept A, B:\n    pass\n",
        "match x:\n    case {'a': [1, *r], **k} if r: f()\n    case _: pass\n",
        "with (open(a) as b, open(c) as d):\n    f()\n",
    ],
)
def test_newer_grammar_than_the_running_one_is_read(text: str) -> None:
    assert isinstance(extracted(text), FileFacts)


def spans(text: str) -> dict[str, tuple[Position, Position]]:
    """Where each name of a file stands, by the name."""
    module = with_deep_stack(lambda: parse(text))
    assert isinstance(module, cst.Module)
    positions = Positions(module)
    found: dict[str, tuple[Position, Position]] = {}
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            span = positions.span(node)
            found[node.value] = (span.start, span.end)
        stack.extend(child_nodes(node))
    return found


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("here\n", 1, 1),
        ("\n\n    \nif x:\n    here\n", 5, 5),
        ("if x:\n\tif y:\n\t\there\n", 3, 3),
        ("a = 1\r\nhere\r\n", 2, 1),
        ("a = 1\rhere\r", 2, 1),
        ("x = 'größe', here\n", 1, 14),
        ("x = '\N{GRINNING FACE}', here\n", 1, 10),
        ("größe = here\n", 1, 9),
        ("x = '''a\nb\n''' + here\n", 3, 7),
        ("x = '''a\r\nb\r\n''' + here\r\n", 3, 7),
        ("x = \\\n  here\n", 2, 3),
        ("x = (  # note\n  # more\n  here)\n", 3, 3),
        ("x = 1; here\n", 1, 8),
        ("@here\ndef f(): ...\n", 1, 2),
        ("# note\n\ndef here(): ...\n", 3, 5),
        ("x = 1\nhere", 2, 1),
    ],
)
def test_position_counts_rows_and_characters_from_one(text: str, row: int, column: int) -> None:
    start, end = spans(text)["here"]
    assert start == Position(row, column)
    assert end == Position(row, column + 4)


def test_positions_are_those_of_libcst_itself() -> None:
    from libcst.metadata import MetadataWrapper, PositionProvider

    text = (
        "# note\n@a.b(1, *c)\nasync def f(self, /, a: int = 1, *, b='é', **k) -> X:\n"
        "\ttry:\n\t\tasync with a as b, c:\n\t\t\tyield [x async for x in y if x]\n"
        "\texcept (A, B) as e: raise\n\telse: pass\n\tfinally:\n\t\tawait f(\n\t\t\t1,\n\t\t)\n\n"
        "class C(D, m=E):\n\tx: int = lambda y: (y := 1) if z else {**a, 'b': [1][::2]}\n"
    )
    module = cst.parse_module(text)
    theirs = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    ours = Positions(module)
    kinds = (cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement, cst.Arg)
    checked = 0
    for node, expected in theirs.items():
        if isinstance(node, kinds):
            span = ours.span(node)
            assert (*span.start,) == (expected.start.line, expected.start.column + 1), node
            assert (*span.end,) == (expected.end.line, expected.end.column + 1), node
            checked += 1
    assert checked > 60
