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
