"""What people read: frames, traces, diffs, wrapping, colour and the closing lines."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.diagnostics import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Place,
    Position,
    Severity,
    Span,
)
from asgi_lint.reporters import statistics
from asgi_lint.reporters.characters import visible, width
from asgi_lint.reporters.formats import render
from asgi_lint.reporters.frame import CODE_WIDTH, cut
from asgi_lint.reporters.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "/srv/shop/main.py"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def span(row: int, column: int, end_row: int, end_column: int) -> Span:
    return Span(Position(row, column), Position(end_row, end_column))


def report_on(
    source: str,
    where: Span,
    message: str = "Something is wrong.",
    fix: Fix | None = None,
    severity: Severity = Severity.ERROR,
) -> Report:
    diagnostic = Diagnostic(
        "ASG101", "a-rule", message, severity, Place(FILE, where), "https://x.test/ASG101/", fix
    )
    base = Path("/srv/shop")
    return Report((diagnostic,), {FILE: source}, base, base, 1, {}, "0.1.0")


def full(report: Report) -> list[str]:
    return render(report, "full").splitlines()


def edit(where: Span, content: str) -> Edit:
    return Edit(Place(FILE, where), content)


def test_single_line_frame() -> None:
    assert full(report_on("a = 1\nb = call(a)\n", span(2, 5, 2, 9))) == [
        "error[ASG101]: Something is wrong.",
        " --> main.py:2:5",
        "  |",
        "1 | a = 1",
        "2 | b = call(a)",
        "  |     ^^^^",
        "  |",
        "  = rule: a-rule (https://x.test/ASG101/)",
        "",
        "Found 1 error in 1 file.",
    ]


def test_bars_stand_in_one_column_whatever_the_row_numbers_are() -> None:
    source = "x = 1\n" * 120
    lines = full(report_on(source, span(99, 1, 99, 2)))
    assert [line.index("|") for line in lines if "|" in line] == [4] * 8
    assert "    |" in lines
    assert " 99 | x = 1" in lines
    assert "101 | x = 1" in lines


@pytest.mark.parametrize(
    ("source", "where", "code", "underline"),
    [
        ("\tif\tx:\n", span(1, 5, 1, 6), "    if  x:", "        ^"),
        ("名 = f(x)\n", span(1, 5, 1, 9), "名 = f(x)", "     ^^^^"),
        ("s = '名'\n", span(1, 5, 1, 8), "s = '名'", "    ^^^^"),
        ("e\u0301 = y\n", span(1, 6, 1, 7), "e\u0301 = y", "    ^"),
        ("a = '\x1b[2J'; b\n", span(1, 13, 1, 14), "a = '␛[2J'; b", "            ^"),
        ("a = 1", span(1, 6, 1, 6), "a = 1", "     ^"),
        ("\x0ca = 1\n", span(1, 2, 1, 3), "␌a = 1", " ^"),
    ],
)
def test_underline_is_below_what_it_marks(
    source: str, where: Span, code: str, underline: str
) -> None:
    lines = full(report_on(source, where))
    at = lines.index(f"1 | {code}")
    assert lines[at + 1] == f"  | {underline}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_only_line_ends_of_python_end_a_line(end: str) -> None:
    lines = full(report_on(f"a = '\x0c\x85\u2028'{end}b = 2{end}", span(2, 1, 2, 2)))
    assert "2 | b = 2" in lines


def test_multi_line_span_is_bracketed() -> None:
    source = "x = f(\n    1,\n)\ny = 2\n"
    lines = full(report_on(source, span(1, 5, 3, 2)))
    assert lines[2:10] == [
        "  |",
        "1 |   x = f(",
        "  |  _____^",
        "2 | |     1,",
        "3 | | )",
        "  | |_^",
        "4 |   y = 2",
        "  |",
    ]


def test_span_that_ends_before_a_lines_first_character_leaves_the_line_out() -> None:
    lines = full(report_on("a = 1\nb = 2\n", span(1, 1, 2, 1)))
    assert lines[3:5] == ["1 | a = 1", "  | ^^^^^"]


def test_long_span_is_shortened_in_the_middle() -> None:
    source = "".join(f"line{row}\n" for row in range(1, 41))
    lines = full(report_on(source, span(1, 1, 40, 7)))
    assert [line for line in lines if "line" in line] == [
        "  1 | / line1",
        "  2 | | line2",
        "  3 | | line3",
        " 39 | | line39",
        " 40 | | line40",
    ]
    assert "... | |" in lines


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 40))
def test_cut_line_fits_and_keeps_the_beginning_of_what_is_marked(
    line: str, start: int, size: int
) -> None:
    shown = cut(line, start, start + size)
    assert width(shown.text) <= CODE_WIDTH
    assert 0 <= shown.start <= shown.start + shown.width <= CODE_WIDTH
    if start < len(line) and line[start].isascii() and line[start].isprintable():
        assert line[start] in shown.text


def test_message_is_wrapped_at_100_columns_below_its_beginning() -> None:
    lines = full(report_on("a\n", span(1, 1, 1, 2), "word " * 40))
    assert [len(line) <= 100 for line in lines[:3]] == [True] * 3
    assert lines[1].startswith(" " * len("error[ASG101]: ") + "word")


def test_code_and_paths_cannot_steer_the_terminal() -> None:
    report = report_on("a = '\x1b]0;x\x07\u202e'\n", span(1, 1, 1, 2), "Bad \x1b[2J name")
    filename = "/srv/shop/\x1b[31m.py"
    place = report.diagnostics[0].place._replace(filename=filename)
    moved = replace(report.diagnostics[0], place=place)
    report = replace(report, diagnostics=(moved,), sources={filename: report.sources[FILE]})
    for name in ("full", "concise"):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", render(report, name))
    assert "␛[31m.py:1:1" in render(report, "concise")


def test_fix_is_shown_as_a_diff_with_old_and_new_row_numbers() -> None:
    fix = Fix(
        Applicability.SAFE,
        "Change both",
        (edit(span(1, 1, 1, 1), "import b\n"), edit(span(4, 5, 4, 6), "2")),
    )
    lines = full(report_on("import a\n\n\nx = 1\n", span(4, 1, 4, 2), fix=fix))
    at = lines.index("help: Change both")
    assert lines[at + 1 : at + 5] == [
        " --> main.py",
        "1 | + import b",
        "4 | - x = 1",
        "5 | + x = 2",
    ]
    assert lines[-1] == "Fixable: 1 safe."


def test_fix_that_removes_a_line_or_adds_one_at_the_end() -> None:
    fix = Fix(
        Applicability.UNSAFE,
        "Change both",
        (edit(span(1, 1, 2, 1), ""), edit(span(3, 1, 3, 1), "c = 3\n")),
    )
    lines = full(report_on("a = 1\nb = 2\n", span(1, 1, 1, 2), fix=fix))
    at = lines.index("help (unsafe): Change both")
    assert lines[at + 2 : at + 4] == ["1 | - a = 1", "2 | + c = 3"]
    assert lines[-1] == "Fixable: 1 unsafe."


def test_advice_has_no_diff_and_is_not_counted_as_fixable() -> None:
    fix = Fix(Applicability.ADVICE, "Decide yourself")
    lines = full(report_on("a = 1\n", span(1, 1, 1, 2), fix=fix))
    assert lines[lines.index("help (advice): Decide yourself") + 1].startswith("  = rule:")
    assert not any("Fixable" in line for line in lines)


def test_clean_run_says_so_and_an_empty_one_does_not() -> None:
    report = replace(report_on("", span(1, 1, 1, 1)), diagnostics=(), files_checked=12)
    for name in ("full", "concise"):
        assert render(report, name) == "All checks passed: 12 files.\n"
        assert render(replace(report, files_checked=0), name) == "No files were checked.\n"


def test_summary_counts_each_severity(sample: Report) -> None:
    lines = render(sample, "concise").splitlines()
    assert lines[-2:] == [
        "Found 3 errors, 12 warnings and 1 note in 15 files.",
        "Fixable: 3 safe, 1 unsafe.",
    ]


@pytest.mark.parametrize("name", ["full", "concise"])
def test_colour_adds_nothing_but_colour(name: str, sample: Report) -> None:
    colored = render(sample, name, color=True)
    assert "\x1b[31m" in colored
    assert ANSI.sub("", colored) == render(sample, name)


def test_statistics_with_colour_add_nothing_but_colour(sample: Report) -> None:
    colored = statistics.render(sample, color=True)
    assert "\x1b[31m" in colored
    assert ANSI.sub("", colored) == statistics.render(sample)


@pytest.mark.parametrize("name", ["json", "sarif"])
def test_formats_for_programs_have_no_colour(name: str, sample: Report) -> None:
    assert render(sample, name, color=True) == render(sample, name)


@given(st.text())
def test_visible_text_has_no_control_characters(text: str) -> None:
    assert not re.search(
        "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]", visible(text)
    )


@pytest.mark.parametrize(
    "function", [lambda report: render(report, "full"), statistics.render], ids=["full", "counts"]
)
def test_same_report_gives_same_text(function: Callable[[Report], str], sample: Report) -> None:
    assert function(sample) == function(sample)
