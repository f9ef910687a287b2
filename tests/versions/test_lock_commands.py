from __future__ import annotations

import pytest

from asgi_lint.versions.lock_commands import lock_command, upgrade_command


@pytest.mark.parametrize(
    ("lock", "command", "upgrade"),
    [
        ("uv.lock", "uv lock", "uv lock --upgrade-package fastapi --upgrade-package starlette"),
        ("poetry.lock", "poetry lock", "poetry update fastapi starlette"),
        ("pdm.lock", "pdm lock", "pdm update fastapi starlette"),
        ("Pipfile.lock", "pipenv lock", "pipenv upgrade fastapi starlette"),
        ("pixi.lock", "pixi lock", "pixi update fastapi starlette"),
        (
            "conda-lock.yml",
            "conda-lock lock",
            "conda-lock lock --update fastapi --update starlette",
        ),
        ("pylock.toml", None, None),
    ],
)
def test_the_tool_that_wrote_the_lock_makes_it_anew(
    lock: str, command: str | None, upgrade: str | None
) -> None:
    assert lock_command(f"/service/{lock}") == command
    assert upgrade_command(f"/service/{lock}", ("fastapi", "starlette")) == upgrade
