"""ASG004 beyond its fixtures: what its fixes leave, and when nobody can tell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, commented, lay_out, reported
from fixture_projects import FIXTURES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_lint.suppression import FileKind, find_suppressions
from asgi_lint.suppression_edits import removal

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"endless-stream": "ASG301", "task-cancelled": "ASG201", "task-skipped": "ASG207"}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def without(text: str, *dead: str) -> str:
    """The text after the named codes of its first directive are taken out, or all of it."""
    lines = text.split("\n")
    [directive, *_] = find_suppressions(text, FileKind.PYTHON, NAMES).directives
    codes = [each for each in directive.codes if each.written in dead] or directive.codes
    edit = removal(directive, codes, "main.py", lines)
    (row, column), (end_row, end_column) = edit.place.span
    before = "\n".join([*lines[: row - 1], lines[row - 1][: column - 1]])
    after = "\n".join([lines[end_row - 1][end_column - 1 :], *lines[end_row:]])
    return before + edit.content + after


@pytest.mark.parametrize(
    ("text", "dead", "left"),
    [
        ("x  # asgi-lint: ignore[ASG201] why", ["ASG201"], "x"),
        ("x  # asgi-lint: ignore", [], "x"),
        ("x\t# asgi-lint: ignore[ASG201]  ", ["ASG201"], "x"),
        ("x # asgi-lint: ignore[ASG201, ASG301] y", ["ASG301"], "x # asgi-lint: ignore[ASG201] y"),
        ("x # asgi-lint: ignore[ASG201, ASG301]", ["ASG201"], "x # asgi-lint: ignore[ASG301]"),
        ("x # asgi-lint: ignore[ A,ASG2 , B ]", ["A", "B"], "x # asgi-lint: ignore[ ASG2 ]"),
        ("x # asgi-lint: ignore[A, B,C]", ["B"], "x # asgi-lint: ignore[A,C]"),
        ("x # noqa: E501, ASG201", ["ASG201"], "x # noqa: E501"),
        ("x # noqa: ASG201 E501", ["ASG201"], "x # noqa: E501"),
        ("x # noqa:ASG201,ASG301 ok", ["ASG201", "ASG301"], "x"),
        ("x # type: ignore # noqa: ASG201", ["ASG201"], "x # type: ignore"),
        ("x # noqa: ASG201 # nosec", ["ASG201"], "x # nosec"),
        ("a\n  # asgi-lint: ignore-file[ASG3]\nb", ["ASG3"], "a\nb"),
        ("a\n# asgi-lint: ignore-file[ASG3]", ["ASG3"], "a\n"),
        ("# asgi-lint: ignore[ASG3] # noqa", ["ASG3"], "# noqa"),
    ],
)
def test_what_is_left_of_a_comment(text: str, dead: list[str], left: str) -> None:
    assert without(text, *dead) == left


code = st.sampled_from(["ASG201", "ASG2", "asg301", "task-skipped", "ASG999", "F401"])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(
    st.lists(code, min_size=1, max_size=5, unique=True),
    st.data(),
    st.sampled_from([", ", ",", " ,\t"]),
    st.sampled_from(["", " why not", " # nosec"]),
)
def test_other_codes_stay(codes: list[str], data: st.DataObject, separator: str, rest: str) -> None:
    dead = data.draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
    text = f"call()  # asgi-lint: ignore[{separator.join(codes)}]{rest}\nx = 1"
    left = find_suppressions(without(text, *dead), FileKind.PYTHON, NAMES)
    assert not left.malformed
    kept = [each for each in codes if each not in dead]
    assert [c.written for d in left.directives for c in d.codes] == kept
    assert without(text, *dead).startswith("call()")
    assert without(text, *dead).endswith("\nx = 1")


def test_fixes_leave_nothing_to_say_and_the_code_as_it_is(project: Path) -> None:
    case = FIXTURES / "ASG004" / "ways-to-write"
    before = (case / "main.py").read_text(encoding="utf-8")
    for name in ("main.py", "requirements.txt"):
        lay_out(project, {name: (case / name).read_text(encoding="utf-8")})
    assert asgi_lint(".", "--fix").code == 1
    assert [each for each in reported(".") if each.endswith("ASG004")] == []
    after = (project / "main.py").read_text(encoding="utf-8")
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))
    assert "ignore[ASG201] it may be lost" in after


def test_unused_comments_do_not_fail_a_run(project: Path) -> None:
    lay_out(project, {"main.py": "import fastapi  # asgi-lint: ignore[ASG201]\n"})
    lay_out(project, {"requirements.txt": "fastapi==0.115.0\n"})
    assert asgi_lint(".").code == 0
    assert asgi_lint(".", "--fail-on", "note").code == 1


def test_comment_that_misses_its_line_is_told_beside_the_diagnostic(project: Path) -> None:
    lay_out(project, {"main.py": commented("# asgi-lint: ignore[ASG201]", row=19)})
    assert reported(".") == ["main.py:19 ASG004", TASK, PIN]


@pytest.mark.parametrize(
    "options",
    [
        ("--select", "ASG0,ASG3"),
        ("--ignore", "ASG207"),
        ("--ignore", "ASG004"),
        ("--select", "ASG2"),
    ],
)
def test_nobody_can_tell_without_the_rules_that_it_means(
    project: Path, options: tuple[str, ...]
) -> None:
    lay_out(project, {"main.py": "import fastapi  # asgi-lint: ignore[ASG207]\n"})
    assert "main.py:1 ASG004" in reported(".")
    assert "main.py:1 ASG004" not in reported(".", *options)


def test_file_that_was_not_analysed_is_left_alone(project: Path) -> None:
    lay_out(project, {"main.py": "def broken(:  # asgi-lint: ignore[ASG201]\n"})
    assert reported("main.py") == ["main.py:1 ASG001"]


def test_per_file_ignores_leave_the_comment_alone(project: Path) -> None:
    lay_out(project, {"main.py": "import fastapi  # asgi-lint: ignore[ASG207]\n"})
    lay_out(project, {"asgi-lint.toml": 'per-file-ignores = {"main.py" = ["ASG207"]}'})
    assert reported("main.py") == []


def test_lock_file_is_not_searched_for_comments(project: Path) -> None:
    text = 'version = 1  # asgi-lint: ignore[ASG201]\n[[package]]\nname = "asgi-lint"\n'
    lay_out(project, {"uv.lock": f'{text}version = "0.1"\n'})
    assert not [each for each in reported(".") if each.startswith("uv.lock")]


def test_typing_error_has_a_suggestion(project: Path) -> None:
    lay_out(project, {"main.py": commented("# asgi-lint: ignore[AGS201]")})
    outcome = asgi_lint("main.py", "--output-format", "concise")
    assert (
        "`AGS201` is the code, prefix or name of no rule; did you mean `ASG201`?" in outcome.stdout
    )
