"""How files are named: for people and as URIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from asgi_lint.reporters.paths import absolute_uri, relative_uri, shown_path


@pytest.mark.parametrize(
    ("filename", "base", "expected"),
    [
        ("/srv/shop/api/main.py", "/srv/shop", "api/main.py"),
        ("/srv/shop/main.py", "/srv/shop", "main.py"),
        ("/srv/shop-two/main.py", "/srv/shop", "/srv/shop-two/main.py"),
        ("/srv/main.py", "/", "srv/main.py"),
        ("/opt/main.py", "/srv/shop", "/opt/main.py"),
    ],
)
def test_shown_path(filename: str, base: str, expected: str) -> None:
    assert shown_path(filename, Path(base)) == expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("/srv/my app/größe#1.py", "my%20app/gr%C3%B6%C3%9Fe%231.py"),
        ("/srv/c:x/100%.py", "c%3Ax/100%25.py"),
        ("/opt/main.py", None),
    ],
)
def test_relative_uri(filename: str, expected: str | None) -> None:
    assert relative_uri(filename, Path("/srv")) == expected


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("/opt/a b.py", "file:///opt/a%20b.py"),
        ("C:/work/a b.py", "file:///C:/work/a%20b.py"),
        ("//server/share/a.py", "file://server/share/a.py"),
    ],
)
def test_absolute_uri(filename: str, expected: str) -> None:
    assert absolute_uri(filename) == expected
