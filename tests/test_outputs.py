"""Several reports of one run, and where each of them goes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, error_of, lay_out

from asgi_lint.settings.keys import OUTPUT_FORMATS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def test_file_is_written_besides_the_text(project: Path) -> None:
    outcome = asgi_lint(".", "--output-format", "sarif=out.sarif")
    assert outcome == asgi_lint(".")
    assert json.loads((project / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_several_at_once(project: Path) -> None:
    outcome = asgi_lint(
        "--output-format=concise", "--output-format=gitlab=cq.json", "--output-format=json=all.json"
    )
    assert outcome == asgi_lint(".", "--output-format", "concise")
    assert len(json.loads((project / "cq.json").read_text(encoding="utf-8"))) == 2
    printed = asgi_lint(".", "--output-format", "json").stdout
    assert (project / "all.json").read_text(encoding="utf-8") == printed


def test_output_file_takes_what_the_terminal_would_get(project: Path) -> None:
    options = ("--output-file", "report.txt", "--output-format", "json=all.json")
    assert asgi_lint(".", *options) == (1, "", "")
    assert (project / "report.txt").read_text(encoding="utf-8") == asgi_lint(".").stdout
    assert (project / "all.json").exists()


def test_terminal_has_the_configured_format(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": 'output-format = "concise"\n'})
    outcome = asgi_lint(".", "--output-format", "json=all.json")
    assert outcome.stdout.startswith("main.py:20:5: ASG201")


def test_only_the_terminal_has_colour(project: Path) -> None:
    outcome = asgi_lint(".", "--output-format", "full=report.txt", env={"FORCE_COLOR": "1"})
    assert "\033" in outcome.stdout
    assert "\033" not in (project / "report.txt").read_text(encoding="utf-8")


def test_formats_for_programs_have_no_colour() -> None:
    for output_format in ("github", "azure", "pylint"):
        outcome = asgi_lint(".", "--output-format", output_format, env={"FORCE_COLOR": "1"})
        assert (outcome.code, "\033" in outcome.stdout) == (1, False)


def test_name_of_a_file_may_hold_an_equals_sign(project: Path) -> None:
    assert asgi_lint(".", "--output-format", "pylint=a=b.txt").code == 1
    assert (project / "a=b.txt").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--output-format", "full", "--output-format", "json"),
            (
                "Of several output formats, all but one need a file: "
                'write "--output-format json=FILE".'
            ),
        ),
        (("--output-format", "sarif="), '"--output-format sarif=" names no file.'),
        (
            ("--output-format", "json=a", "--output-format", "sarif=./a"),
            'Two reports cannot be written to one file: "a".',
        ),
        (
            ("--output-format", "json=a", "--output-file", "a"),
            'Two reports cannot be written to one file: "a".',
        ),
        (
            ("--output-format", "json=missing/a"),
            'Cannot write "missing/a": no such file or directory.',
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(options: tuple[str, ...], message: str) -> None:
    assert error_of(".", *options) == message


def test_unknown_format_has_a_suggestion() -> None:
    assert error_of(".", "--output-format", "jsonlines").endswith('Did you mean "json-lines"?')


def test_help_names_every_format() -> None:
    words = re.findall(r"[\w-]+", asgi_lint("check", "--help").stdout)
    assert set(OUTPUT_FORMATS) <= set(words)
