"""Baselines: what is in one is not reported, and what it need not have is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, error_of, lay_out, reported

if TYPE_CHECKING:
    from pathlib import Path

BASELINE = "known.json"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def write(*options: str) -> None:
    outcome = asgi_lint("--write-baseline", BASELINE, *options)
    assert (outcome.code, outcome.stderr) == (0, "")


def test_what_stands_in_it_is_not_reported(project: Path) -> None:
    outcome = asgi_lint("--write-baseline", BASELINE)
    assert outcome == (0, f"Wrote 2 diagnostics to {BASELINE}.\n", "")
    outcome = asgi_lint("--baseline", BASELINE)
    assert outcome == (0, "All checks passed: 2 files.\n2 more in the baseline.\n", "")
    assert asgi_lint(".").code == 1


def test_moved_and_indented_lines_stay_in_it(project: Path) -> None:
    write()
    head, _, endpoint = APPLICATION.partition("@app.post")
    indented = "".join(f"    {line}\n" for line in f"@app.post{endpoint}".splitlines())
    lay_out(project, {"main.py": f"import logging\n\n{head}if app:\n{indented}"})
    assert reported(".") == ["main.py:23 ASG201", PIN]
    assert reported(".", "--baseline", BASELINE) == []


def test_what_is_new_is_reported(project: Path) -> None:
    write()
    again = APPLICATION[APPLICATION.index("@app.post") :].replace("sign_up", "invite")
    lay_out(project, {"main.py": f"{APPLICATION}\n\n{again}"})
    outcome = asgi_lint("--baseline", BASELINE, "--output-format", "concise")
    assert outcome.code == 1
    assert outcome.stdout.startswith("main.py:28:5: ASG201 [error]")
    assert outcome.stdout.endswith("2 more in the baseline.\n")


def test_it_holds_from_every_folder_and_for_single_files(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(project, {"asgi-lint.toml": f'baseline = "{BASELINE}"', "api/__init__.py": ""})
    write()
    assert reported(".") == []
    assert reported("main.py") == []
    monkeypatch.chdir(project / "api")
    assert reported("..") == []
    assert asgi_lint("../main.py").stderr == ""


def test_entries_that_nothing_needs_are_told_at_their_line(project: Path) -> None:
    write()
    lay_out(project, {"main.py": APPLICATION.replace("(BaseHTTPMiddleware)", "")})
    outcome = asgi_lint("--baseline", BASELINE)
    assert outcome.code == 0
    assert outcome.stderr.splitlines() == [
        (
            f"asgi-lint: warning: {BASELINE}:4:1: ASG201 in main.py is no longer reported: "
            "this entry can go."
        )
    ]
    (project / "main.py").unlink()
    assert asgi_lint("--baseline", BASELINE).stderr == outcome.stderr


@pytest.mark.parametrize("options", [("requirements.txt",), (".", "--ignore", "ASG201")])
def test_entries_that_the_run_did_not_look_for_are_not(
    project: Path, options: tuple[str, ...]
) -> None:
    write()
    lay_out(project, {"main.py": APPLICATION.replace("(BaseHTTPMiddleware)", "")})
    assert asgi_lint(*options, "--baseline", BASELINE).stderr == ""


def test_one_of_two_equals_may_go(project: Path) -> None:
    again = APPLICATION[APPLICATION.index("@app.post") :].replace("sign_up", "invite")
    lay_out(project, {"main.py": f"{APPLICATION}\n\n{again}"})
    write()
    lay_out(project, {"main.py": APPLICATION})
    outcome = asgi_lint("--baseline", BASELINE)
    assert (outcome.code, outcome.stderr.count("ASG201 in main.py is no longer")) == (0, 1)


def test_writing_it_again_takes_out_what_is_gone_and_ignores_the_old_one(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": f'baseline = "{BASELINE}"'})
    write()
    first = (project / BASELINE).read_bytes()
    write()
    assert (project / BASELINE).read_bytes() == first
    lay_out(project, {"main.py": ""})
    write()
    document = json.loads((project / BASELINE).read_text(encoding="utf-8"))
    assert [each["code"] for each in document["diagnostics"]] == ["ASG802"]
    assert [*project.glob(".asgi-lint-*")] == []


def test_file_that_was_not_analysed_never_stands_in_it(project: Path) -> None:
    lay_out(project, {"broken.py": "def starlette(:\n"})
    outcome = asgi_lint("--write-baseline", BASELINE)
    assert outcome.stdout == f"Wrote 2 diagnostics to {BASELINE}.\n"
    assert "broken.py:1:15: ASG001: it is not in the baseline" in outcome.stderr
    assert reported("--baseline", BASELINE) == ["broken.py:1 ASG001"]


def test_notes_can_stand_in_it(project: Path) -> None:
    lay_out(project, {"requirements.txt": "fastapi>=0.85.0\n"})
    assert len(reported(".")) == 1
    write()
    assert reported("--baseline", BASELINE) == []


def test_several_projects_share_one(project: Path) -> None:
    lay_out(project, {"asgi-lint.toml": f'baseline = "{BASELINE}"'})
    for name in ("orders", "users"):
        files = {f"{name}/main.py": APPLICATION, f"{name}/requirements.txt": AFFECTED}
        lay_out(project, files)
    write()
    assert asgi_lint(".").stderr == ""
    assert reported(".") == []
    lay_out(project, {"users/main.py": ""})
    assert "ASG201 in users/main.py is no longer reported" in asgi_lint(".").stderr


def test_fixes_are_not_offered_for_it(project: Path) -> None:
    write()
    assert asgi_lint("--fix", "--unsafe-fixes", "--baseline", BASELINE).code == 0
    assert (project / "requirements.txt").read_text(encoding="utf-8") == AFFECTED


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "The baseline cannot be read: it does not exist; --write-baseline writes one."),
        ("", "It is no baseline, nor any JSON: Expecting value: line 1 column 1 (char 0)."),
        ("[]", "It is no baseline: --write-baseline writes one."),
        ('{"diagnostics": [1]}', "It is no baseline: --write-baseline writes one."),
        (
            '{"version": 2, "diagnostics": []}',
            "It was written by a release of asgi-lint that writes baselines otherwise.",
        ),
    ],
)
def test_what_is_no_baseline_is_told_in_one_line(
    project: Path, text: str | None, problem: str
) -> None:
    if text is not None:
        lay_out(project, {BASELINE: text})
    assert error_of("--baseline", BASELINE) == f"{project.as_posix()}/{BASELINE}: {problem}"


def test_what_cannot_be_written_together() -> None:
    assert error_of("--write-baseline", "a.json", "--fix") == (
        "--write-baseline and --fix do not go together: do one after the other."
    )
    assert error_of("-", "--write-baseline", "a.json") == (
        "--write-baseline needs files: standard input is none."
    )
    assert error_of("--write-baseline", "none/a.json").endswith("no such file or directory.")


def test_sarif_has_the_fingerprints_of_the_baseline(project: Path) -> None:
    write()
    entries = json.loads((project / BASELINE).read_text(encoding="utf-8"))["diagnostics"]
    [run] = json.loads(asgi_lint("--output-format", "sarif").stdout)["runs"]
    prints = [each["partialFingerprints"]["asgiLint/v1"] for each in run["results"]]
    assert [each["fingerprint"] for each in entries] == prints
    assert TASK.endswith(entries[0]["code"])
