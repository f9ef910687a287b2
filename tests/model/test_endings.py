from __future__ import annotations

from textwrap import dedent, indent

import libcst as cst
import pytest

from asgi_lint.model.endings import endings


def last_of(body: str) -> list[str]:
    """The code of what is evaluated last on each way off the end of a function."""
    module = cst.parse_module("def f():\n" + indent(dedent(body).strip("\n"), "    ") + "\n")
    function = module.body[0]
    assert isinstance(function, cst.FunctionDef)
    return [module.code_for_node(node).strip() for node in endings(function.body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("work()", ["work()"]),
        ("work()\nreturn 1", []),
        ("raise ValueError", []),
        ("sys.exit(1)", []),
        ("assert False", []),
        ("if a:\n    return 1", ["a"]),
        ("if a:\n    return 1\nelse:\n    work()", ["work()"]),
        ("if a:\n    return 1\nelif b:\n    return 2", ["b"]),
        ("if a:\n    return 1\nelif not a:\n    return 2", []),
        ("if not a:\n    return 1\nelif b:\n    return 2\nelif a:\n    return 3", []),
        ("while True:\n    work()", []),
        ("while 1:\n    if a:\n        break", ["break"]),
        ("while a:\n    return 1", ["a"]),
        ("while True:\n    for x in y:\n        break", []),
        ("for x in y:\n    return x", ["y"]),
        ("for x in y:\n    return x\nelse:\n    return 2", []),
        ("for x in y:\n    break\nelse:\n    return 2", ["break"]),
        ("with lock:\n    return 1", []),
        ("with suppress(E):\n    return 1", ["suppress(E)"]),
        ("try:\n    return 1\nexcept E:\n    work()", ["work()"]),
        ("try:\n    return 1\nexcept E:\n    raise", []),
        ("try:\n    work()\nexcept E:\n    return 1\nelse:\n    return 2", []),
        ("try:\n    work()\nfinally:\n    return 1", []),
        ("try:\n    return 1\nexcept* E:\n    work()", ["work()"]),
        ("match a:\n    case 1:\n        return 1", ["a"]),
        ("match a:\n    case 1:\n        return 1\n    case _:\n        return 2", []),
        ("match a:\n    case 1:\n        return 1\n    case x if x:\n        return 2", ["a"]),
    ],
)
def test_ways_off_the_end(body: str, expected: list[str]) -> None:
    assert last_of(body) == expected
