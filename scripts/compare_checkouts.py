"""Compare what two checkouts of asgi-lint say about the same projects.

A change that is to change no diagnostic (a faster parser, a cache) is run beside the checkout
before it, over fixtures and real projects:

    scripts/compare_checkouts.py ../before/src src ../corpus/* -- --starlette-version 1.0

What stands behind `--` is given to `asgi-lint check`. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

_COMMANDS = {
    "check": ("check", "--output-format", "json", "--exit-zero"),
    "graph": ("graph", "--format", "json"),
}


class Said(NamedTuple):
    """What one checkout said: its JSON, else its text, and how many seconds it took."""

    value: Any
    seconds: float


def main() -> int:
    """Run all projects and print what differs."""
    if sys.argv[1:2] == ["--answer"]:
        answer(sys.argv[2:])
        return 0
    arguments, options = _arguments()
    command = [*_COMMANDS[arguments.command], *options]
    before, after = (
        _Checkout(arguments.python, source, command)
        for source in (arguments.before, arguments.after)
    )
    failed = 0
    for project in arguments.projects:
        old, new = before.say(project), after.say(project)
        differences = _differences(old.value, new.value)
        failed += bool(differences)
        verdict = f"{len(differences)} DIFFERENCES" if differences else "same"
        times = f"{old.seconds:.1f} s, {new.seconds:.1f} s"
        print(f"{project}: {verdict} ({_size(old.value)}; {times})", flush=True)
        for line in differences[: arguments.most]:
            print(f"    {line}", flush=True)
    print(f"{failed} of {len(arguments.projects)} projects differ")
    return 1 if failed else 0


def _arguments() -> tuple[argparse.Namespace, list[str]]:
    own, options = sys.argv[1:], []
    if "--" in own:
        at = own.index("--")
        own, options = own[:at], own[at + 1 :]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path, help="the `src` of one checkout")
    parser.add_argument("after", type=Path, help="the `src` of the other")
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--command", choices=_COMMANDS, default="check")
    parser.add_argument("--most", type=int, default=10, help="differences to show of each")
    parser.add_argument("--python", default=sys.executable)
    return parser.parse_args(own), options


class _Checkout:
    """A process that has one checkout imported, and runs its command on project after project."""

    def __init__(self, python: str, source: Path, command: list[str]) -> None:
        # The cache of neither must know what the other has found.
        environment = {
            **os.environ, "PYTHONPATH": str(source.absolute()), "ASGI_LINT_CACHE": "0"
        }  # fmt: skip
        self._process = subprocess.Popen(
            [python, __file__, "--answer", *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def say(self, project: Path) -> Said:
        """What the checkout says about a project."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        started = time.perf_counter()
        print(project.absolute(), file=asked, flush=True)
        text = answers.readline()
        seconds = time.perf_counter() - started
        if not text:
            raise SystemExit(f"{project}: the process ended with {self._process.wait()}")
        try:
            return Said(json.loads(json.loads(text)), seconds)
        except json.JSONDecodeError:
            return Said(json.loads(text), seconds)


def answer(command: list[str]) -> None:
    """Read paths from standard input, and write for each a line: what was printed, as JSON."""
    from asgi_lint.cli import main as run

    for line in sys.stdin:
        printed, told = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(told),
            contextlib.suppress(SystemExit),
        ):
            run([*command, line.rstrip("\n")])
        print(json.dumps(_text(printed) or _text(told)), flush=True)


def _text(written: io.TextIOWrapper) -> str:
    written.seek(0)
    return written.read()


def _size(value: Any) -> str:
    return f"{len(value)} diagnostics" if isinstance(value, list) else type(value).__name__


def _differences(before: Any, after: Any) -> list[str]:
    if before == after:
        return []
    if not (isinstance(before, list) and isinstance(after, list)):
        return [*_within("", before, after)]
    old, new = (
        {_key(each): each for each in found if isinstance(each, dict)} for found in (before, after)
    )
    gone = [f"- {_line(old[key])}" for key in old if key not in new]
    come = [f"+ {_line(new[key])}" for key in new if key not in old]
    changed = [
        f"~ {_line(old[key])} {difference}"
        for key in old
        if key in new
        for difference in _within("", old[key], new[key])
    ]
    return [*gone, *come, *changed] or ["the order differs"]


def _key(diagnostic: dict[str, Any]) -> str:
    parts = (diagnostic.get(name) for name in ("code", "filename", "location", "message"))
    return json.dumps([*parts], sort_keys=True)


def _line(diagnostic: dict[str, Any]) -> str:
    at = diagnostic.get("location") or {}
    place = f"{diagnostic.get('filename')}:{at.get('row')}:{at.get('column')}"
    return f"{place} {diagnostic.get('code')} {diagnostic.get('message')}"


def _within(path: str, before: Any, after: Any) -> list[str]:
    """Where two values differ, by the path of keys to it."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted({*before, *after})
        return [d for k in keys for d in _within(f"{path}.{k}", before.get(k), after.get(k))]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [d for at, (one, two) in pairs for d in _within(f"{path}[{at}]", one, two)]
    return [f"{path}: {_short(before)} | {_short(after)}"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


if __name__ == "__main__":
    sys.exit(main())
