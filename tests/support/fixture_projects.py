"""The small projects below `fixtures/`: finding them, laying them out, checking them.

`fixtures/<CODE>/<case>/` is one project. Where a case has a folder `variants`, each folder in it
is one: the files of the case with those of the variant laid over them.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

FIXTURES = Path(__file__).parents[2] / "fixtures"
SNAPSHOT = "expected.txt"
VARIANTS = "variants"
_HEADING = re.compile(r"^(?:error|warning|note)\[(ASG\d{3})\]: ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FixtureProject:
    """One project; `layers` are the folders that make it, each laid over the one before."""

    code: str
    case: str
    variant: str
    layers: tuple[Path, ...]

    @property
    def name(self) -> str:
        """`ASG201/starlette-1438` or, with a variant, `ASG201/starlette-1438/bare`."""
        return "/".join(filter(None, (self.code, self.case, self.variant)))

    @property
    def snapshot(self) -> Path:
        """Where the expected output stands."""
        return self.layers[-1] / SNAPSHOT

    def reported_codes(self) -> frozenset[str]:
        """The codes that the snapshot reports."""
        return frozenset(_HEADING.findall(self.snapshot.read_text(encoding="utf-8")))

    def own_files(self) -> frozenset[str]:
        """The files of the last layer, by their names relative to it."""
        own = self.layers[-1]
        paths = (path for path in own.rglob("*") if path.is_file())
        return frozenset(path.relative_to(own).as_posix() for path in paths)

    def lay_out(self, target: Path) -> None:
        """Write the project to `target`; a `.git` folder keeps a check from looking above it."""
        for layer in self.layers:
            ignored = shutil.ignore_patterns(VARIANTS, SNAPSHOT, "__pycache__")
            shutil.copytree(layer, target, dirs_exist_ok=True, ignore=ignored)
        (target / ".git").mkdir()


def fixture_projects(root: Path = FIXTURES) -> list[FixtureProject]:
    """All projects that test a rule, in the order of their names."""
    codes = [folder for folder in _folders_in(root) if folder.name.startswith("ASG")]
    cases = [case for code in codes for case in _folders_in(code)]
    return [project for case in cases for project in _projects_of(case)]


def _projects_of(case: Path) -> list[FixtureProject]:
    code, name = case.parts[-2:]
    if not (case / VARIANTS).exists():
        return [FixtureProject(code, name, "", (case,))]
    variants = _folders_in(case / VARIANTS)
    return [FixtureProject(code, name, variant.name, (case, variant)) for variant in variants]


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())


def check_here(output_format: str) -> str:
    """What `asgi-lint check . --output-format ...` prints in the working directory."""
    from asgi_lint.cli import main

    runner = CliRunner(env={"NO_COLOR": "1", "FORCE_COLOR": None})
    result = runner.invoke(main, ["check", ".", "--output-format", output_format])
    assert result.exit_code in (0, 1), result.output
    return result.stdout
