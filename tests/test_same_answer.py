"""The same diagnostics in whatever way: screened or not, by few processes or many, kept or not.

The ways are those of scripts/check_same_answer.py, which does the same with real projects.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out, python
from fixture_projects import fixture_projects

from asgi_lint.analysis.workers import jobs_that_pay

SCRIPT = Path(__file__).parents[1] / "scripts/check_same_answer.py"
PROJECTS = fixture_projects()[::18]

BASE = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Company(BaseHTTPMiddleware):
    pass
"""
DERIVED = """\
from base import Company


class Timing(Company):
    async def dispatch(self, request, call_next):
        return await call_next(request)
"""
WITHOUT_A_WORD = """\
from main import app


@app.get("/")
async def read():
    return 1
"""


@pytest.fixture
def script() -> Any:
    """The script as a module."""
    spec = spec_from_file_location("check_same_answer", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fixtures(script: Any, tmp_path: Path) -> None:
    for project in PROJECTS:
        project.lay_out(tmp_path / project.name.replace("/", "-"))
    assert script.reported([tmp_path.as_posix()]) != ()
    assert script.differences(tmp_path) == []


def test_subclass_of_a_base_that_the_project_has_itself_is_found(
    script: Any, tmp_path: Path
) -> None:
    main = APPLICATION.replace("app = FastAPI()", "from derived import Timing\n\napp = FastAPI()")
    files = {"main.py": main, "derived.py": DERIVED, "base.py": BASE, "read.py": WITHOUT_A_WORD}
    lay_out(tmp_path, {**files, "plain.py": "x = 1\n", "requirements.txt": AFFECTED})
    assert "ASG201" in {each.code for each in script.reported([tmp_path.as_posix()])}
    assert script.differences(tmp_path) == []


def test_difference_is_told(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.setattr("asgi_lint.analysis.screen.WORDS", ())
    assert "screened: - " in script.differences(tmp_path)[0]


# --- What lies around the process -----------------------------------------------------------------


def test_environment_changes_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path / "shop", {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    for project in PROJECTS[::4]:
        project.lay_out(tmp_path / project.name.replace("/", "-"))
    found = [
        python(
            *("-m", "asgi_lint", tmp_path.as_posix(), "--output-format", "json"),
            env={"PYTHONHASHSEED": str(seed), **environment},
        )
        for seed, environment in enumerate(
            (
                {"LC_ALL": "C.UTF-8"},
                {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
                {"LC_ALL": "POSIX", "PYTHONUTF8": "1", "PYTHONOPTIMIZE": "2"},
            )
        )
    ]
    assert "ASG" in found[0].stdout
    assert len({(each.code, each.stdout) for each in found}) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no such locale")
def test_names_are_shown_in_the_locale_that_says_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path / "größe", {"見る.py": APPLICATION, "requirements.txt": AFFECTED})
    arguments = ("-m", "asgi_lint", (tmp_path / "größe").as_posix(), "--output-format", "json")
    found = [python(*arguments, env={"LC_ALL": locale}) for locale in ("C", "C.UTF-8")]
    assert "größe/見る.py" in found[0].stdout
    assert found[0] == found[1]


def test_project_behind_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path / "real/shop", {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    for project in PROJECTS[:3]:
        project.lay_out(tmp_path / "real" / project.name.replace("/", "-"))
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    by_name = [asgi_lint(name) for name in ("real", "link")]
    assert by_name[1].stdout.replace("link/", "real/") == by_name[0].stdout
    inside = []
    for name in ("real", "link"):
        monkeypatch.chdir(tmp_path / name)
        inside.append(asgi_lint("."))
    assert inside[0] == inside[1]
    assert inside[0].stdout == by_name[0].stdout.replace("real/", "")
    assert "ASG" in inside[0].stdout


# --- Several processes ----------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lay_out(tmp_path, {f"app{number}.py": APPLICATION for number in range(6)})
    lay_out(tmp_path, {"requirements.txt": AFFECTED})
    monkeypatch.chdir(tmp_path)
    return tmp_path


# In a process of its own: with more than one thread, processes are not forked, and what is patched
# here would not reach them.
DYING = """
import os, sys
from pathlib import Path
from asgi_lint.analysis import extracting, workers
from asgi_lint.cli import main

times, *arguments = sys.argv[1:]

def extract_all(files, rules):
    died = Path("died")
    if any(name.endswith("app3.py") for name, _ in files):
        if times == "always" or not died.exists():
            died.touch()
            os._exit(3)
    return extracting.extract_all(files, rules)

workers.extract_all = extract_all
main(arguments)
"""
forks = pytest.mark.skipif(sys.platform != "linux", reason="what is patched is forked")


@forks
def test_process_that_dies_once_changes_nothing(project: Path) -> None:
    expected = asgi_lint("check", "--jobs", "1")
    assert python("-c", DYING, "once", "check", "--jobs", "2") == expected
    assert (project / "died").exists()


@forks
@pytest.mark.usefixtures("project")
def test_file_that_ends_every_process_is_told_and_the_rest_reported() -> None:
    arguments = ("check", "--jobs", "2", "--output-format", "concise")
    outcome = python("-c", DYING, "always", *arguments)
    assert outcome.code == 2
    assert "app3.py" in outcome.stderr
    assert "with exit code 3, twice" in outcome.stderr
    reported = {line.partition(":")[0] for line in outcome.stdout.splitlines()}
    assert {f"app{number}.py" for number in (0, 1, 2, 4, 5)} <= reported


@pytest.mark.parametrize(
    ("jobs", "size", "files", "expected"),
    [
        (0, 10_000, 50, 1),
        (0, 50_000_000, 1, 1),
        (1, 50_000_000, 2_000, 1),
        (3, 10, 50, 3),
        (3, 10, 2, 2),
    ],
)
def test_processes_are_started_where_they_pay(
    jobs: int, size: int, files: int, expected: int
) -> None:
    assert jobs_that_pay(jobs, size, files) == expected
