"""`asgi-lint versions`: which releases count in each folder, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from asgi_lint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    ".git/HEAD": "",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = [\n  "fastapi>=0.85,<0.87",\n]\n',
    "uv.lock": '[[package]]\nname = "fastapi"\nversion = "0.85.1"\n\n'
    '[[package]]\nname = "starlette"\nversion = "0.20.4"\n',
    "docs/requirements.txt": "sphinx\n",
    "services/mail/requirements.txt": "fastapi==0.115.0\n",
    "services/mail/requirements-dev.txt": "starlette==0.20.4\n",
    "services/mail/app.py": "import fastapi\n",
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def versions(*arguments: str) -> Result:
    return CliRunner(env={"NO_COLOR": "1"}).invoke(main, ["versions", *arguments])


def in_json(*arguments: str) -> dict[str, dict[str, Any]]:
    """The packages of each folder, by folder and name."""
    result = versions(*arguments, "--output-format", "json")
    assert result.exit_code == 0, result.output
    return {
        folder["folder"]: {package["package"]: package for package in folder["packages"]}
        for folder in json.loads(result.stdout)
    }


def test_each_folder_with_manifests_is_shown_once() -> None:
    assert list(in_json()) == [".", "docs", "services/mail"]


def test_lock_decides_and_the_requirement_says_what_is_allowed() -> None:
    fastapi = in_json()["."]["fastapi"]
    assert fastapi["picked"] == "0.85.1"
    assert fastapi["origin"] == "locked"
    assert [(r["filename"], r["location"]) for r in fastapi["requirements"]] == [
        ("uv.lock", {"row": 3, "column": 1}),
        ("pyproject.toml", {"row": 4, "column": 4}),
    ]


def test_what_contradicts_is_shown_as_ignored() -> None:
    starlette = in_json()["services/mail"]["starlette"]
    assert starlette["picked"] == "0.38.6"
    assert starlette["phrase"] == "Starlette 0.38.6, the newest that fastapi 0.115.0 allows"
    assert [r["text"] for r in starlette["ignored"]] == ["starlette==0.20.4"]


def test_hazards_say_whether_the_picked_release_has_them() -> None:
    def picked(folder: str) -> dict[str, bool]:
        return {h["identifier"]: h["picked"] for h in in_json()[folder]["starlette"]["hazards"]}

    assert picked(".")["background-tasks-cancelled"]
    assert "background-tasks-cancelled" not in picked("services/mail")
    assert picked("services/mail")["is-disconnected-blind"]


def test_text_names_the_file_and_line() -> None:
    text = versions("services").stdout
    assert text.startswith("services/mail\n  Starlette 0.38.6, the newest that fastapi 0.115.0")
    assert "    from services/mail/requirements.txt:1:1: fastapi==0.115.0\n" in text
    assert "contradicts: services/mail/requirements-dev.txt:1:1: starlette==0.20.4\n" in text


def test_folder_that_says_nothing_is_as_the_one_above() -> None:
    assert "docs\n  as in .\n" in versions(".").stdout


def test_assumed_versions_outrank_what_is_stated() -> None:
    found = in_json("--starlette-version", "<0.21")
    assert {folder: packages["starlette"]["picked"] for folder, packages in found.items()} == {
        ".": "0.20.4",
        "docs": "0.20.4",
        "services/mail": "0.20.4",
    }


def test_project_without_requirements_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "elsewhere"
    (empty / ".git").mkdir(parents=True)
    (empty / "app.py").write_text("import fastapi\n")
    assert "neither Starlette nor FastAPI is required" in versions(str(empty)).stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], 'No such file or folder: "nowhere".'),
        (["--fastapi-version", "<0.85,>0.90"], "No release of fastapi satisfies `<0.85,>0.90`."),
    ],
)
def test_wrong_arguments_stop_with_one_line(arguments: list[str], message: str) -> None:
    result = versions(*arguments)
    assert result.exit_code == 2
    assert result.stderr == f"asgi-lint: error: {message}\n"
