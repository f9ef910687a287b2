from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.requirements import Kind, ProblemKind, Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]


def span(row: int, column: int, end_row: int, end_column: int) -> Span:
    return Span(Position(row, column), Position(end_row, end_column))


@pytest.mark.parametrize(
    ("line", "place", "specifier_place"),
    [
        ("fastapi==0.85.0", span(1, 1, 1, 16), span(1, 8, 1, 16)),
        ("  fastapi==0.85.0  # é", span(1, 3, 1, 18), span(1, 10, 1, 18)),
        ("fastapi [all] >= 0.85 , < 1 ; python_version>'3'", span(1, 1, 1, 49), span(1, 15, 1, 28)),
        ("fastapi (>=0.85)", span(1, 1, 1, 17), span(1, 10, 1, 16)),
        ("fastapi[all]", span(1, 1, 1, 13), span(1, 13, 1, 13)),
        ("fastapi ; python_version>'3'", span(1, 1, 1, 29), span(1, 8, 1, 8)),
        ("fastapi==0.85.0 --hash=sha256:0", span(1, 1, 1, 16), span(1, 8, 1, 16)),
        ("fastapi @ https://example.org/f.zip", span(1, 1, 1, 36), span(1, 8, 1, 8)),
    ],
)
@pytest.mark.parametrize("before", ["", "# café, naïve ☕\n", "anyio\r\n\r\n", "anyio\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_places_to_the_column(
    read: Read, line: str, place: Span, specifier_place: Span, before: str, mark: bytes
) -> None:
    content = before + line + "\nuvicorn\n"
    reading = read("requirements.txt", mark + content.encode())
    (fastapi,) = [each for each in reading.requirements if each.name == "fastapi"]
    rows = before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    for found, expected in ((fastapi.place, place), (fastapi.specifier_place, specifier_place)):
        assert found.span.start == Position(expected.start.row + rows, expected.start.column)
        assert found.span.end == Position(expected.end.row + rows, expected.end.column)
    assert reading.problems == ()


def test_a_requirement_with_everything(read: Read) -> None:
    text = 'Fast_API[all,Standard]>=0.85,<1 ; python_version < "3.12"'
    (requirement,) = read("requirements.txt", text).requirements
    assert requirement.name == "fast-api"
    assert requirement.extras == {"all", "Standard"}
    assert requirement.specifier == SpecifierSet(">=0.85,<1")
    assert str(requirement.marker) == 'python_version < "3.12"'
    assert requirement.text == text
    assert requirement.specifier_text == ">=0.85,<1"


def test_continuations_and_hashes(read: Read) -> None:
    content = (
        "starlette \\\r\n  ==0.20.4 \\\r\n  --hash=sha256:a \\\r\n  --hash=sha256:b\r\nanyio\r\n"
    )
    starlette, anyio = read("requirements.txt", content).requirements
    assert starlette.has_hashes
    assert starlette.place.span == span(1, 1, 2, 11)
    assert starlette.specifier_place.span == span(2, 3, 2, 11)
    assert not anyio.has_hashes
    assert anyio.place.span == span(5, 1, 5, 6)


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "-e .",
        "-e git+https://example.org/fastapi.git#egg=fastapi",
        "./fastapi",
        "vendor/fastapi-0.85.0.tar.gz",
        "https://example.org/fastapi.whl",
        "fastapi-0.85.0-py3-none-any.whl",
        "-r https://example.org/requirements.txt",
        "-r ${FOLDER}/base.txt",
        "# fastapi==0.85.0",
        "",
    ],
)
def test_lines_that_state_no_requirement(read: Read, line: str) -> None:
    reading = read("requirements.txt", line)
    assert reading.requirements == ()
    assert reading.problems == ()


def test_a_release_behind_a_variable_or_url_is_unknown(read: Read) -> None:
    content = "starlette==${STARLETTE}\nfastapi @ git+https://example.org/fastapi.git\n"
    reading = read("requirements.txt", content)
    assert [each.style for each in reading.requirements] == [Style.UNVERSIONED] * 2
    assert reading.problems == ()


