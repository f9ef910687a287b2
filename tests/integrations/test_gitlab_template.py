"""The GitLab template: GitLab's schema takes it, and its script does what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from command_line import AFFECTED, APPLICATION, FIXED, SHADOWS, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "templates" / "asgi-lint.gitlab-ci.yml"
JOB = yaml.safe_load(TEMPLATE.read_text())["asgi-lint"]
REPORT = JOB["artifacts"]["reports"]["codequality"]
INSTALLED = "/tmp/asgi-lint"


def run(commands: list[str], checkout: Path, folder: Path, variables: Mapping[str, str]) -> int:
    """Run lines of the job's script as a runner does, with `folder` as where it installs to."""
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(commands).replace(INSTALLED, str(folder))],
        cwd=checkout,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def test_schema_takes_it() -> None:
    options = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
    done = subprocess.run(
        [Path(sys.executable).parent / "check-jsonschema", *options, str(TEMPLATE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_report_is_kept_when_the_job_fails() -> None:
    assert JOB["artifacts"]["when"] == "always"
    assert JOB["artifacts"]["paths"] == [REPORT]
    assert f"gitlab={REPORT}" in JOB["script"][-1]


def test_script_installs_and_checks(tmp_path: Path, wheels: Mapping[str, str]) -> None:
    checkout, folder = tmp_path / "shop", tmp_path / "installed"
    lay_out(checkout, {"app/main.py": APPLICATION, "app/requirements.txt": AFFECTED})
    lay_out(checkout, SHADOWS)

    assert run(JOB["script"], checkout, folder, wheels) == 1
    found = json.loads((checkout / REPORT).read_text())
    assert [each["check_name"] for each in found] == ["ASG201", "ASG802"]

    check = JOB["script"][-1:]
    chosen = {"ASGI_LINT_PATHS": "app/main.py", "ASGI_LINT_ARGS": "--fail-on error --select ASG8"}
    assert run(check, checkout, folder, chosen) == 0
    assert json.loads((checkout / REPORT).read_text()) == []

    lay_out(checkout, {"app/requirements.txt": FIXED})
    assert run(check, checkout, folder, {}) == 0
