"""What the edits leave as it is: line endings, indentation, comments, quotes, other imports."""

from __future__ import annotations

from textwrap import dedent

import pytest
from rewritten import candidates, rewritten

PLAIN = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Plain(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x"] = "1"
        return response
"""


def imports_of(text: str) -> str:
    program = f"{dedent(text).strip()}\n{PLAIN.partition(chr(10))[2]}"
    return rewritten(program).partition("\n\n\n")[0]


def test_line_endings_stay() -> None:
    text = rewritten(PLAIN.replace("\n", "\r\n"))
    assert text.replace("\r\n", "") == rewritten(PLAIN).replace("\n", "")


@pytest.mark.parametrize("indent", ["  ", "\t"])
def test_indentation_is_that_of_the_file(indent: str) -> None:
    assert rewritten(PLAIN.replace("    ", indent)) == rewritten(PLAIN).replace("    ", indent)


def test_quotes_are_those_of_the_class() -> None:
    assert rewritten(PLAIN.replace('"', "'")) == rewritten(PLAIN).replace('"', "'")


def test_last_line_may_lack_its_ending() -> None:
    assert rewritten(PLAIN.rstrip("\n")).rstrip("\n") == rewritten(PLAIN).rstrip("\n")


def test_strings_over_several_lines_are_not_indented() -> None:
    text = """\
        from fastapi import FastAPI, Request
        from fastapi.responses import HTMLResponse

        app = FastAPI()


        @app.middleware("http")
        async def closed(request: Request, call_next):
            if request.url.path == "/closed":
                return HTMLResponse('''
        <h1>Closed</h1>
          for today
        ''')
            return await call_next(request)
        """
    assert "'''\n<h1>Closed</h1>\n  for today\n'''" in rewritten(dedent(text))


def test_only_lines_that_change_are_edited() -> None:
    text = PLAIN.replace("class Plain", "# Before.\nUNTOUCHED = {  'a':1 }\n\n\nclass Plain")
    touched = {
        row
        for candidate in candidates(text)
        for edit in candidate.replacements
        for row in range(edit.span.start.row, edit.span.end.row)
    }
    lines = text.split("\n")
    assert touched.isdisjoint({lines.index("# Before."), lines.index("# Before.") + 1})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from starlette.middleware.base import BaseHTTPMiddleware",
            "from starlette.datastructures import MutableHeaders",
        ),
        (
            """\
            import os

            from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
            """,
            """\
            import os

            from starlette.datastructures import MutableHeaders
            from starlette.middleware.base import RequestResponseEndpoint
            """,
        ),
        (
            """\
            # Ours.
            from starlette.middleware.base import BaseHTTPMiddleware
            from starlette.routing import Route
            """,
            """\
            # Ours.
            from starlette.datastructures import MutableHeaders
            from starlette.routing import Route
            """,
        ),
        (
            """\
            from starlette.datastructures import (
                URL,
                Headers,
            )
            from starlette.middleware.base import BaseHTTPMiddleware
            """,
            """\
            from starlette.datastructures import (
                URL,
                Headers,
                MutableHeaders,
            )
            """,
        ),
        (
            """\
            from starlette.datastructures import (
                Headers,  # for the tests
            )
            from starlette.middleware.base import BaseHTTPMiddleware
            """,
            """\
            from starlette.datastructures import (
                Headers,  # for the tests
            )
            from starlette.datastructures import MutableHeaders
            """,
        ),
        (
            """\
            from fastapi import FastAPI
            from project import names
            from starlette.middleware.base import BaseHTTPMiddleware
            """,
            """\
            from fastapi import FastAPI
            from project import names
            from starlette.datastructures import MutableHeaders
            """,
        ),
        (
            """\
            from starlette.datastructures import MutableHeaders as Headers
            from starlette.middleware.base import BaseHTTPMiddleware as BaseHTTPMiddleware
            """,
            """\
            from starlette.datastructures import MutableHeaders, MutableHeaders as Headers
            from starlette.middleware.base import BaseHTTPMiddleware as BaseHTTPMiddleware
            """,
        ),
    ],
)
def test_imports(before: str, after: str) -> None:
    assert imports_of(before) == dedent(after).strip()


def test_import_that_others_use_stays() -> None:
    other = "\n\nclass Other(BaseHTTPMiddleware):\n    pass\n"
    text = PLAIN + other
    assert "import BaseHTTPMiddleware\n" in rewritten(text)
    assert "import BaseHTTPMiddleware\n" not in rewritten(PLAIN)


def test_long_import_stays_on_its_line() -> None:
    base = "from starlette.middleware.base import BaseHTTPMiddleware"
    wide = f"{base}, {', '.join(f'Name{number}Endpoint' for number in range(6))}"
    kept = wide.replace("BaseHTTPMiddleware, ", "")
    assert len(kept) > 88
    assert kept in imports_of(wide)


def test_import_in_a_function_goes_with_its_last_use() -> None:
    text = """\
        import starlette.applications


        def add(app):
            from starlette.middleware.base import BaseHTTPMiddleware

            class Plain(BaseHTTPMiddleware):
                async def dispatch(self, request, call_next):
                    return await call_next(request)

            app.add_middleware(Plain)
        """
    assert "BaseHTTPMiddleware" not in rewritten(dedent(text))
    other = "\n\ndef base():\n    return BaseHTTPMiddleware\n"
    assert "import BaseHTTPMiddleware\n" in rewritten(dedent(text) + other)


def test_comments_stay_with_what_is_returned() -> None:
    text = """\
        from starlette.middleware.base import BaseHTTPMiddleware
        from starlette.responses import Response


        class Plain(BaseHTTPMiddleware):
            async def dispatch(self, request, call_next):
                if request.method == "TRACE":
                    return Response("no")  # refused
                response = await call_next(request)  # all others
                if response.status_code == 404:
                    return response  # nothing to say
                if response.status_code < 400:
                    response.headers["x"] = "1"
                    return response  # well
                else:
                    # a failure
                    return response  # noqa: RET505
        """
    comments = ("# refused", "# all others", "# nothing to say", "# well", "# a failure")
    new = rewritten(dedent(text))
    assert [new.count(comment) for comment in comments] == [1] * len(comments)
    assert "# noqa" not in new


@pytest.mark.parametrize(("indent", "newline"), [("    ", "\n"), ("\t", "\n"), ("  ", "\r\n")])
def test_continued_lines_go_with_their_statements(indent: str, newline: str) -> None:
    line = '    response.headers["x"] = "1"'
    text = PLAIN.replace(line, f'{line} + \\\n            str(len("2") + \\\n              3)')
    new = rewritten(text.replace("    ", indent).replace("\n", newline)).split(newline)
    at = next(row for row, line in enumerate(new) if line.endswith("\\"))
    depth = indent * 4
    assert new[at : at + 3] == [
        f'{depth}headers["x"] = "1" + \\',
        f'{depth}{indent}str(len("2") + \\',
        f"{depth}{indent}  3)",
    ]
