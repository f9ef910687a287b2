"""A project that means harm: it makes no run wait, fail with a traceback or steer what shows it.

Names and texts in the reports themselves are the subject of tests/reporters, pictures' of
tests/picture.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import AFFECTED, APPLICATION, TASK, Outcome, asgi_lint, lay_out, reported
from log_commands import STEERS_A_TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX file system")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")

COMMANDS = {
    "check": ("check", "."),
    "fix": ("check", ".", "--fix", "--unsafe-fixes"),
    "add-ignore": ("check", ".", "--add-ignore"),
    "baseline": ("check", ".", "--write-baseline", "known.json"),
    "files": ("check", ".", "--show-files"),
    "graph": ("graph", ".", "--format", "html"),
    "versions": ("versions", "."),
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The application, in which nothing takes longer than a minute."""
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield folder
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def ended_well(*arguments: str, stdin: str | None = None) -> Outcome:
    """A run that reports, or says in one line why it cannot."""
    outcome = asgi_lint(*arguments, stdin=stdin)
    assert outcome.code in (0, 1, 2)
    assert "internal error" not in outcome.stderr, outcome.stderr
    if outcome.code == 2:
        assert "asgi-lint: error: " in outcome.stderr
    return outcome


# --- Files that are none --------------------------------------------------------------------------


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    make(path)


NO_FILES: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path.name),
    "folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", NO_FILES)
def test_pipe_or_device_in_place_of_a_file_is_not_waited_for(
    project: Path, kind: str, command: str
) -> None:
    names = (
        *("requirements.txt", "uv.lock", "Pipfile.lock", "environment.yml", "setup.py"),
        *(".gitignore", "setup.cfg", "views.py", ".git", ".venv"),
    )
    for name in names:
        replaced(project / name, NO_FILES[kind])
    outcome = ended_well(*COMMANDS[command])
    assert outcome.code != 2 or command == "add-ignore"
    assert "main.py" in outcome.stdout or command in {"fix", "add-ignore", "baseline", "versions"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["asgi-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_configuration_that_is_no_file_is_told(
    project: Path, name: str, kind: str, command: str
) -> None:
    NO_FILES[kind](project / name)
    outcome = ended_well(*COMMANDS[command])
    assert (outcome.code, outcome.stdout) == (2, "")
    [line] = outcome.stderr.splitlines()
    assert line.endswith(f"/{name}: it cannot be read: it is not a regular file.")


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/stdin", "pipe", "requirements.txt", "."])
@pytest.mark.parametrize("option", ["-r", "-c"])
def test_requirements_that_include_what_is_no_file(project: Path, option: str, target: str) -> None:
    os.mkfifo(project / "pipe")
    lay_out(project, {"requirements.txt": f"{option} {target}\n{AFFECTED}"})
    assert TASK in reported(".")


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="needs Linux's /proc")
def test_file_that_keeps_a_reader_waiting_ends(project: Path) -> None:
    # What the kernel's log holds is the machine's affair: nothing, text, or a refusal.
    lay_out(project, {"requirements.txt": f"-c /proc/kmsg\n{AFFECTED}"})
    (project / "log.py").symlink_to("/proc/kmsg")
    assert TASK in reported(".")


def test_requirements_that_include_each_other_many_times(project: Path) -> None:
    twice = {f"r{n}.txt": f"-r r{n + 1}.txt\n-r r{n + 1}.txt\n" for n in range(50)}
    lay_out(project, {"requirements.txt": "-r r0.txt\n", **twice, "r50.txt": AFFECTED})
    assert reported(".") == ["main.py:20 ASG201", "r50.txt:1 ASG802"]


def test_long_chains_of_files(project: Path) -> None:
    chain = {f"r{n}.txt": f"-r r{n + 1}.txt\n" for n in range(1_500)}
    lay_out(project, {"requirements.txt": "-r r0.txt\n", **chain, "r1500.txt": AFFECTED})
    assert TASK in reported(".")
    lay_out(project, {f"e{n}.toml": f'extend = "e{n + 1}.toml"\n' for n in range(1_500)})
    lay_out(project, {"asgi-lint.toml": 'extend = "e0.toml"\n'})
    assert ended_well(".").stderr.endswith(
        "extend: more than 50 configurations extend each other.\n"
    )


