from __future__ import annotations

import configparser
from typing import TYPE_CHECKING

import pytest
from cut_places import assert_cut_out, cut
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import setup_cfg
from asgi_lint.versions.requirements import ProblemKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

SETUP = """\
# café
[metadata]
name = fastapi-users

[options]
packages = find:
install_requires =
    anyio  # naïve
    # fastapi==0.1.0
    fastapi[all]>=0.85,<1 ; python_version > "3.8" # é

    Starlette ( ~= 0.20 )
tests-require: starlette==0.20.4; fastapi
setup_requires = fastapi==0.2.0

[options.extras_require]
Full é = starlette>=0.13
docs =
  fastapi @ https://example.org/fastapi.zip

[tool:pytest]
install_requires = fastapi==0.3.0
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_list_of_requirements(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("setup.cfg", mark + SETUP.replace("\n", line_end).encode())
    found = [
        (each.name, each.group, (*each.place.span.start,), cut(each.specifier_place))
        for each in reading.requirements
    ]
    assert found == [
        ("anyio", "", (8, 5), ""),
        ("fastapi", "", (10, 5), ">=0.85,<1"),
        ("starlette", "", (12, 5), "~= 0.20"),
        ("starlette", "test", (13, 16), "==0.20.4"),
        ("fastapi", "test", (13, 35), ""),
        ("starlette", "Full é", (17, 10), ">=0.13"),
        ("fastapi", "docs", (19, 3), ""),
    ]
    assert_cut_out(reading)
    assert [each.text for each in reading.comments] == [
        "# café",
        "# naïve",
        "# fastapi==0.1.0",
        "# é",
    ]
    assert reading.problems == ()
    assert str(reading.requirements[1].marker) == 'python_version > "3.8"'


@pytest.mark.parametrize("files", ["base.txt, gone.txt", "gone.txt, base.txt"])
def test_requirements_in_another_file(read: Read, tmp_path: Path, files: str) -> None:
    (tmp_path / "base.txt").write_text("# é\nfastapi==0.85.0\n", encoding="utf-8")
    reading = read("setup.cfg", f"[options]\ninstall_requires = file: {files}\n")
    (fastapi,) = reading.requirements
    assert fastapi.place.filename.endswith("/base.txt")
    assert cut(fastapi.place) == "fastapi==0.85.0"
    (problem,) = reading.problems
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.place.span == Span(Position(2, 20), Position(2, 44))
    assert problem.message == f"`file: {files}` includes a file that does not exist."


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            "# é\nfastapi\n[options]\n",
            ((2, 1), (2, 8)),
            "`setup.cfg` is not valid: this line stands before the first section.",
        ),
        (
            "[options]\ninstall_requires fastapi\n",
            ((2, 1), (2, 25)),
            "`setup.cfg` is not valid: this line is neither a section nor an option.",
        ),
        (
            "[options]\na = fastapi\na = 2\n",
            ((3, 1), (3, 6)),
            "`setup.cfg` is not valid: `options` has two options `a`.",
        ),
        (
            "[a]\n[options]\n[options]\n",
            ((3, 1), (3, 10)),
            "`setup.cfg` is not valid: there are two sections `options`.",
        ),
        (
            "[options]\ninstall_requires =\n  é; fastapi == new\n",
            ((3, 3), (3, 20)),
            (
                "`é; fastapi == new` is not a requirement: expected package name at the start of "
                "dependency specifier."
            ),
        ),
    ],
)
def test_broken_files_are_described(read: Read, content: str, place: object, message: str) -> None:
    (problem,) = read("setup.cfg", content).problems
    assert problem.kind is ProblemKind.UNPARSABLE
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == message


lines = st.lists(
    st.tuples(
        st.sampled_from(["", "", " ", "  ", "\t"]),
        st.sampled_from(
            ["[options]", "[a]", "b = fastapi", "c: é", "=", "d=", "#e", ";f", "g # h", "", "[i"]
        ),
        st.sampled_from(["\n", "\r\n", "\r"]),
    ),
    max_size=12,
).map(lambda parts: "".join("".join(part) for part in parts))


@given(lines)
def test_options_are_those_that_configparser_finds(text: str) -> None:
    manifest = ManifestText("/project/setup.cfg", text)
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_file([line for _, line in manifest.lines()])
    except configparser.Error:
        if "fastapi" in text:
            assert setup_cfg.read(manifest).problems
        return
    expected = {
        (section, name): [line for line in value.split("\n") if line]
        for section in parser.sections()
        for name, value in parser.items(section)
    }
    found = {
        (each.section, each.name): [line.text for line in each.lines if line.text]
        for each in setup_cfg.options(manifest)
    }
    assert found == expected
    for option in setup_cfg.options(manifest):
        for offset, line in option.lines:
            assert text.startswith(line, offset)


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_text_is_read(value: str, after: str) -> None:
    text = f"[options]\ninstall_requires =\n  starlette{value}\n  fastapi{after}"
    reading = setup_cfg.read(ManifestText("/project/setup.cfg", text))
    assert_cut_out(reading, text)
    assert len(reading.requirements) + len(reading.problems) >= 1
