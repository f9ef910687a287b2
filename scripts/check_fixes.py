"""Applies every fix to copies of real projects, and checks that this does what it promises.

    python scripts/check_fixes.py FOLDER...

Each FOLDER is a project; it stays as it is. After `asgi-lint check --fix --unsafe-fixes` on a copy,
no file may have become invalid, no diagnostic that came with edits may be left and none be new
(other than those that wait for a lock file to be made anew), and the difference that `--diff`
prints, applied by `patch`, must give the same files. Prints a line for each project that has fixes,
and exits with 1 if one breaks a promise.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.fixing import carried_out, fix
from asgi_lint.pipeline import run
from asgi_lint.reporters.unified import unified_diff
from asgi_lint.rules.registry import rules
from asgi_lint.settings import load_settings, overridden
from asgi_lint.versions.readers import is_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.settings import Settings

EVERYTHING = {"select": ["ALL"], "cache": False, "fix": True, "unsafe-fixes": True}
_READ = frozenset({".py", ".toml", ".txt", ".in", ".cfg", ".lock", ".yml", ".yaml", ""})


class Outcome(NamedTuple):
    """What fixing one project has come to; `broken` are the promises that did not hold."""

    applied: Counter[str]
    files: int
    seconds: float
    broken: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the fixes in each folder; 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    folders: list[Path] = parser.parse_args(arguments).folders
    total: Counter[str] = Counter()
    failed = 0
    for folder in folders:
        outcome = check(folder)
        total += outcome.applied
        failed += bool(outcome.broken)
        if outcome.applied or outcome.broken:
            print(_line(folder.name, outcome), flush=True)
        for promise in outcome.broken:
            print(f"    {promise}", flush=True)
    fixed = ", ".join(f"{code} {count}" for code, count in sorted(total.items()))
    print(f"{len(folders)} projects, {failed} with a broken promise. Fixed: {fixed or 'nothing'}.")
    return 1 if failed else 0


def _line(name: str, outcome: Outcome) -> str:
    fixed = " ".join(f"{code}:{count}" for code, count in sorted(outcome.applied.items()))
    return f"{name:<45} {outcome.files:>3} files  {outcome.seconds:>5.1f} s  {fixed}"


def check(folder: Path) -> Outcome:
    """Fix a copy of the project and compare it with what was promised."""
    with tempfile.TemporaryDirectory() as temporary:
        project, patched = (Path(temporary) / name / folder.name for name in ("fixed", "patched"))
        _copy(folder, project)
        before = run([project.as_posix()], _settings_for).diagnostics
        if not any(map(_has_edits, before)):
            return Outcome(Counter(), 0, 0, [])
        _copy(folder, patched)
        return _fixed(project, patched, before)


def _copy(folder: Path, target: Path) -> None:
    shutil.copytree(folder, target, ignore=_unread)
    (target / ".git").mkdir(exist_ok=True)


def _unread(folder: str, names: Iterable[str]) -> set[str]:
    paths = (Path(folder) / name for name in names)
    return {path.name for path in paths if not path.is_dir() and path.suffix not in _READ}


def _fixed(project: Path, patched: Path, before: tuple[Diagnostic, ...]) -> Outcome:
    paths = [project.as_posix()]
    invalid = _invalid(project)
    started = time.perf_counter()
    fixing = fix(paths, _settings_for)
    seconds = time.perf_counter() - started
    patch = b"".join(
        unified_diff(each.source.filename.removeprefix(f"{paths[0]}/"), each.before, each.after)
        for each in fixing.changes
    )
    carried_out(fixing, paths, _settings_for)
    subprocess.run(
        ["patch", "-p0", "--quiet", "--binary"], cwd=patched, input=patch, check=bool(patch)
    )
    after = run(paths, _settings_for).diagnostics
    broken = [
        *(f"{each.of}: {each.report}" for each in fixing.remaining.crashes),
        *(f"{each.filename}: {each.reason}" for each in fixing.obstacles),
        *(f"{code} does not come to an end" for code in fixing.unfinished),
        *(f"{name} is not valid any more" for name in sorted(_invalid(project) - invalid)),
        *_unkept(before, after),
        *(
            f"{each.place.filename}: {each.code} could be fixed again"
            for each in after
            if _has_edits(each)
        ),
        *_different(project, patched),
    ]
    return Outcome(
        Counter(each.code for each in fixing.applied), len(fixing.changes), seconds, broken
    )


def _settings_for(path: str) -> Settings:
    known = rules()
    return overridden(load_settings(path, known), EVERYTHING, known, path)


def _invalid(project: Path) -> set[str]:
    """The Python files that the running Python does not compile."""
    return {
        path.as_posix() for path in project.rglob("*.py") if path.is_file() and not _compiles(path)
    }


def _compiles(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(path.read_bytes(), path.name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _has_edits(diagnostic: Diagnostic) -> bool:
    return diagnostic.fix is not None and diagnostic.fix.edits != ()


def _unkept(before: Sequence[Diagnostic], after: Sequence[Diagnostic]) -> list[str]:
    """Diagnostics that are new, or still there although they came with edits, by file and code."""
    known = _counted(before)
    fixable = _counted(filter(_has_edits, before))
    after = [each for each in after if not _awaits_lock(each)]
    broken = []
    for (filename, code), count in sorted(_counted(after).items()):
        there, fixed = known[filename, code], fixable[filename, code]
        if count > there - fixed:
            where = [f"{d.place.span.start.row}" for d in after if _key(d) == (filename, code)]
            broken.append(
                f"{filename}: {code} {there} times, {fixed} with edits; now {count} times, "
                f"in row {', '.join(where)}"
            )
    return broken


def _awaits_lock(diagnostic: Diagnostic) -> bool:
    """Whether it stays until a lock file is made anew, which no edit of a requirement can do."""
    return is_lock(diagnostic.place.filename) or " is locked by " in diagnostic.message


def _counted(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    return Counter(map(_key, diagnostics))


def _key(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.place.filename, diagnostic.code


def _different(project: Path, patched: Path) -> list[str]:
    names = (path.relative_to(project) for path in project.rglob("*") if path.is_file())
    read: Callable[[Path], bytes] = Path.read_bytes
    return [
        f"{name}: what --diff prints gives another file"
        for name in names
        if read(project / name) != read(patched / name)
    ]


if __name__ == "__main__":
    sys.exit(main())
