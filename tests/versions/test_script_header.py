from __future__ import annotations

import pytest
from cut_places import assert_cut_out, cut
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.source import Source
from asgi_lint.versions.manifest_text import ManifestText, decode
from asgi_lint.versions.readers import is_manifest, script
from asgi_lint.versions.requirements import Kind

SCRIPT = """\
#!/usr/bin/env python
\t# café
# /// script
# requires-python = ">=3.10"
# dependencies = [ "é", # ☕
#   "fastapi[all]>=0.85",
#
#   'starlette==0.20.4 ; python_version>"3.8"',
# ]
# [tool.uv]
# override-dependencies = ["starlette<0.50"]
# ///
# not: ["fastapi"]

import fastapi
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_requirements_of_one_script(line_end: str, mark: bytes) -> None:
    text = SCRIPT.replace("\n", line_end)
    source = decode("/project/serve.py", mark + text.encode())
    assert isinstance(source, Source)
    reading = script.read(ManifestText(source.filename, source.text))
    found = [
        (each.name, each.kind, (*each.place.span.start,), each.specifier_text)
        for each in reading.requirements
    ]
    assert found == [
        ("fastapi", Kind.REQUIRED, (6, 6), ">=0.85"),
        ("starlette", Kind.REQUIRED, (8, 6), "==0.20.4"),
        ("starlette", Kind.OVERRIDE, (11, 29), "<0.50"),
    ]
    assert_cut_out(reading, text)
    assert reading.requirements[0].place.filename == "/project/serve.py"


def read(text: str) -> list[str]:
    reading = script.read(ManifestText("/project/serve.py", text))
    return [each.text for each in reading.requirements]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# /// script\n# dependencies = ['fastapi']\n# ///", ["fastapi"]),
        ("# /// script\n# dependencies = ['fastapi']\n# ///\n# ///\n", []),
        ("# /// script\n# dependencies = ['fastapi']\n", []),
        ("# /// script\n# dependencies = ['fastapi']\n\n# ///\n", []),
        ("# /// script\n#dependencies = ['fastapi']\n# ///\n", []),
        ("# /// pyproject\n# dependencies = ['fastapi']\n# ///\n", []),
        (" # /// script\n # dependencies = ['fastapi']\n # ///\n", []),
        ("import fastapi\n", []),
    ],
)
def test_where_a_header_begins_and_ends(text: str, found: list[str]) -> None:
    if "# ///\n# ///" in text:
        (problem,) = script.read(ManifestText("/project/serve.py", text)).problems
        assert problem.place.span.start.row == 3
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "é = 1\r\n# /// script\r\n# dependencies = ['fastapi'\r\n# ///\r\n",
            ((4, 1), (4, 1)),
            "`serve.py` is not valid TOML: unclosed array.",
        ),
        (
            "# /// script\n# dependencies = ['é fastapi']\n# ///\n",
            ((2, 20), (2, 29)),
            (
                "`é fastapi` is not a requirement: expected package name at the start of "
                "dependency specifier."
            ),
        ),
        (
            "# /// script\n# ///\nimport fastapi\n# /// script\n# ///\n",
            ((4, 1), (4, 13)),
            "This script has two headers: of `# /// script` there may be one.",
        ),
    ],
)
def test_broken_headers_are_described(text: str, place: object, message: str) -> None:
    (problem,) = script.read(ManifestText("/project/serve.py", text)).problems
    assert tuple(map(tuple, problem.place.span)) == place
    assert problem.message == message


def test_a_script_is_no_manifest_of_its_folder() -> None:
    assert not is_manifest("/project/serve.py")


@given(st.text(max_size=40), st.text(max_size=10))
def test_any_text_is_read(before: str, inside: str) -> None:
    text = f"{before}\n# /// script\n# dependencies = ['fastapi{inside}', 'starlette']\n# ///\n"
    reading = script.read(ManifestText("/project/serve.py", text))
    assert_cut_out(reading, text)


def test_places_are_in_the_script() -> None:
    text = SCRIPT.replace("café", "c")
    reading = script.read(ManifestText("/project/serve.py", text))
    assert cut(reading.requirements[2].specifier_place, text) == "<0.50"
