"""What `--fix` leaves alone: files, the rest of a file, and fixes that are mistakes."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from command_line import asgi_lint, lay_out
from renaming import (
    CODE,
    MAIN,
    NAME,
    OTHER,
    SAFE_RENAMING,
    UNSAFE_RENAMING,
    calls,
    fixed,
    install,
    renaming,
)

from asgi_lint.diagnostics import Edit, Place, Position, Span

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.model.project import Project

FLOOR = "fastapi>=0.85.0\nuvicorn\n"

posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a safe fix and an unsafe one, in a project where no other rule runs."""
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": MAIN})
    monkeypatch.chdir(folder)
    install(monkeypatch, SAFE_RENAMING, UNSAFE_RENAMING)
    return folder


# --- what is left alone ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "comment", [f"# asgi-lint: ignore[{CODE}]", f"# noqa: {CODE}", f"# asgi-lint: ignore[{NAME}] x"]
)
def test_suppressed_diagnostics_are_not_fixed(comment: str) -> None:
    text = f"import fastapi\nold(1)  {comment}\nold(2)\n".encode()
    assert fixed(text) == text.replace(b"old(2)", b"new(2)")


def test_only_given_paths_are_changed(project: Path) -> None:
    lay_out(project, {"other.py": MAIN})
    asgi_lint("--fix", "other.py")
    assert (project / "main.py").read_text() == MAIN
    assert (project / "other.py").read_text() != MAIN


def both_files(project: Project, filename: str) -> tuple[Edit, ...]:
    """Edits of the other files that go with one."""
    del filename
    return tuple(Edit(place, "beside") for place in calls(project, "companion"))


def test_fix_that_also_edits_another_file_needs_that_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(project, {"other.py": "import fastapi\ncompanion()\n"})
    install(monkeypatch, renaming({"old": "new"}, more=both_files))
    outcome = asgi_lint("--fix", "main.py")
    assert outcome.stderr == (
        'asgi-lint: warning: Fixes that also edit "other.py" are left out: name that too.\n'
    )
    assert (project / "main.py").read_text() == MAIN
    assert "Fixed" not in outcome.stdout
    assert asgi_lint("--fix", "main.py", "other.py").stderr == ""
    assert "new(1)" in (project / "main.py").read_text()
    assert "beside()" in (project / "other.py").read_text()


@posix_only
def test_fix_of_two_files_goes_into_both_or_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(project, {"other.py": "import fastapi\ncompanion()\n", "third.py": MAIN})
    (project / "other.py").chmod(0o444)
    install(
        monkeypatch,
        renaming({"old": "new"}, more=both_files),
        renaming({"risky": "sure"}, code=OTHER),
    )
    outcome = asgi_lint("--fix")
    assert outcome.code == 2
    assert outcome.stderr == 'asgi-lint: error: Cannot fix "other.py": it is read-only.\n'
    assert (project / "main.py").read_text() == MAIN.replace("risky", "sure")
    assert (project / "third.py").read_text() == MAIN.replace("risky", "sure")


@posix_only
def test_read_only_file_is_an_error_and_the_others_are_fixed(project: Path) -> None:
    lay_out(project, {"other.py": MAIN})
    (project / "main.py").chmod(0o444)
    outcome = asgi_lint("--fix", "--unsafe-fixes")
    assert outcome.code == 2
    assert outcome.stderr == 'asgi-lint: error: Cannot fix "main.py": it is read-only.\n'
    assert (project / "main.py").read_text() == MAIN
    assert (project / "other.py").read_text() != MAIN
    assert "Fixed 2 diagnostics (2 remaining)." in outcome.stdout


def test_file_that_changes_while_it_is_fixed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asgi_lint import fixing
    from asgi_lint.fixes import writing

    typed = MAIN + "# typed meanwhile\n"
    real = writing.write

    def write(groups: object) -> object:
        (project / "main.py").write_text(typed)
        return real(groups)  # type: ignore[arg-type]

    monkeypatch.setattr(fixing, "write", write)
    lay_out(project, {"other.py": MAIN})
    outcome = asgi_lint("--fix", "--unsafe-fixes", "--output-format", "json")
    assert outcome.stderr.splitlines() == [
        'asgi-lint: warning: "main.py" is left alone: it has changed since it was read.',
        "Fixed 2 diagnostics (2 remaining).",
    ]
    assert outcome.code == 1
    assert (project / "main.py").read_text() == typed
    assert (project / "other.py").read_text() != MAIN
    assert {each["filename"] for each in json.loads(outcome.stdout)} == {"main.py"}


