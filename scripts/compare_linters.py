"""Runs linters on the programs of docs/comparison.md and writes what each says where the bug is.

    nox -s compare

The programs are the page's code blocks with a title; `# bug` marks the lines that count. The
linters are those that are installed beside asgi-lint.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("documentation")))

from markdown_table import table

PAGE = Path(__file__).resolve().parents[1] / "docs/comparison.md"
PROGRAM = re.compile(r'^```python title="(\w+\.py)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
MARK = "# bug"

# Style is left out where a linter has rules for it. A pattern has the line and the code.
_STYLE = "ANN,COM,CPY,D,ERA,INP,T20"
_RUFF = ["ruff", "check", "--isolated", "--select", "ALL", "--ignore", _STYLE, "--quiet"]
_PYLINT = ["pylint", "--rcfile=", "--disable=C,import-error", "--msg-template={line}:{msg_id}:"]
LINTERS = {
    "asgi-lint": (["asgi_lint", "--isolated", "--output-format", "concise"], r":(\d+):\d+: (\w+) "),
    "ruff": ([*_RUFF, "--output-format", "concise"], r":(\d+):\d+: ([A-Z]+\d+) "),
    "flake8-async": (["flake8_async", "--enable=ASYNC"], r":(\d+):\d+: (\w+) "),
    "pylint": (_PYLINT, r"^(\d+):(\w+):"),
    "fixit": (["fixit", "lint"], r"@(\d+):\d+ (\w+):"),
}


def main() -> None:
    """Write the table between the page's markers."""
    text = PAGE.read_text(encoding="utf-8")
    between = re.compile(r"(<!-- compared -->\n).*?(<!-- /compared -->)", re.DOTALL)
    compared = f"{_table(PROGRAM.findall(text))}\n\nWith {_releases()}.\n"
    PAGE.write_text(between.sub(rf"\1{compared}\2", text), encoding="utf-8", newline="\n")


def said(linter: str, program: Path) -> list[str]:
    """The codes that a linter reports on the marked lines of a program, in order of the lines."""
    arguments, pattern = LINTERS[linter]
    command = [sys.executable, "-m", *arguments, program.name]
    run = subprocess.run(command, cwd=program.parent, capture_output=True, text=True, check=False)
    lines = program.read_text(encoding="utf-8").split("\n")
    found = re.findall(pattern, run.stdout, re.MULTILINE)
    codes = [code for line, code in found if lines[int(line) - 1].endswith(MARK)]
    return list(dict.fromkeys(codes))


def _table(programs: list[tuple[str, str]]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for name, text in programs:
            program = Path(folder) / name
            program.write_text(text, encoding="utf-8")
            cells = (", ".join(said(linter, program)) for linter in LINTERS)
            rows.append((f"[{name}](#{name.removesuffix('.py')})", *cells))
        return table(("Program", *LINTERS), rows)


def _releases() -> str:
    others = [f"{linter} {version(linter)}" for linter in LINTERS if linter != "asgi-lint"]
    return f"{', '.join(others[:-1])} and {others[-1]}"


if __name__ == "__main__":
    main()
