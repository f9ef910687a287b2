"""What the comparison says that asgi-lint finds is what it finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from asgi_lint.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "comparison.md").read_text(encoding="utf-8")
PROGRAMS = dict(
    re.findall(r'^```python title="(\w+\.py)"\n(.*?)^```$', PAGE, re.MULTILINE | re.DOTALL)
)
CLAIMED = dict(re.findall(r"^\| \[(\w+\.py)\]\(#\w+\) \| (.*?) \|", PAGE, re.MULTILINE))


def test_every_program_is_compared() -> None:
    assert list(CLAIMED) == list(PROGRAMS)
    assert {bool(code) for code in CLAIMED.values()} == {True, False}


@pytest.mark.parametrize("name", PROGRAMS)
def test_asgi_lint_says_of_it_what_the_table_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(PROGRAMS[name], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(main, ["check", name, "--isolated", "--output-format", "concise"])
    marked = [
        row for row, line in enumerate(PROGRAMS[name].split("\n"), 1) if line.endswith("# bug")
    ]
    found = re.findall(rf"^{name}:(\d+):\d+: (\w+) ", run.stdout, re.MULTILINE)
    assert [code for row, code in found if int(row) in marked] == CLAIMED[name].split()
