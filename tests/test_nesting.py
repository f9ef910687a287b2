"""What LibCST would take too long for is left out and told; what people write is not."""

from __future__ import annotations

from pathlib import Path

import pytest

import asgi_lint
from asgi_lint.nesting import DEEP, LONG, out_of_bounds

PACKAGE = Path(asgi_lint.__file__).parent


@pytest.mark.parametrize(
    "text",
    [
        f"x = 1{' + 1' * 3_000}\n",
        f"x = a{'.b()' * 2_000}\n",
        f"x = a{'[0]' * 2_000}\n",
        f"x = {'lambda: ' * 2_000}1\n",
        f"x = {'not ' * 4_000}1\n",
        f"x = {'f(' * 800}{')' * 800}\n",
        f"x = {'1 if x else ' * 2_000}1\n",
        f"x = f'{{a{' + a' * 3_000}}}'\n",
        f"x = (  # not closed\n{'y + ' * 3_000}",
        f"x = {'(1, f(' * 50}1{'))' * 50}\n" * 100,
        f"match x:\n    case {'[' * 20}a{']' * 20}: pass\n",
        f"match x:\n    case {'{1: ' * 20}\n",
        f"del {'(' * 25}a\n",
        f"x = 1; y = 1{' or 1' * 4_000}\r\n",
    ],
)
def test_deep_text(text: str) -> None:
    assert out_of_bounds(text) == DEEP


def test_long_text() -> None:
    assert out_of_bounds("x = [1, 2, 3]\n" * 20_000) == LONG
    assert out_of_bounds(f"f({'1, ' * 100_000})\n") == LONG


@pytest.mark.parametrize(
    "text",
    [
        f"x = [{'a.b, ' * 10_000}]\n",
        f"x = [{'f(1), ' * 15_000}]\n",
        f"x = '''{'((((( + ' * 50_000}'''\n",
        f"# {'((((( + ' * 50_000}\nx = 1\n",
        f"x = f'{'{a.b} + ' * 20_000}'\n",
        "if x: pass\n" + "elif x + 1: pass\n" * 10_000,
        "x = f(1) + g(2)\n" * 5_000,
        "x = f(1) + g(2)\r" * 5_000,
        "x = f(1); " * 10_000,
        "x = (\n" + "    a +\n" * 400 + "    b)\n",
        f"x = select(){'.where(a == b)' * 100}\n",
        "".join(f"{' ' * depth}if x({depth}):\n" for depth in range(90)) + " " * 90 + "pass\n",
    ],
)
def test_wide_text_is_within_bounds(text: str) -> None:
    assert out_of_bounds(text) == ""


def test_our_own_modules_are_within_bounds() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))]
    assert len(texts) > 100
    assert {out_of_bounds(text) for text in texts} == {""}
    assert out_of_bounds("\n".join(texts[:60])) == ""
