"""`--add-ignore`: a comment at everything that is reported, and nothing else changed."""

from __future__ import annotations

import ast
import stat
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, error_of, lay_out, reported

if TYPE_CHECKING:
    from pathlib import Path

COMMENT = "  # asgi-lint: ignore[ASG201]"
CALL = "    tasks.add_task(\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def text_of(project: Path, name: str = "main.py") -> str:
    return (project / name).read_bytes().decode()


def test_everything_is_silenced(project: Path) -> None:
    outcome = asgi_lint("--add-ignore")
    assert outcome == (0, "Suppressed 2 diagnostics in 2 files.\n", "")
    assert text_of(project) == APPLICATION.replace(CALL, f"{CALL[:-1]}{COMMENT}\n")
    assert text_of(project, "requirements.txt") == (
        "fastapi==0.85.0  # asgi-lint: ignore[ASG802]\n"
    )
    assert reported(".") == []


def test_second_time_nothing_is_left_to_do(project: Path) -> None:
    asgi_lint("--add-ignore")
    before = text_of(project)
    assert asgi_lint("--add-ignore").stdout == "Suppressed 0 diagnostics.\n"
    assert text_of(project) == before


def test_reason_stands_behind_and_may_name_a_day(project: Path) -> None:
    asgi_lint("--add-ignore=with the upgrade until=2999-01-01", "main.py")
    assert f"{COMMENT} with the upgrade until=2999-01-01\n" in text_of(project)
    assert reported("main.py") == []


def test_reason_is_not_taken_from_the_paths(project: Path) -> None:
    asgi_lint("--add-ignore", "main.py")
    assert reported(".") == [PIN]


def test_code_goes_into_the_list_that_is_there(project: Path) -> None:
    line = CALL.replace("\n", "  # asgi-lint: ignore[ASG004, asg105] known\n")
    lay_out(project, {"main.py": APPLICATION.replace(CALL, line)})
    asgi_lint("--add-ignore=other", "main.py")
    assert "# asgi-lint: ignore[ASG004, asg105, ASG201] known\n" in text_of(project)


@pytest.mark.parametrize(
    "comment",
    ["# type: ignore", "# noqa: E501", "# asgi-lint: ignore-file[ASG3]"],
)
def test_other_comments_stay(project: Path, comment: str) -> None:
    lay_out(project, {"main.py": APPLICATION.replace(CALL, f"{CALL[:-1]}  {comment}\n")})
    asgi_lint("--add-ignore", "main.py")
    assert f"{comment}{COMMENT}\n" in text_of(project)
    assert TASK not in reported("main.py")


def test_comment_that_expires_is_not_extended(project: Path) -> None:
    line = CALL.replace("\n", "  # asgi-lint: ignore[ASG105] until=2999-01-01\n")
    lay_out(project, {"main.py": APPLICATION.replace(CALL, line)})
    asgi_lint("--add-ignore", "main.py")
    assert f"until=2999-01-01{COMMENT}\n" in text_of(project)


def test_line_that_a_backslash_continues_is_passed_over(project: Path) -> None:
    call = '    tasks.add_task(send_welcome, \\\n        "a")\n'
    head = APPLICATION[: APPLICATION.index(CALL)]
    lay_out(project, {"main.py": head + call})
    assert asgi_lint("--add-ignore", "main.py").code == 0
    assert text_of(project) == f"{head}{call[:-1]}{COMMENT}\n"


def test_line_within_a_string_is_passed_over(project: Path) -> None:
    call = '    tasks.add_task(send_welcome, """a\nb\n""")\n'
    text = APPLICATION[: APPLICATION.index(CALL)] + call
    lay_out(project, {"main.py": text})
    assert asgi_lint("--add-ignore", "main.py").code == 0
    assert text_of(project) == f"{text[:-1]}{COMMENT}\n"
    assert ast.dump(ast.parse(text_of(project))) == ast.dump(ast.parse(text))


def test_several_diagnostics_on_one_line_share_a_comment(project: Path) -> None:
    lay_out(project, {"requirements.txt": "fastapi\nstarlette==0.20.4\n"})
    options = ("requirements.txt", "--select", "ALL")
    found = reported(*options)
    assert found == ["requirements.txt:2 ASG802", "requirements.txt:2 ASG803"]
    outcome = asgi_lint("--add-ignore=soon", *options)
    assert outcome.stdout == "Suppressed 2 diagnostics in 1 file.\n"
    assert text_of(project, "requirements.txt") == (
        "fastapi\nstarlette==0.20.4  # asgi-lint: ignore[ASG802, ASG803] soon\n"
    )
    assert reported(*options) == []


