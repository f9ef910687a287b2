"""Runs of `--fix` that are ended at random moments; scripts/check_killed_fix.py says what is held.

`ASGI_LINT_KILLS=500` ends that many runs.
"""

from __future__ import annotations

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts/check_killed_fix.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module."""
    spec = spec_from_file_location("check_killed_fix", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "check_killed_fix", module)
    spec.loader.exec_module(module)
    return module


def test_ended_runs_leave_each_file_old_or_new_and_a_cache_that_holds(script: Any) -> None:
    times = int(os.environ.get("ASGI_LINT_KILLS", "4"))
    found = [*script.outcomes(times, seed=7, modules=16)]
    assert [(str(each.kind), each.stage, each.faults) for each in found if each.faults] == []
    assert len(found) == times
    assert len({each.kind for each in found}) == len(script.KINDS)


def test_what_is_wrong_is_told(script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "_reported", lambda tree, is_kept: {"service0/main.py": [is_kept]})
    [outcome] = script.outcomes(1, seed=0, modules=1)
    message = "with the cache that it left, a run says otherwise of service0/main.py"
    assert outcome.faults == (message,)
