from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import APPLICATION, TASK, asgi_lint, error_of, lay_out, reported
from fixture_projects import FIXTURES, SNAPSHOT

from asgi_lint.picture.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

CASES = sorted(path.name for path in (FIXTURES / "graph").iterdir() if path.is_dir())
ROOT = Path(__file__).parents[1]


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A way of wiring, laid out in the working directory."""
    ignored = shutil.ignore_patterns(SNAPSHOT, "__pycache__")
    shutil.copytree(FIXTURES / "graph" / request.param, tmp_path / "project", ignore=ignored)
    (tmp_path / "project" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return FIXTURES / "graph" / str(request.param)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path, {"main.py": APPLICATION, "requirements.txt": "fastapi==0.85.0\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def graph(*arguments: str) -> str:
    outcome = asgi_lint("graph", *arguments)
    assert outcome.code == 0, outcome.stderr
    return outcome.stdout


def picture(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(graph(*arguments, "--format", "json"))
    return found


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_way_of_wiring_is_drawn_as_its_snapshot(
    case: Path, snapshot: Callable[[Path, str], None]
) -> None:
    snapshot(case / SNAPSHOT, graph())


@pytest.mark.parametrize("case", CASES, indirect=True)
def test_json_of_every_way_of_wiring_is_valid(case: Path) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "docs" / "graph.schema.json").read_text(encoding="utf-8"))
    found = picture()
    Draft202012Validator(schema).validate(found)
    assert found["applications"] or case.name == "empty"


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format_names_the_parts(project: Path, output_format: str) -> None:
    text = graph("--format", output_format)
    assert all(word in text for word in ("Timing", "sign_up", "send_welcome", "ASG201"))
    assert str(project) not in text


def test_diagnostics_stand_at_the_route_and_the_layer_that_they_are_about(project: Path) -> None:
    assert TASK in reported()
    [application] = picture()["applications"]
    [route] = application["children"]
    timing = next(layer for layer in application["layers"] if layer["name"] == "Timing")
    assert [d["code"] for d in route["diagnostics"]] == ["ASG201"]
    assert [d["code"] for d in timing["diagnostics"]] == ["ASG201"]


def test_path_chooses_what_is_drawn(project: Path) -> None:
    lay_out(project, {"other/app.py": "from fastapi import FastAPI\n\nother = FastAPI()\n"})
    assert [a["name"] for a in picture()["applications"]] == ["app", "other"]
    assert [a["name"] for a in picture("other")["applications"]] == ["other"]
    assert [a["name"] for a in picture("main.py")["applications"]] == ["app"]


def test_applications_of_tests_are_left_out_unless_asked_for(project: Path) -> None:
    lay_out(project, {"tests/test_app.py": "from fastapi import FastAPI\n\nfake = FastAPI()\n"})
    assert picture()["left_out"] == 1
    assert [a["name"] for a in picture("--tests")["applications"]] == ["app", "fake"]


def test_factory_that_only_tests_call_is_drawn(project: Path) -> None:
    lay_out(
        project,
        {
            "main.py": "from fastapi import FastAPI\n\n\ndef make():\n    app = FastAPI()\n"
            "    return app\n",
            "tests/test_app.py": "from main import make\n\nmade = make()\n",
        },
    )
    assert [a["name"] for a in picture()["applications"]] == ["app"]


def test_picture_is_written_to_a_file(project: Path) -> None:
    assert graph("--format", "html", "--output-file", "picture.html") == ""
    written = (project / "picture.html").read_text(encoding="utf-8")
    assert written.startswith("<!doctype html>")


def test_exit_code_is_0_whatever_is_reported(project: Path) -> None:
    assert reported()
    assert asgi_lint("graph", str(project)).code == 0


def test_missing_path_is_one_clear_line(project: Path) -> None:
    assert "nowhere" in error_of("graph", "nowhere")
    assert (project / "main.py").exists()


def test_folder_without_applications_says_so(tmp_path: Path) -> None:
    lay_out(tmp_path, {"main.py": "x = 1\n"})
    assert "No application was found" in graph(str(tmp_path))