@pytest.mark.parametrize(
    ("encoding", "head", "newline"),
    [
        ("latin-1", "# coding: latin-1\n# größe\n", "\n"),
        ("utf-8", "# größe\n", "\r\n"),
        ("utf-8-sig", "# größe\n", "\n"),
        ("utf-8", "# größe\n", "\r"),
    ],
)
def test_encoding_and_line_ends_stay(project: Path, encoding: str, head: str, newline: str) -> None:
    before = (head + APPLICATION).replace("\n", newline)
    lay_out(project, {"main.py": before.encode(encoding)})
    (project / "main.py").chmod(0o754)
    assert asgi_lint("--add-ignore", "main.py").code == 0
    after = (project / "main.py").read_bytes()
    line = CALL.replace("\n", newline)
    comment = line.replace(newline, f"{COMMENT}{newline}")
    assert after == before.replace(line, comment).encode(encoding)
    assert stat.S_IMODE((project / "main.py").stat().st_mode) == 0o754
    assert [*project.glob(".asgi-lint-*")] == []


def test_file_without_a_last_line_end(project: Path) -> None:
    lay_out(project, {"requirements.txt": "fastapi==0.85.0"})
    asgi_lint("--add-ignore", "requirements.txt")
    assert text_of(project, "requirements.txt") == "fastapi==0.85.0  # asgi-lint: ignore[ASG802]"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "pyproject.toml",
            '[project]\nname = "a"\ndependencies = [\n  "fastapi==0.85.0",\n]\n',
            '  "fastapi==0.85.0",  # asgi-lint: ignore[ASG802]\n',
        ),
        (
            "environment.yml",
            "dependencies:\n  - fastapi=0.85.0\n",
            "  - fastapi=0.85.0  # asgi-lint: ignore[ASG802]\n",
        ),
        (
            "Pipfile",
            '[packages]\nfastapi = "==0.85.0"\n',
            'fastapi = "==0.85.0"  # asgi-lint: ignore[ASG802]\n',
        ),
    ],
)
def test_manifests(project: Path, name: str, text: str, line: str) -> None:
    (project / "requirements.txt").unlink()
    lay_out(project, {name: text})
    assert asgi_lint("--add-ignore", name).code == 0
    assert line in text_of(project, name)
    assert reported(name) == []


def test_what_cannot_be_silenced_is_told_and_stays_reported(project: Path) -> None:
    (project / "requirements.txt").unlink()
    cfg = "[options]\ninstall_requires =\n    fastapi==0.85.0\n"
    lay_out(project, {"setup.cfg": cfg, "main.py": "", "broken.py": "def starlette(:\n"})
    outcome = asgi_lint("--add-ignore")
    assert (outcome.code, outcome.stdout) == (1, "Suppressed 0 diagnostics.\n")
    assert outcome.stderr.splitlines() == [
        (
            "asgi-lint: warning: broken.py:1:15: ASG001: it is not suppressed: "
            "a file that was not checked must not look clean."
        ),
        (
            "asgi-lint: warning: setup.cfg:3:5: ASG802: it is not suppressed: a comment in it "
            "needs a line of its own, as `# asgi-lint: ignore-file[...]` has."
        ),
    ]
    assert text_of(project, "setup.cfg") == cfg


def test_requirement_that_goes_on_in_the_next_line_is_told(project: Path) -> None:
    text = f"fastapi==0.85.0 \\\n    --hash=sha256:{'0' * 64}\n"
    lay_out(project, {"requirements.txt": text})
    outcome = asgi_lint("--add-ignore", "requirements.txt")
    assert outcome.code == 1
    assert "ASG802: it is not suppressed: no comment can stand on its lines." in outcome.stderr
    assert text_of(project, "requirements.txt") == text


def test_read_only_file_is_told(project: Path) -> None:
    (project / "main.py").chmod(0o444)
    outcome = asgi_lint("--add-ignore", "main.py")
    assert outcome.code == 1
    assert "main.py:20:5: ASG201: it is not suppressed: it is read-only." in outcome.stderr
    assert text_of(project) == APPLICATION


def test_reason_that_the_encoding_lacks_is_told(project: Path) -> None:
    text = f"# coding: latin-1\n{APPLICATION}"
    lay_out(project, {"main.py": text})
    outcome = asgi_lint("--add-ignore=名前", "main.py")
    assert outcome.code == 1
    assert "its encoding, iso8859-1, lacks a character of the reason." in outcome.stderr
    assert text_of(project) == text


def test_only_what_is_not_in_the_baseline(project: Path) -> None:
    asgi_lint("--write-baseline", "known.json", "requirements.txt")
    assert asgi_lint("--add-ignore", "--baseline", "known.json").code == 0
    assert text_of(project, "requirements.txt") == AFFECTED
    assert COMMENT in text_of(project)


@pytest.mark.parametrize("reason", ["a\nb", "\x1b[31m", "] no"])
def test_reason_is_one_line_of_text(project: Path, reason: str) -> None:
    assert error_of(f"--add-ignore={reason}") == (
        "--add-ignore: the reason is to be one line of plain text."
    )
    assert text_of(project) == APPLICATION


def test_what_does_not_go_together() -> None:
    assert error_of("--add-ignore", "--fix") == (
        "--add-ignore and --fix do not go together: do one after the other."
    )
    assert error_of("--add-ignore", "-").endswith("standard input is none.")
