"""Which real releases the tests may run: that installs packages and takes minutes.

`ASGI_LINT_LAB_TESTS=1` runs the few releases that CI has time for, `=all` every one that a test
asks for. Without it, such tests are skipped.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lab.subject import subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.subject import Subject

    OnRelease: TypeAlias = Callable[..., Subject]

WANTED = "ASGI_LINT_LAB_TESTS"
_FEW = {("starlette", "0.20.4"), ("starlette", "0.21.0"), ("starlette", "1.10.0")}


@pytest.fixture(scope="session")
def on_release() -> OnRelease:
    """`on_release("starlette", "0.20.4")` is where to run a program; skips what is not wanted.

    Further arguments are requirements that the program has besides.
    """
    wanted = os.environ.get(WANTED, "")

    def allowed(package: str, release: str, *more: str) -> Subject:
        if wanted != "all" and (wanted != "1" or (package, release) not in _FEW):
            pytest.skip(f"{package} {release} is run with {WANTED}=all, a few releases with =1")
        return replace(subject(package, release), more=more)

    return allowed
