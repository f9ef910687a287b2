"""What one round of fixes knows of the files is not found out again in the next."""

from __future__ import annotations

import weakref
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out

from asgi_lint.analysis.extracting import extract_all
from asgi_lint.analysis.workers import Workers
from asgi_lint.memory import Memory
from asgi_lint.model import extract as module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.analysis.extracting import Extracted
    from asgi_lint.fixing import Fixing

FIXED = "fixed.py"
FILES = {
    "requirements.txt": AFFECTED,
    "main.py": APPLICATION,
    FIXED: "import fastapi\n\nx = 1  # asgi-lint: ignore[ASG304] not needed any more\n",
    **{f"plain{number}.py": "import fastapi\n" for number in range(5)},
}
CODE_FILES = [name for name in FILES if name.endswith(".py")]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, FILES)
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ASGI_LINT_CACHE")
    return folder


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the facts of each file are extracted."""
    counted: Counter[str] = Counter()
    real = module.extract

    def extract(text: str, filename: str, *rest: object) -> object:
        counted[Path(filename).name] += 1
        return real(text, filename, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "extract", extract)
    return counted


def test_without_a_cache_each_text_is_extracted_once(
    project: Path, extracted: Counter[str]
) -> None:
    outcome = asgi_lint(".", "--fix", "--no-cache", "--jobs=1", "--exit-zero")
    assert "Fixed 1 diagnostic" in outcome.stdout
    assert "ignore" not in (project / FIXED).read_text()
    assert extracted == dict.fromkeys(CODE_FILES, 1) | {FIXED: 2}


def test_where_the_cache_cannot_be_written_each_text_is_extracted_twice_at_most(
    extracted: Counter[str],
) -> None:
    outcome = asgi_lint(".", "--fix", "--cache-dir=../file", "--jobs=1", "--exit-zero")
    assert "Fixed 1 diagnostic" in outcome.stdout
    assert outcome.stderr.count("warning: Nothing is kept in ") == 1
    assert max(extracted.values()) == 2


@pytest.mark.parametrize("options", [["--no-cache"], ["--cache-dir=../file"]])
def test_what_is_remembered_changes_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    remembered = asgi_lint(".", "--fix", "--unsafe-fixes", "--exit-zero", *options)
    lay_out(tmp_path / "other", FILES)
    monkeypatch.chdir(tmp_path / "other")
    cached = asgi_lint(".", "--fix", "--unsafe-fixes", "--exit-zero")
    assert remembered.stdout == cached.stdout
    for name in FILES:
        assert (project / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_several_processes_extract_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []

    def extract(
        self: Workers, files: list[tuple[str, str]], processes: int
    ) -> Iterator[tuple[str, Extracted]]:
        assert processes == 2
        given.append(sorted(Path(name).name for name, _ in files))
        yield from extract_all(files, self._rules)

    monkeypatch.setattr(Workers, "extract", extract)
    asgi_lint(".", "--fix", "--no-cache", "--jobs=2")
    assert given == [sorted(CODE_FILES)]


@pytest.mark.parametrize(
    ("options", "made"),
    [(["--fix", "--no-cache"], 1), (["--no-fix", "--no-cache"], 0), (["--fix"], 0)],
)
def test_what_is_remembered_is_let_go_of(
    monkeypatch: pytest.MonkeyPatch, options: list[str], made: int
) -> None:
    memories: list[weakref.ref[Memory]] = []

    class Watched(Memory):
        def __init__(self) -> None:
            super().__init__()
            memories.append(weakref.ref(self))

    monkeypatch.setattr("asgi_lint.fixing.analyses.Memory", Watched)
    alive: list[object] = []

    def carried_out(fixing: Fixing, *_: object, **__: object) -> Fixing:
        alive.extend(each for each in memories if each() is not None)
        return fixing

    monkeypatch.setattr("asgi_lint.fixing.carried_out", carried_out)
    assert "Found" in asgi_lint(".", "--jobs=1", *options).stdout
    assert (len(memories), alive) == (made, [])
