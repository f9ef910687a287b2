"""Reading one file: encodings, line endings, and what keeps a file from being read."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.diagnostics import FILE_START, Position, Span
from asgi_lint.source import (
    ProblemKind,
    Source,
    SourceProblem,
    absolute_filename,
    decode_source,
    read_source,
)

if TYPE_CHECKING:
    from pathlib import Path


def decoded(data: bytes) -> Source:
    source = decode_source(data, "/app/main.py")
    assert isinstance(source, Source), source
    return source


def refused(data: bytes) -> SourceProblem:
    problem = decode_source(data, "/app/main.py")
    assert isinstance(problem, SourceProblem), problem
    return problem


def unreadable(path: Path) -> str:
    problem = read_source(path)
    assert isinstance(problem, SourceProblem), problem
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.span == FILE_START
    return problem.message


def test_a_file_is_read_with_its_absolute_name(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "main.py").write_bytes("grüße = 1\r\n".encode())
    source = read_source(tmp_path / "sub" / ".." / "main.py")
    expected = Source((tmp_path / "main.py").as_posix(), "grüße = 1\r\n", newline="\r\n")
    assert source == expected


def test_a_symbolic_link_keeps_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_text("x = 1")
    (tmp_path / "link.py").symlink_to(tmp_path / "real.py")
    assert absolute_filename(tmp_path / "link.py").endswith("/link.py")


def test_an_empty_file_is_fine() -> None:
    source = decoded(b"")
    assert (source.text, source.encoding, source.newline, source.lines) == (
        "",
        "utf-8",
        "\n",
        ("",),
    )


@pytest.mark.parametrize(
    ("data", "newline"),
    [(b"a\nb\r\n", "\n"), (b"a\r\nb\n", "\r\n"), (b"a\rb", "\r"), (b"a", "\n")],
)
def test_the_first_line_ending_is_the_files_style(data: bytes, newline: str) -> None:
    assert decoded(data).newline == newline


def test_only_line_feeds_and_carriage_returns_end_a_line() -> None:
    source = decoded("a\x0cb\u2028c\x85d\x1ce\nf\rg\r\nh".encode())
    assert source.lines == ("a\x0cb\u2028c\x85d\x1ce", "f", "g", "h")
    assert source.line(4) == "h"
    assert source.line(5) == ""
    assert source.line(0) == ""


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"# coding: latin-1\n", "iso8859-1"),
        (b"# -*- coding: latin-1-unix -*-\n", "iso8859-1"),
        (b"#!/usr/bin/env python\n# vim: set fileencoding=iso-8859-15 :\n", "iso8859-15"),
        (b"\n  # coding=latin_1\n", "iso8859-1"),
        (b"\r# coding=latin_1\r", "iso8859-1"),
        (b"# caf\xe9 coding: latin-1\n", "iso8859-1"),
    ],
)
def test_a_declared_encoding_is_used(head: bytes, encoding: str) -> None:
    source = decoded(head + b"name = 'caf\xe9'\n")
    assert source.encoding == encoding
    assert "name = 'café'" in source.text
    assert source.encode(source.text) == head + b"name = 'caf\xe9'\n"


@pytest.mark.parametrize(
    "head",
    [b"x = 1\n# coding: latin-1\n", b"\n\n# coding: latin-1\n", b"x = 1  # coding: latin-1\n"],
)
def test_elsewhere_a_coding_comment_means_nothing(head: bytes) -> None:
    assert decoded(head).encoding == "utf-8"


def test_a_byte_order_mark_is_no_text_and_is_written_back() -> None:
    data = codecs.BOM_UTF8 + b"# coding: utf-8-sig\nx = 1\n"
    source = decoded(data)
    assert source.has_bom
    assert source.text.startswith("# coding")
    assert source.encode(source.text) == data


def test_a_byte_order_mark_contradicts_another_encoding() -> None:
    problem = refused(codecs.BOM_UTF8 + b"# coding: latin-1\n")
    assert problem.kind is ProblemKind.UNDECODABLE
    assert problem.message == (
        'The file has a UTF-8 byte order mark but declares the encoding "iso-8859-1".'
    )


def test_undecodable_bytes_are_reported_where_they_are() -> None:
    problem = refused("x = 1\r\ny = 'é".encode() + b"\xff'\n")
    assert problem.message == (
        "Row 2 holds bytes that are not utf-8: save it as UTF-8, or declare its encoding, "
        'such as "# coding: latin-1".'
    )
    assert problem.span == Span(Position(2, 7), Position(2, 8))


def test_bytes_that_the_declared_encoding_lacks() -> None:
    problem = refused(b"# coding: ascii\nx = '\xe9'\n")
    assert problem.message == (
        "Row 2 holds bytes that are not ascii: correct the declared encoding, "
        "or save the file in it."
    )


def test_an_unknown_encoding_is_reported_at_its_name() -> None:
    problem = refused(b"# -*- coding: latin-99 -*-\n")
    assert problem.message == 'The file declares an unknown encoding, "latin-99".'
    assert problem.span == Span(Position(1, 15), Position(1, 23))


@pytest.mark.parametrize("name", ["rot13", "base64", "undefined"])
def test_a_codec_that_is_not_of_text(name: str) -> None:
    message = refused(f"# coding: {name}\n".encode()).message
    assert message == f'The declared encoding "{name}" is not one for text.'


def test_half_a_surrogate_pair_is_not_text() -> None:
    assert "not one for text" in refused(b"# coding: unicode_escape\nx = '\\ud800'\n").message


def test_a_binary_file_is_no_source() -> None:
    problem = refused(b"\x7fELF\n\x02\x00\x00")
    assert problem.message == "Row 2 holds a NUL byte, so this is a binary file, not source."
    assert problem.span == Span(Position(2, 2), Position(2, 3))


def test_utf_16_is_named() -> None:
    assert "UTF-16" in refused("x = 1\n".encode("utf-16")).message


def test_a_missing_file(tmp_path: Path) -> None:
    message = unreadable(tmp_path / "missing.py")
    assert message == "The file cannot be read: it does not exist."


def test_a_folder(tmp_path: Path) -> None:
    assert unreadable(tmp_path) == "The file cannot be read: it is a folder."


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.py"
    path.write_text("x = 1")
    path.chmod(0)
    assert unreadable(path) == "The file cannot be read: permission denied."


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need a privilege there")
def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "a.py").symlink_to(tmp_path / "a.py")
    assert unreadable(tmp_path / "a.py").startswith("The file cannot be read: ")


def test_a_name_with_a_nul_character(tmp_path: Path) -> None:
    message = unreadable(tmp_path / "a\0.py")
    assert message == "The file cannot be read: its name holds a NUL character."


@given(st.one_of(st.binary(), st.builds(bytes.__add__, st.just(b"# coding: "), st.binary())))
def test_any_bytes_give_a_source_or_a_problem(data: bytes) -> None:
    match decode_source(data, "/app/main.py"):
        case Source() as source:
            assert "\n".join(source.lines) == source.text.replace("\r\n", "\n").replace("\r", "\n")
        case SourceProblem() as problem:
            assert problem.message.endswith(".")


@given(st.text())
def test_utf_8_text_survives(text: str) -> None:
    data = text.replace("\0", "").replace("coding", "").encode("utf-8", "replace")
    source = decoded(data)
    assert source.encode(source.text) == data