@posix_only
def test_two_names_of_one_file(project: Path) -> None:
    (project / "link.py").symlink_to("main.py")
    outcome = asgi_lint("--fix", "--unsafe-fixes")
    assert outcome == (
        0, "Fixed 2 diagnostics (0 remaining).\nAll checks passed: 2 files.\n", ""
    )  # fmt: skip
    assert (project / "link.py").is_symlink()
    assert "new(1)" in (project / "main.py").read_text()


@posix_only
def test_hard_link_is_told(project: Path) -> None:
    os.link(project / "main.py", project / "kept.txt")
    outcome = asgi_lint("--fix")
    assert outcome.stderr == (
        'asgi-lint: warning: "main.py" has another name (a hard link), which keeps the old text.\n'
    )
    assert (project / "kept.txt").read_text() == MAIN


# --- the bytes of a file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"import fastapi\r\n\r\nold()  \t# a comment\r\n",
        b"import fastapi\nold()",
        b"import fastapi\n\x0c\nold()\n\x0c\n",
        b"\xef\xbb\xbfimport fastapi\nold()\n",
        b"# coding: latin-1\nimport fastapi\n'\xe9'; old('\xe9')\n",
        "import fastapi\nx = '日本\U0001f512'; old('\U0001f512')\n".encode(),
        b"import fastapi\rold()\r",
        b"import fastapi\nif x:\n\told( \\\n\t1)\n\n\n",
    ],
)
def test_everything_else_stays_as_it_is(text: bytes) -> None:
    assert fixed(text) == text.replace(b"old", b"new")


def test_requirements_in_utf_16(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(project)
    text = f"{FLOOR}# asgi-lint\r\n".encode("utf-16")
    result = fixed(text, "requirements.txt")
    assert result[:2] == text[:2]
    assert result != text
    assert result.decode("utf-16").endswith("uvicorn\n# asgi-lint\r\n")


def test_included_requirements_are_fixed_where_they_stand(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(project)
    lay_out(project, {"requirements.txt": "-r base.txt\n", "base.txt": FLOOR})
    asgi_lint("--fix")
    assert (project / "requirements.txt").read_text() == "-r base.txt\n"
    text = (project / "base.txt").read_text()
    assert text != FLOOR
    assert text.endswith("\nuvicorn\n")


# --- mistakes of rules ----------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["new((", "await new", "return new", "é\ud800"])
def test_fix_that_breaks_the_file_is_dropped_and_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    install(monkeypatch, renaming({"old": broken}), renaming({"risky": "sure"}, code=OTHER))
    outcome = asgi_lint("--fix")
    assert outcome.code == 2
    assert (project / "main.py").read_text() == MAIN.replace("risky", "sure")
    [first, *report] = outcome.stderr.splitlines()
    filename = (project / "main.py").as_posix()
    assert f"internal error in the fix of {CODE} at {filename}:3:1" in first
    assert "please report it" in first
    assert report
    assert "Fixed 1 diagnostic (1 remaining)." in outcome.stdout


def test_fix_outside_its_file_is_dropped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def beyond(_: Project, filename: str) -> tuple[Edit, ...]:
        return (Edit(Place(filename, Span(Position(99, 1), Position(99, 2))), ""),)

    install(monkeypatch, renaming({"old": "new"}, more=beyond))
    outcome = asgi_lint("--fix")
    assert outcome.code == 2
    assert "99:1-99:2 is not within the file" in outcome.stderr
    assert (project / "main.py").read_text() == MAIN


def test_requirements_that_cannot_be_read_any_more_are_not_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = (project / "requirements.txt").as_posix()

    def in_requirements(project: Project, filename: str) -> tuple[Edit, ...]:
        del project, filename
        return (Edit(Place(manifest, Span(Position(1, 8), Position(1, 10))), "=>"),)

    lay_out(project, {"requirements.txt": FLOOR})
    install(monkeypatch, renaming({"old": "new"}, more=in_requirements))
    outcome = asgi_lint("--fix")
    assert outcome.code == 2
    assert "Its result cannot be analysed" in outcome.stderr
    assert (project / "main.py").read_text() == MAIN
    assert (project / "requirements.txt").read_text() == FLOOR