@pytest.mark.parametrize("value", ["baseline", "extend"])
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_configuration_that_names_what_is_no_file(project: Path, value: str, kind: str) -> None:
    NO_FILES[kind](project / "other")
    lay_out(project, {"asgi-lint.toml": f'{value} = "other"\n'})
    assert "it is not a regular file" in ended_well(".").stderr


def test_links_that_lead_out_are_read_and_not_walked(project: Path, tmp_path: Path) -> None:
    lay_out(tmp_path / "outside", {"views.py": APPLICATION})
    (project / "views.py").symlink_to(tmp_path / "outside/views.py")
    (project / "outside").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert [each for each in reported(".") if "ASG201" in each] == [TASK, "views.py:20 ASG201"]


# --- Absurd texts ---------------------------------------------------------------------------------

MANY = 50_000
TOML = {
    "arrays": f"a = {'[' * MANY}{']' * MANY}\n",
    "tables": f"a = {'{a=' * MANY}1{'}' * MANY}\n",
    "key": f"a{'.a' * MANY} = 1\n",
    "header": f"[a{'.a' * MANY}]\n",
    "number": f"a = {'9' * MANY}\n",
}


@pytest.mark.parametrize("text", TOML.values(), ids=TOML)
def test_toml_without_measure(project: Path, text: str) -> None:
    manifests = ("pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "pixi.toml", "pylock.toml")
    lay_out(project, dict.fromkeys(manifests, f"# fastapi\n{text}"))
    outcome = ended_well(".", "--output-format", "concise")
    told = re.findall(
        r"(\S+):1:1: ASG001 .* cannot be read: (?:it is nested|a number)", outcome.stdout
    )
    assert told == sorted(manifests)
    lay_out(project, {"asgi-lint.toml": text})
    assert re.search(r"asgi-lint.toml: (it is nested|a number in it)", ended_well(".").stderr)


ALIASES = "a: &a [x, x]\n" + "".join(
    f"{each}: &{each} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, each in zip("abcdefghijklmnop", "bcdefghijklmnopq", strict=True)
)
YAML = {
    "billion laughs": f"{ALIASES}dependencies: [*q, fastapi=0.85.0]\n",
    "loop": "dependencies: &b [*b, fastapi=0.85.0, {pip: *b}]\n",
    "tags": "x: !!python/object/apply:os.mkdir [owned]\ndependencies: [fastapi=0.85.0]\n",
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_yaml_bombs_are_read_without_being_built(project: Path, text: str) -> None:
    (project / "requirements.txt").unlink()
    lay_out(project, {"environment.yml": text, "pixi.lock": text, "conda-lock.yml": text})
    assert {"main.py:20 ASG201", TASK} <= {*reported(".")}
    assert [each for each in reported(".") if each.startswith("environment.yml")] != []
    ended_well(".", "--add-ignore")
    assert not (project / "owned").exists()
    assert [each for each in reported(".") if "ASG001" not in each] == []


@pytest.mark.parametrize("text", ["[" * MANY, "{a: " * MANY, f"{'- ' * MANY}x"])
def test_nested_yaml_is_told(project: Path, text: str) -> None:
    lay_out(project, {"environment.yml": f"# fastapi\na:\n {text}\n"})
    outcome = ended_well(".", "--output-format", "concise")
    assert re.search("environment.yml:.*ASG001.* nested too deeply", outcome.stdout)


@pytest.mark.parametrize("text", ["[" * MANY, '{"a":' * MANY, "9" * MANY])
def test_json_without_measure(project: Path, text: str) -> None:
    lay_out(project, {"Pipfile.lock": f'{{"fastapi": {text}', "known.json": text})
    assert TASK in reported(".")
    outcome = ended_well(".", "--baseline", "known.json")
    assert (outcome.code, len(outcome.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(
    "line",
    [
        f"fastapi=={'9' * MANY}",
        f"fastapi=={'1.' * MANY}1",
        f"fastapi{',!=0.1' * MANY}",
        f"fastapi==0.85.0; {'(' * MANY}python_version > '3'{')' * MANY}",
        f"fastapi==0.85.0; {'(' * 1_500}python_version > '3'{')' * 1_500}",
    ],
    ids=["digits", "parts", "clauses", "long marker", "deep marker"],
)
def test_requirement_without_measure_is_told(project: Path, line: str) -> None:
    lay_out(project, {"requirements.txt": f"{line}\n"})
    outcome = ended_well(".", "--output-format", "concise")
    [told] = [each for each in outcome.stdout.splitlines() if "ASG001" in each]
    assert re.search(r"is not a requirement: it is (longer than|nested)", told)
    assert len(told) < 500


@pytest.mark.parametrize("coding", ["idna", "punycode", "undefined", "rot13", "unicode_escape"])
def test_odd_encodings(project: Path, coding: str) -> None:
    text = f"# coding: {coding}\nfastapi==0.85.0 # \\ud800\n"
    lay_out(project, {"requirements.txt": text, "views.py": f"# coding: {coding}\nx = '\\ud800'\n"})
    ended_well(".")


# --- Files that change or vanish meanwhile --------------------------------------------------------

FILES: dict[str, str | bytes] = {
    "main.py": "import helper\nfrom package import views\n" + APPLICATION,
    "helper.py": "import other\n@router.get('/')\ndef f(): pass\n",
    "other.py": "x = 1  # noqa: ASG201\n",
    "package/__init__.py": "",
    "package/views.py": "import fastapi, helper\n",
    "latin.py": "# coding: latin-1\nimport fastapi\nname = '\xe9'\n".encode("latin-1"),
    "script.py": "# /// script\n# dependencies = ['fastapi==0.85.0']\n# ///\nimport fastapi\n",
    "requirements.txt": "-r base.txt\n",
    "base.txt": AFFECTED,
    ".gitignore": "ignored\n",
    "asgi-lint.toml": "cache = false\n",
}


def vanish(path: Path) -> None:
    path.unlink()


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def break_(path: Path) -> None:
    path.write_bytes(b"\xff\x00 = (")


def change_all(change: Callable[[Path], None], folder: Path) -> None:
    for name in FILES:
        change(folder / name)


@pytest.mark.parametrize("command", ["check", "fix", "add-ignore", "graph"])
@pytest.mark.parametrize("change", [vanish, become_a_folder, become_a_pipe, break_])
def test_files_that_change_while_they_are_looked_at(
    project: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], command: str
) -> None:
    """All files change at once, at each eighth look that a run takes at the disk."""
    looks = LooksAtDisk(project, monkeypatch)
    for first in range(1, 400, 8):
        shutil.rmtree(project)
        lay_out(project, FILES)
        os.chdir(project)
        looks.until(first, partial(change_all, change, project))
        ended_well(*COMMANDS[command])
        if not looks.is_reached:
            break
    assert first > 16


class LooksAtDisk:
    """Counts how often a run looks into a folder, and does something when it comes to a number."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder.as_posix()
        self._left = 0
        self._act: Callable[[], None] | None = None
        for name in ("open", "scandir", "stat", "listdir"):
            monkeypatch.setattr(os, name, self._counting(getattr(os, name)))

    @property
    def is_reached(self) -> bool:
        return self._left <= 0

    def until(self, number: int, act: Callable[[], None]) -> None:
        self._left, self._act = number, act

    def _counting(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def counted(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            if isinstance(path, str) and path.startswith(self._folder):
                self._left -= 1
                if self._left == 0 and self._act is not None:
                    with suppress(OSError):
                        self._act()
            return look(path, *arguments, **options)

        return counted


@pytest.mark.parametrize("command", [*COMMANDS.values(), ("clean",)], ids=[*COMMANDS, "clean"])
def test_working_folder_that_is_gone_is_told(
    project: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    shutil.rmtree(project)
    outcome = asgi_lint(*command)
    line = "asgi-lint: error: The current folder cannot be used: no such file or directory.\n"
    assert outcome == (2, "", line)
    os.chdir(tmp_path)


# --- Names and texts that are shown ---------------------------------------------------------------

ESCAPES = "\x1b[31m\x9b31m\u202e\u2066\x07\u2028"
NAMES = (
    b"a\n::set-output name=x::y.py",
    b"a\n##vso[task.complete]x.py",
    b"b\x1b[31m\r.py",
    b"<img src=x onerror=alert(1)>&\"'.py",
    b"gr\xf6\xdfe.py",
    "\u202ebidi\u2028\x9b.py".encode(),
    b"folder\n\x1b[2J/]]>.py",
)
HOSTILE = (
    APPLICATION.replace("new@example.org", f"<script>alert(1)</script>{ESCAPES}")
    .replace("send_welcome,", f"send_welcome,  # ::error::{ESCAPES}##vso[task.complete]")
    .replace('"/"', '"/<script>alert(1)</script>\\n::error::x\\x1b[31m\\"\\u202e"')
)
SHOWN = [
    *(("check", ".", "--output-format", name) for name in ("full", "concise", "grouped", "pylint")),
    *(("check", ".", "--output-format", name) for name in ("json", "json-lines", "sarif", "junit")),
    *(("check", ".", "--output-format", name) for name in ("github", "azure", "gitlab", "rdjson")),
    *(("graph", ".", "--format", name) for name in ("text", "mermaid", "dot", "json", "html")),
    ("check", ".", "--statistics"),
    ("check", ".", "--show-files"),
    ("check", ".", "--show-settings"),
    ("check", ".", "--fix", "--unsafe-fixes", "--show-fixes"),
    ("check", ".", "--add-ignore"),
    ("check", ".", "--write-baseline", "known\n\x1b[31m.json"),
    ("check", ".", "--baseline", "missing\n\x1b[31m.json"),
    ("check", ".", "--select", "\x1b[31m\n"),
    ("check", "-", "--stdin-filename", os.fsdecode(NAMES[0])),
    ("versions", "."),
    ("rule", "\x1b[31m\n"),
]


@linux_only
@pytest.mark.parametrize("arguments", SHOWN, ids=" ".join)
def test_nothing_steers_a_terminal_or_a_build_server(
    project: Path, arguments: tuple[str, ...]
) -> None:
    outside = project / "outside\x1b[31m\n"
    lay_out(outside, {os.fsdecode(name): HOSTILE for name in NAMES})
    lay_out(
        outside,
        {
            "broken\n::error::x.py": f"import fastapi\nx = {ESCAPES}(\n",
            "requirements.txt": f"{AFFECTED}{ESCAPES} nonsense\n-r {ESCAPES}missing.txt\n",
        },
    )
    (outside / f"gone{ESCAPES}.py").symlink_to("nowhere")
    os.chdir(outside)
    outcome = ended_well(*arguments, stdin=HOSTILE)
    for text in (outcome.stdout, outcome.stderr):
        assert not STEERS_A_TERMINAL.search(text), STEERS_A_TERMINAL.search(text)
        text.encode()
    lines = [*outcome.stdout.splitlines(), *outcome.stderr.splitlines()]
    commands = [line for line in lines if line.lstrip().startswith(("::", "##"))]
    allowed = re.compile(r"::(error|warning|notice) title=asgi-lint |##vso\[task\.logissue ")
    assert [line for line in commands if not allowed.match(line)] == []
    if "html" in arguments:
        assert "<script>alert" not in outcome.stdout
        assert "<img src=x" not in outcome.stdout
    if {"json", "sarif", "gitlab", "rdjson"} & {*arguments}:
        json.loads(outcome.stdout)


@linux_only
def test_name_that_is_not_utf_8_of_a_file_that_cannot_be_read(project: Path) -> None:
    name = os.fsdecode(b"gr\xf6\xdfe.py")
    (project / name).symlink_to("/proc/self/mem")
    assert [each for each in reported(".") if "ASG002" in each] == ["gr\ufffd\ufffde.py:1 ASG002"]


def test_comments_are_written_once_to_a_file_with_two_names(project: Path) -> None:
    (project / "again.py").symlink_to("main.py")
    outcome = asgi_lint(".", "--add-ignore", "--select", "ASG201")
    assert outcome == (0, "Suppressed 1 diagnostic in 1 file.\n", "")
    assert reported(".", "--select", "ASG201") == []
