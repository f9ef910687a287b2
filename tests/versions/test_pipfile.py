from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cut_places import assert_cut_out, cut
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import is_lock, pipfile, pipfile_lock
from asgi_lint.versions.requirements import Kind, ProblemKind, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

PIPFILE = """\
[[source]]
name = "é"
url = "https://example.org/fastapi"

[packages] # ☕
"é" = "*"
fastapi = {extras = ["all"], version = ">=0.85, <1", markers = "python_version > '3.8'"} # é
Starlette = "==0.20.4"
gradio = {git = "https://example.org/gradio.git"}

[packages.uvicorn]
version = "~=0.18"
sys_platform = "== 'linux'"

[dev-packages]
starlette = "0.20.4"

[docs]
fastapi = "*"

[requires]
python_version = "3.11"
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_category(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("Pipfile", mark + PIPFILE.replace("\n", line_end).encode())
    found = [
        (each.name, each.group, cut(each.specifier_place), str(each.specifier))
        for each in reading.requirements
    ]
    assert found == [
        ("é", "", "*", ""),
        ("fastapi", "", ">=0.85, <1", "<1,>=0.85"),
        ("starlette", "", "==0.20.4", "==0.20.4"),
        ("gradio", "", "", ""),
        ("uvicorn", "", "~=0.18", "~=0.18"),
        ("starlette", "dev", "0.20.4", "==0.20.4"),
        ("fastapi", "docs", "*", ""),
    ]
    assert [each.text for each in reading.comments] == ["# ☕", "# é"]
    assert reading.problems == ()
    _, fastapi, starlette, gradio, uvicorn, *_ = reading.requirements
    assert fastapi.extras == {"all"}
    assert str(fastapi.marker) == 'python_version > "3.8"'
    assert fastapi.specifier_place.span == Span(Position(7, 41), Position(7, 51))
    assert cut(starlette.place) == starlette.text == 'Starlette = "==0.20.4"'
    assert starlette.style is Style.PIPFILE
    assert gradio.style is Style.UNVERSIONED
    assert str(uvicorn.marker) == 'sys_platform == "linux"'


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            "# é\r\n[packages]\r\nfastapi = \r\n",
            ((3, 11), (3, 11)),
            "`Pipfile` is not valid TOML: invalid value.",
        ),
        (
            "[packages]\n'é' = ''\nfastapi = '^0.85'\n",
            ((3, 1), (3, 18)),
            "`^0.85` is not a version requirement.",
        ),
        (
            "[packages]\nfastapi = 3\n",
            ((2, 1), (2, 12)),
            "`fastapi` is not a version requirement.",
        ),
        (
            "[packages]\nfastapi = {version = '*', markers = 'x'}\n",
            ((2, 1), (2, 41)),
            "`(x)` is not an environment marker.",
        ),
    ],
)
def test_broken_files_are_described(read: Read, content: str, place: object, message: str) -> None:
    (problem,) = read("Pipfile", content).problems
    assert problem.kind is ProblemKind.UNPARSABLE
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == message


@given(st.text(st.characters(exclude_characters="'\r\n", exclude_categories=["Cc", "Cs"])))
def test_any_version_is_read(version: str) -> None:
    text = f"[packages]\n'é' = '*'\nfastapi = '{version}'\n"
    reading = pipfile.read(ManifestText("/project/Pipfile", text))
    assert_cut_out(reading, text)
    assert len(reading.requirements) + len(reading.problems) == 2


LOCK = """\
{
    "_meta": {"hash": {"sha256": "é"}, "starlette": {"version": "==0.1.0"}},
    "default": {
        "anyio": {"version": "==4.0"},
        "fastapi": {"hashes": ["sha256:0"], "index": "pypi", "version": "==0.85.0"},
        "starlette": {"ref": "\\u00e9", "path": "."}
    },
    "develop": {
        "é": {}, "starlette" : { "version" : "==0.20.4", "markers": "python_version >= '3.7'" }
    }
}
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_locked_releases(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("Pipfile.lock", mark + LOCK.replace("\n", line_end).encode())
    fastapi, starlette = reading.requirements
    assert (fastapi.name, fastapi.kind, fastapi.group) == ("fastapi", Kind.LOCKED, "")
    assert fastapi.specifier == SpecifierSet("==0.85.0")
    assert fastapi.place.span == Span(Position(5, 62), Position(5, 83))
    assert cut(fastapi.place) == '"version": "==0.85.0"'
    assert cut(fastapi.specifier_place) == '"==0.85.0"'
    assert starlette.group == "develop"
    assert cut(starlette.place) == '"version" : "==0.20.4"'
    assert str(starlette.marker) == 'python_version >= "3.7"'
    assert not starlette.is_rewritable
    assert is_lock("/project/Pipfile.lock")


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        ('{\r\n"é": fastapi\r\n}', ((2, 6), (2, 6)), "expecting value"),
        ('{"fastapi": ', ((1, 13), (1, 13)), "expecting value"),
        ("[" * 100_000 + "fastapi", ((1, 1), (1, 1)), "it is nested too deeply"),
    ],
    ids=["word", "end", "deep"],
)
def test_broken_locks_are_described(read: Read, content: str, place: object, message: str) -> None:
    (problem,) = read("Pipfile.lock", content).problems
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == f"`Pipfile.lock` is not valid JSON: {message}."


values = st.recursive(
    st.one_of(st.none(), st.integers(), st.sampled_from(["==0.85.0", "é", "fastapi", "2"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["default", "starlette", "version", "markers", "é"]), inner, max_size=4
        ),
    ),
    max_leaves=20,
)


@given(values, st.sampled_from([None, 2]), st.booleans())
def test_any_document_is_read(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(["fastapi", value], ensure_ascii=ascii_only, indent=indent)
    assert pipfile_lock.read(ManifestText("/project/Pipfile.lock", text)).problems == ()
    text = json.dumps({"default": {"fastapi": value}}, ensure_ascii=ascii_only, indent=indent)
    reading = pipfile_lock.read(ManifestText("/project/Pipfile.lock", text))
    for requirement in reading.requirements:
        written = json.loads(cut(requirement.specifier_place, text))
        assert written.removeprefix("==") == requirement.specifier_text


@given(st.text(max_size=30))
def test_any_text_is_read(text: str) -> None:
    reading = pipfile_lock.read(ManifestText("/project/Pipfile.lock", f'{{"fastapi": {text}'))
    assert reading.requirements == ()
