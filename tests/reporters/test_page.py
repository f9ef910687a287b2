"""Rules' pages on a terminal: nothing is lost, nothing is too wide, and no markup is left."""

from __future__ import annotations

import re

import pytest
from click import unstyle

from asgi_lint.reporters.characters import width
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.page import render
from asgi_lint.rules.registry import page, rules

PLAIN, COLORED = painter(color=False), painter(color=True)

PAGE = """\
# a-rule (ASG999)

## What it reports

A `call next` in *no* [other rule](ASG998.md), or [one](https://example.org/a) elsewhere.

- An item that is long enough to be broken
- <https://example.org/b>

| Release | What `it` does |
| --- | --- |
| 0.1 | nothing \\| all that is said here |
| 0.2.0 | everything |

```python title="app.py" fixed
if x:  # error: [ASG999]

    print("a # b")  # why
```
"""

SHOWN = """\
a-rule (ASG999)

What it reports

A `call next` in *no* other
rule, or one
(https://example.org/a)
elsewhere.

- An item that is long enough
  to be broken
- https://example.org/b

Release  What `it` does
───────  ─────────────────────
0.1      nothing | all that is
         said here
0.2.0    everything

    app.py (fixed)
    if x:  # error: [ASG999]

        print("a # b")  # why
"""


def test_page_without_colour() -> None:
    assert render(PAGE, 30, PLAIN) == SHOWN


def test_colour_changes_no_text() -> None:
    colored = render(PAGE, 30, COLORED)
    assert unstyle(colored) == SHOWN
    for painted in ("\x1b[2m# why\x1b[0m", '\x1b[32m"a # b"\x1b[0m', "\x1b[34mif\x1b[0m"):
        assert painted in colored
    assert "\x1b[31m\x1b[1m# error: [ASG999]\x1b[0m" in colored


@pytest.mark.parametrize("code", rules())
def test_pages_of_all_rules(code: str) -> None:
    columns = 80
    text = page(rules()[code])
    shown = unstyle(render(text, columns, COLORED))
    words = {*re.findall(r"[A-Za-z_]{3,}", re.sub(r"\]\([^)]*\.md\)|```.*|\w+=\"", "", text))}
    unbroken = re.sub(r"[\s─]+", "", shown)
    assert [word for word in words if word not in unbroken] == []
    assert "](" not in re.sub(r"`[^`]*`", "", re.sub(r"(?m)^    .*", "", shown))
    breakable = [
        line
        for line in shown.split("\n")
        if not line.startswith("    ") and " " in line.removeprefix("- ")
    ]
    assert [line for line in breakable if width(line) > columns] == []
