"""Finding the comments of a file, and only the comments."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asgi_lint.comments import Comment, python_comments, requirements_comments, toml_comments

PIECES = [
    *["'", '"', "'''", '"""', "#", "\\", "\n", "\r\n", "{", "}", "{{", ":", "(", "]", "a", " "],
    *["f'", 'f"', 'rf"""', "rb'", "!r"],
]


def test_rows_and_columns() -> None:
    text = "# first\r\nx = 1  # zwölf\r\ry = 'ü'# last"
    assert list(python_comments(text)) == [
        Comment(1, 1, "# first"),
        Comment(2, 8, "# zwölf"),
        Comment(4, 8, "# last"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "'# no'",
        '"""\n# no\n"""',
        "r'\\\\' '# no' r'\\'# no'",
        "'\\'# no'",
        "'\\\\' '# no'",
        "'a\\\n# no'",
        "b'# no' rb'# no' Rb\"# no\"",
        "f'# no'",
        "f'{x}# no'",
        "f'{{# no}}'",
        "f'{x:#x}'",
        "f'{x!r:>{width}#}'",
        'f"{x["#"]}"',
        'f"{f"{f"#"}"}#"',
        "f'{d[1:2]:{\"#\"}^10}# no'",
        "f'''{\nx}# no\n'''",
        "rf'\\{x}# no'",
        "f'\\N{NUMBER SIGN}# no'",
        "t'{x}# no'",
        "F'{(lambda: 1)()}# no'",
        "'''it''s # no'''",
        "''",
        '"" ""',
    ],
)
def test_a_string_is_no_comment(code: str) -> None:
    assert [c.text for c in python_comments(f"{code} # yes")] == ["# yes"]


def test_a_comment_inside_a_replacement_field() -> None:
    text = "f'''{\n  x  # yes\n}''' # yes, too"
    assert [c.text for c in python_comments(text)] == ["# yes", "# yes, too"]


@pytest.mark.parametrize(
    "broken",
    ["x = 'open", 'x = "open', "def f(:", "f'{x", "f'{x:>", "f'}'", "f(f'{a' b'", "x = )]}"],
)
def test_the_lines_after_a_syntax_error_are_still_read(broken: str) -> None:
    assert Comment(2, 1, "# yes") in list(python_comments(f"{broken}\n# yes"))


def test_agreement_with_the_tokenizer_on_the_standard_library() -> None:
    folder = Path(tokenize.__file__).parent
    for path in sorted(folder.glob("[a-e]*.py")):
        text = path.read_text("utf-8")
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        expected = [
            Comment(token.start[0], token.start[1] + 1, token.string)
            for token in tokens
            if token.type == tokenize.COMMENT
        ]
        assert list(python_comments(text)) == expected, path.name


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_can_be_scanned(text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")
    for scan in (python_comments, toml_comments, requirements_comments):
        for row, column, comment in scan(text):
            assert lines[row - 1][column - 1 :] == comment


def test_toml_strings_are_no_comments() -> None:
    text = '''\
# one
a = "# no" # two
b = '# no \\' # three
c = """
# no \\""" # no
""""" # four
d = """no # """
e = \'\'\'
# no
\'\'\' # five
f = "\\"# no" # six
'''
    assert [c.text[2:] for c in toml_comments(text)] == [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
    ]


def test_requirements_comments_stand_alone_or_after_a_blank() -> None:
    text = "# one\nfastapi==0.1  # two\ngit+https://host/repo#egg=x\nx\t# three # still\n"
    assert list(requirements_comments(text)) == [
        Comment(1, 1, "# one"),
        Comment(2, 15, "# two"),
        Comment(4, 3, "# three # still"),
    ]
