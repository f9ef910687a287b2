"""Which diagnostics a comment silences, and which comments only look as if they did."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.diagnostics import Position, Span
from asgi_lint.suppression import (
    NO_SUPPRESSIONS,
    Directive,
    DirectiveKind,
    FileKind,
    Suppressions,
    find_suppressions,
)

TODAY = dt.date(2026, 11, 21)
NAMES = {
    "unreadable-file": "ASG001",
    "invalid-syntax": "ASG002",
    "unused-suppression": "ASG004",
    "base-middleware-cancels-background-tasks": "ASG201",
    "background-task-never-runs": "ASG204",
    "endless-stream": "ASG301",
}


def on_rows(first: int, last: int | None = None) -> Span:
    return Span(Position(first, 1), Position(last or first, 9))


def python(text: str) -> Suppressions:
    return find_suppressions(text, FileKind.PYTHON, NAMES)


def only_directive(text: str) -> Directive:
    found = python(text)
    assert not found.malformed
    (directive,) = found.directives
    return directive


def covers(text: str, code: str, span: Span | None = None) -> bool:
    return python(text).covers(code, span or on_rows(1), TODAY) is not None


def complaint(text: str) -> str:
    found = python(text)
    assert not found.directives
    (malformed,) = found.malformed
    return malformed.message


def test_a_file_without_directives() -> None:
    assert python("x = 1  # type: ignore\n") is NO_SUPPRESSIONS
    assert not covers("x = 1  # type: ignore\n", "ASG201")


def test_what_a_directive_remembers() -> None:
    directive = only_directive("x = 1  # asgi-lint: ignore[ASG201, asg3] wait for #12 \n")
    assert directive.kind is DirectiveKind.IGNORE
    assert directive.span == Span(Position(1, 8), Position(1, 54))
    assert directive.reason == "wait for #12"
    assert [(c.written, c.prefix) for c in directive.codes] == [
        ("ASG201", "ASG201"),
        ("asg3", "ASG3"),
    ]
    assert directive.codes[1].span == Span(Position(1, 36), Position(1, 40))


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# asgi-lint: ignore[ASG201]", {"ASG201"}),
        ("# asgi-lint: ignore[ASG201,ASG301]", {"ASG201", "ASG301"}),
        ("# asgi-lint: ignore[ASG2]", {"ASG201", "ASG204"}),
        ("# asgi-lint: ignore[ASG20]", {"ASG201", "ASG204"}),
        ("# asgi-lint: ignore[base-middleware-cancels-background-tasks]", {"ASG201"}),
        ("# asgi-lint: ignore[Endless-Stream , ASG204,]", {"ASG301", "ASG204"}),
        ("# asgi-lint: ignore", {"ASG201", "ASG204", "ASG301"}),
        ("# asgi-lint: ignore the server restarts anyway", {"ASG201", "ASG204", "ASG301"}),
        ("#asgi-lint:ignore[ asg201 ]because", {"ASG201"}),
        ("#  ASGI-Lint :  Ignore [ASG201] - because", {"ASG201"}),
        ("# type: ignore[attr-defined]  # asgi-lint: ignore[ASG201]", {"ASG201"}),
        ("# asgi-lint: ignore[ASG201] why  # asgi-lint: ignore[ASG301]", {"ASG201", "ASG301"}),
        ("# asgi-lint: ignore[ASG999, x]", set()),
        ("# asgi-lint: ignore[F401]", set()),
        ("# noqa", {"ASG201", "ASG204", "ASG301"}),
        ("#NOQA", {"ASG201", "ASG204", "ASG301"}),
        ("# noqa because it is fine", {"ASG201", "ASG204", "ASG301"}),
        ("# noqa: ASG201", {"ASG201"}),
        ("# noqa:asg201,F401", {"ASG201"}),
        ("# noqa : F401 ASG201 ASG301 for now", {"ASG201", "ASG301"}),
        ("# noqa: ASG2", {"ASG201", "ASG204"}),
        ("# noqa: F401", set()),
        ("# noqa: F401 not ASG201", set()),
        ("# noqa: the whole line", set()),
        ("# noqa:", set()),
        ("# noqable", set()),
        ("# pragma: no cover # noqa: ASG201 # nosec", {"ASG201"}),
        ("# ask asgi-lint: ignore[ASG201]", set()),
        ("'# asgi-lint: ignore[ASG201]'", set()),
    ],
)
def test_which_codes_a_comment_silences(comment: str, silenced: set[str]) -> None:
    codes = {"ASG201", "ASG204", "ASG301"}
    assert {code for code in codes if covers(f"x = 1  {comment}\n", code)} == silenced


def test_a_directive_counts_on_every_line_of_the_span() -> None:
    text = "\ncall(\n    1,  # asgi-lint: ignore[ASG201]\n)\n"
    assert covers(text, "ASG201", on_rows(2, 4))
    assert covers(text, "ASG201", on_rows(3))
    assert not covers(text, "ASG201", on_rows(2))
    assert not covers(text, "ASG201", on_rows(4))


def test_a_directive_on_the_line_above_does_not_count() -> None:
    assert not covers("# asgi-lint: ignore[ASG201]\ncall()\n", "ASG201", on_rows(2))


def test_a_span_that_ends_at_the_start_of_a_line_does_not_take_in_that_line() -> None:
    text = "call()\nother()  # asgi-lint: ignore[ASG201]\n"
    assert not covers(text, "ASG201", Span(Position(1, 1), Position(2, 1)))
    assert covers(text, "ASG201", Span(Position(2, 1), Position(2, 1)))


def test_a_directive_for_the_file() -> None:
    text = "x = 1\n\n# asgi-lint: ignore-file[ASG2] generated\n"
    assert covers(text, "ASG201", on_rows(1))
    assert not covers(text, "ASG301", on_rows(1))
    assert covers("# asgi-lint: ignore-file\n", "ASG301", on_rows(7))


def test_the_directive_at_the_line_comes_before_the_one_for_the_file() -> None:
    text = "# asgi-lint: ignore-file\nx = 1  # asgi-lint: ignore[ASG201]\n"
    directive = python(text).covers("ASG201", on_rows(2), TODAY)
    assert directive is not None
    assert directive.kind is DirectiveKind.IGNORE


@pytest.mark.parametrize(
    ("until", "counts"), [("2026-11-20", False), ("2026-11-21", True), ("2026-11-22", True)]
)
def test_a_directive_holds_through_its_last_day(until: str, counts: bool) -> None:
    text = f"x = 1  # asgi-lint: ignore[ASG201] until={until}, then 2.0 is out\n"
    assert covers(text, "ASG201") == counts


def test_the_last_day_is_no_part_of_the_reason() -> None:
    directive = only_directive(
        "# asgi-lint: ignore[ASG201] -- old proxy, UNTIL = 2027-03-01; see #12"
    )
    assert directive.until == dt.date(2027, 3, 1)
    assert directive.reason == "old proxy, ; see #12"
    assert directive.has_expired(dt.date(2027, 3, 2))


@pytest.mark.parametrize("code", ["ASG001", "ASG002"])
def test_a_file_that_was_not_analysed_cannot_be_silenced(code: str) -> None:
    text = f"# asgi-lint: ignore-file\nx = 1 # asgi-lint: ignore[{code}]\n"
    assert not covers(text, code, on_rows(2))


def test_what_is_said_about_directives_is_silenced_by_its_code_only() -> None:
    assert not covers("x = 1  # asgi-lint: ignore\n", "ASG004")
    assert not covers("x = 1  # noqa\n", "ASG004")
    assert covers("x = 1  # asgi-lint: ignore[ASG004]\n", "ASG004")


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[ASG201", 'The list of codes is not closed: "]" is missing.'),
        (
            "ignore[ , ]",
            "The list of codes is empty: name a code, or leave out the brackets for all.",
        ),
        ("ignore-file: ASG201", 'Codes stand in brackets: write "ignore-file[ASG201]".'),
        ("ignore ASG201", 'Codes stand in brackets: write "ignore[ASG201]".'),
        ("ingore[ASG201]", 'After "asgi-lint:" write "ignore" or "ignore-file", not "ingore".'),
        ("", 'After "asgi-lint:" write "ignore" or "ignore-file".'),
        (
            "ignore[ASG201] until=2027-02-30",
            '"until=2027-02-30" does not name a day: write it like "until=2027-03-01".',
        ),
        (
            "ignore[ASG201] until=spring",
            '"until=spring" does not name a day: write it like "until=2027-03-01".',
        ),
    ],
)
def test_a_malformed_directive_silences_nothing_and_says_why(comment: str, message: str) -> None:
    assert complaint(f"x = 1  # asgi-lint: {comment}\n") == message


def test_a_malformed_directive_knows_its_place() -> None:
    (malformed,) = python("x\ny  # asgi-lint: off # noqa: F401\n").malformed
    assert malformed.span == Span(Position(2, 4), Position(2, 20))


def test_directives_in_requirements() -> None:
    text = "fastapi==0.60  # asgi-lint: ignore[ASG2] soon\nx@git+https://h#noqa\n"
    found = find_suppressions(text, FileKind.REQUIREMENTS, NAMES)
    assert [d.reason for d in found.directives] == ["soon"]
    assert found.covers("ASG201", on_rows(1), TODAY)


def test_directives_in_toml() -> None:
    text = 'a = [\n  "fastapi # noqa",\n  "starlette<0.21",  # asgi-lint: ignore[ASG2]\n]\n'
    found = find_suppressions(text, FileKind.TOML, NAMES)
    assert not found.covers("ASG201", on_rows(2), TODAY)
    assert found.covers("ASG201", on_rows(3), TODAY)


def test_suppressions_can_be_pickled_after_use() -> None:
    found = python("x = 1  # noqa: ASG201\n")
    assert found.covers("ASG201", on_rows(1), TODAY)
    assert pickle.loads(pickle.dumps(found)) == found


PIECES = [
    *[
        "#",
        " ",
        "asgi-lint",
        ":",
        "noqa",
        "ignore",
        "-file",
        "[",
        "]",
        ",",
        "ASG",
        "ASG201",
        "F401",
    ],
    *["until", "=", "2027-01-01", "9999-99-99", "\n", "\r", "'", '"""', "{", "f'", "é", "-"],
]


@given(st.lists(st.sampled_from(PIECES)).map("".join), st.sampled_from(FileKind))
def test_any_comment_can_be_parsed(text: str, kind: FileKind) -> None:
    found = find_suppressions(text, kind, NAMES)
    lines = text.replace("\r", "\n").split("\n")
    spans = [d.span for d in found.directives] + [m.span for m in found.malformed]
    for (row, start), (_, end) in spans:
        assert lines[row - 1][start - 1 : end - 1].startswith("#")
    for directive in found.directives:
        for code in directive.codes:
            (row, start), (_, end) = code.span
            assert lines[row - 1][start - 1 : end - 1] == code.written
