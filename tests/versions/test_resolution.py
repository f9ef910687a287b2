from __future__ import annotations

from dataclasses import replace

import pytest

from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import pep508
from asgi_lint.versions.requirements import Kind, Requirement
from asgi_lint.versions.resolution import resolve


def required(text: str, kind: Kind = Kind.REQUIRED) -> Requirement:
    requirement = pep508.requirement(text, ManifestText(f"/{text}", text), 0)
    return replace(requirement, kind=kind)


@pytest.mark.parametrize(
    ("stated", "override", "starlette", "fastapi"),
    [
        (["fastapi==0.85.0"], "starlette==1.3.1", "1.3.1", "0.85.0"),
        (["fastapi==0.85.0", "starlette==0.20.4"], "starlette>=0.49,<1", "0.52.1", "0.85.0"),
        (["fastapi==0.85.0"], "fastapi<0.100", "0.27.0", "0.99.1"),
    ],
)
def test_nothing_counts_beside_an_override(
    stated: list[str], override: str, starlette: str, fastapi: str
) -> None:
    requirements = [*map(required, stated), required(override, Kind.OVERRIDE)]
    found = resolve(requirements)
    assert str(found["starlette"].picked) == starlette
    assert str(found["fastapi"].picked) == fastapi


def test_what_an_override_replaces_is_named() -> None:
    stated, override = required("starlette==0.20.4"), required("starlette==1.3.1", Kind.OVERRIDE)
    found = resolve([stated, override])["starlette"]
    assert found.requirements == (override,)
    assert found.ignored == (stated,)
