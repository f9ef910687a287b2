"""The GitHub Action: GitHub's schema and zizmor take it, and its steps do what they say."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from command_line import AFFECTED, APPLICATION, FIXED, SHADOWS, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
DEFINITION = yaml.safe_load(ACTION.read_text())
STEPS: dict[str, dict[str, Any]] = {
    step.get("id", step["name"]): step for step in DEFINITION["runs"]["steps"]
}
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
UPLOAD = "inputs.upload-sarif == 'true' && github.event.pull_request.head.repo.fork != true"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs bash")


class Step(NamedTuple):
    """What a step has come to: its exit code, what it printed, and what it gives to later ones."""

    code: int
    printed: str
    outputs: dict[str, str]


def run(name: str, folder: Path, values: Mapping[str, str]) -> Step:
    """Run a step as a runner does; `values` are what its expressions stand for."""
    step = STEPS[name]
    script, outputs = folder / "step.sh", folder / "outputs"
    script.write_text(step["run"])
    outputs.write_text("")
    given = {
        name: EXPRESSION.sub(lambda found: values[found[1]], str(text))
        for name, text in step["env"].items()
    }
    own = {
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_ACTION_PATH": str(ROOT),
        "RUNNER_TEMP": str(folder),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder / "checkout",
        env={**os.environ, **own, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    pairs = (line.partition("=") for line in outputs.read_text().splitlines())
    return Step(
        done.returncode, done.stdout + done.stderr, {name: value for name, _, value in pairs}
    )


def checked(
    folder: Path, *, paths: str = ".", args: str = "", upload: bool = True, command: str = ""
) -> Step:
    values = {
        "steps.install.outputs.command": command or str(Path(sys.executable).parent / "asgi-lint"),
        "steps.install.outputs.folder": str(folder),
        "inputs.paths": paths,
        "inputs.args": args,
        UPLOAD: str(upload).lower(),
    }
    return run("check", folder, values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A runner's folder, with a checkout in it."""
    lay_out(tmp_path / "checkout", {"app/main.py": APPLICATION, "app/requirements.txt": AFFECTED})
    return tmp_path


def codes_in(sarif: str) -> list[str]:
    [found] = json.loads(Path(sarif).read_text())["runs"]
    return [result["ruleId"] for result in found["results"]]


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)],
        ["zizmor", "--offline", "--persona", "auditor", str(ACTION)],
    ],
    ids=lambda command: command[0],
)
def test_checkers_have_nothing_to_say(command: list[str]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_written_into_a_script() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_diagnostics_are_uploaded_before_the_job_fails(folder: Path) -> None:
    step = checked(folder)
    assert step.code == 0
    assert "error[ASG201]" in step.printed
    assert "::error" not in step.printed
    assert (step.outputs["exit-code"], step.outputs["upload"]) == ("1", "true")
    assert codes_in(step.outputs["sarif-file"]) == ["ASG201", "ASG802"]
    last = list(STEPS)[-1]
    ended = run(last, folder, {"steps.check.outputs.exit-code": step.outputs["exit-code"]})
    assert ended.code == 1


def test_clean_project_uploads_an_empty_report(folder: Path) -> None:
    lay_out(folder / "checkout", {"app/requirements.txt": FIXED})
    step = checked(folder)
    assert step.outputs["exit-code"] == "0"
    assert codes_in(step.outputs["sarif-file"]) == []
    assert "All checks passed" in step.printed


def test_run_that_failed_uploads_nothing(folder: Path) -> None:
    step = checked(folder, args="--select ASG999")
    assert step.code == 0
    assert step.outputs["exit-code"] == "2"
    assert "sarif-file" not in step.outputs


def test_without_an_upload_there_are_annotations(folder: Path) -> None:
    step = checked(folder, upload=False)
    assert "upload" not in step.outputs
    assert step.printed.count("::error") == 2


def test_paths_stand_on_lines_and_options_between_white_space(folder: Path) -> None:
    lay_out(folder / "checkout", {"a b/x.py": "import fastapi\nraise (\n"})
    step = checked(folder, paths="a b\r\n\napp/main.py\n", args="--select  ASG2\n --exit-zero")
    assert codes_in(step.outputs["sarif-file"]) == ["ASG001", "ASG201"]
    assert step.outputs["exit-code"] == "0"


@pytest.mark.parametrize("text", ["$(touch hacked)", "; touch hacked", "`touch hacked`", "*"])
def test_inputs_are_no_commands(folder: Path, text: str) -> None:
    step = checked(folder, paths=f'{text}\n"{text}"', args=text)
    assert step.outputs["exit-code"] == "2"
    assert not (folder / "checkout" / "hacked").exists()


def test_upload_waits_for_the_check() -> None:
    [upload] = [step for step in STEPS.values() if "upload-sarif" in step.get("uses", "")]
    assert upload["with"] == {"sarif_file": "${{ steps.check.outputs.sarif-file }}"}
    assert "steps.check.outputs.upload == 'true'" in upload["if"]


@pytest.mark.parametrize(
    ("version", "requirement"),
    [("", str(ROOT)), ("0.1.0", "asgi-lint==0.1.0"), (">=0.1,<0.2", "asgi-lint>=0.1,<0.2")],
)
def test_version_is_what_pip_is_asked_for(folder: Path, version: str, requirement: str) -> None:
    """With a Python that only notes what it is called with."""
    python, calls = folder / "python", folder / "calls"
    python.write_text(
        f'#!/bin/sh\necho "$*" >> "{calls}"\n'
        'if [ "$3" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; fi\n'
    )
    python.chmod(0o755)
    values = {"steps.python.outputs.python-path": str(python), "inputs.version": version}
    step = run("install", folder, values)
    assert step.code == 0, step.printed
    venv, pip = calls.read_text().splitlines()
    assert venv == f"-I -m venv {step.outputs['folder']}"
    assert pip == f"-I -m pip install --quiet {requirement}"


def test_installed_program_runs(
    folder: Path, wheels: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(folder / "checkout", SHADOWS)
    for name, value in wheels.items():
        monkeypatch.setenv(name, value)
    values = {"steps.python.outputs.python-path": sys.executable, "inputs.version": ""}
    installed = run("install", folder, values)
    assert installed.code == 0, installed.printed
    command = installed.outputs["command"]
    assert command.startswith(installed.outputs["folder"])
    step = checked(folder, command=command)
    assert step.outputs["exit-code"] == "1"