def test_included_files(read: Read, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/base.txt").write_text("starlette>=0.13\n-c limits.txt\n")
    (tmp_path / "shared/limits.txt").write_text("fastapi<0.86\n-r base.txt\n")
    reading = read("requirements.txt", "--requirement=shared/base.txt\n-r requirements.txt\nanyio")
    found = [(each.name, each.kind, each.place.filename[-10:]) for each in reading.requirements]
    assert found == [
        ("starlette", Kind.REQUIRED, "d/base.txt"),
        ("fastapi", Kind.CONSTRAINT, "limits.txt"),
        ("anyio", Kind.REQUIRED, "ements.txt"),
    ]
    assert reading.problems == ()


def test_an_included_file_that_is_no_text(read: Read, tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_bytes(b"fastapi==0.85.0\n\xff\n")
    reading = read("requirements.txt", "-r base.txt\nstarlette\n")
    assert [each.name for each in reading.requirements] == ["starlette"]
    (problem,) = reading.problems
    assert problem.place.filename.endswith("/base.txt")


def test_a_missing_included_file(read: Read) -> None:
    (problem,) = read("requirements.txt", "anyio\n  -r base.txt # all\n").problems
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.place.span == span(2, 3, 2, 14)
    assert problem.message == "`-r base.txt` includes a file that does not exist."


def test_a_line_that_is_no_requirement(read: Read) -> None:
    reading = read("requirements.txt", "fastapi=>0.85\nstarlette==0.20.4\n")
    (problem,) = reading.problems
    assert problem.kind is ProblemKind.UNPARSABLE
    assert problem.place.span == span(1, 1, 1, 14)
    assert problem.message.startswith("`fastapi=>0.85` is not a requirement: ")
    assert "\n" not in problem.message
    assert [each.name for each in reading.requirements] == ["starlette"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_files_with_a_byte_order_mark(read: Read, encoding: str) -> None:
    reading = read("requirements.txt", "# é\r\nfastapi==0.85.0\r\n".encode(encoding))
    (requirement,) = reading.requirements
    assert requirement.specifier_place.span == span(2, 8, 2, 16)


def test_a_coding_comment_is_obeyed(read: Read) -> None:
    content = "# -*- coding: latin-1 -*- é\nfastapi\n".encode("latin-1")
    reading = read("requirements.txt", content)
    assert [each.name for each in reading.requirements] == ["fastapi"]
    assert reading.problems == ()


def test_bytes_that_do_not_decode(read: Read) -> None:
    (problem,) = read("requirements.txt", b"fastapi\n# caf\xe9\n").problems
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.place.span.start == Position(2, 1)
    assert problem.message == "`requirements.txt` is not UTF-8: line 2 does not decode."


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("requirements.txt", ""),
        ("requirements-dev.txt", "dev"),
        ("requirements_prod.txt", ""),
        ("requirements/base.txt", ""),
        ("requirements/test.txt", "test"),
        ("dev-requirements.in", "dev"),
    ],
)
def test_the_group_is_told_from_the_file_name(read: Read, name: str, group: str) -> None:
    (requirement,) = read(name, "fastapi").requirements
    assert requirement.group == group


def test_constraints_do_not_require(read: Read) -> None:
    (requirement,) = read("constraints.txt", "starlette==0.20.4").requirements
    assert requirement.kind is Kind.CONSTRAINT


def test_comments_are_kept_for_suppressions(read: Read) -> None:
    content = "# first\nfastapi  # asgi-lint: ignore[ASG802]\nx @ https://example.org/#not\n"
    comments = read("requirements.txt", content).comments
    assert [each.text for each in comments] == ["# first", "# asgi-lint: ignore[ASG802]"]
    assert comments[1].place.span == span(2, 10, 2, 37)
