from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from asgi_lint.diagnostics import Applicability, Finding, Position, Severity, Span
from asgi_lint.rules.requirements import background_task_floor, stream_disconnect_floor
from asgi_lint.versions.effective import Versions

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.model.project import Project
    from asgi_lint.rules.rule import Rule

ASG801, ASG802 = stream_disconnect_floor.RULE, background_task_floor.RULE
ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
LOCK = '[[package]]\nname = "starlette"\nversion = "0.20.4"\n'


@dataclass
class Facts:
    """What the two rules ask of a project."""

    versions: Versions
    uses_base_http_middleware: bool = True
    uses_background_tasks: bool = True
    uses_streams: bool = True


def findings(rule: Rule, root: Path, files: dict[str, str], **uses: bool) -> list[Finding]:
    for name, content in files.items():
        (root / name).write_text(content)
    manifests = [(root / name).as_posix() for name in files]
    facts = Facts(Versions(root.as_posix(), manifests), **uses)
    return list(rule.check(cast("Project", facts)))


@pytest.mark.parametrize(
    ("requirement", "severity", "message", "content"),
    [
        (
            "starlette==0.13.2",
            ERROR,
            (
                "`starlette==0.13.2` installs Starlette 0.13.2, which keeps a stream running after "
                "the client has left, for ever if its generator is endless."
            ),
            "==0.14.0",
        ),
        (
            "fastapi==0.54.0",
            ERROR,
            (
                "`fastapi==0.54.0` installs Starlette 0.13.2, which keeps a stream running after "
                "the client has left, for ever if its generator is endless."
            ),
            "==0.65.0",
        ),
        (
            "starlette==0.13.3",
            WARNING,
            (
                "`starlette==0.13.3` installs Starlette 0.13.3, whose code already stops a stream "
                "when the client leaves, but 0.13.3 to 0.13.8 answer 500 to every stream on "
                "Python 3.11 and newer."
            ),
            "==0.14.0",
        ),
        (
            "starlette>=0.12",
            NOTE,
            (
                "`starlette>=0.12` allows Starlette 0.12.0 to 0.13.2, where a stream keeps running "
                "after the client has left."
            ),
            ">=0.14.0",
        ),
        (
            "starlette>=0.13.2",
            NOTE,
            (
                "`starlette>=0.13.2` allows Starlette 0.13.2, where a stream keeps running after "
                "the client has left."
            ),
            ">=0.14.0",
        ),
        (
            "starlette>=0.13.3",
            NOTE,
            (
                "`starlette>=0.13.3` allows Starlette 0.13.3, which answers 500 to every stream on "
                "Python 3.11 and newer."
            ),
            ">=0.14.0",
        ),
    ],
)
def test_asg801(
    tmp_path: Path, requirement: str, severity: Severity, message: str, content: str
) -> None:
    (finding,) = findings(ASG801, tmp_path, {"requirements.txt": f"# é\n  {requirement}\n"})
    assert (finding.severity, finding.message) == (severity, message)
    assert finding.place.span == Span(Position(2, 3), Position(2, 3 + len(requirement)))
    assert finding.fix is not None
    assert [edit.content for edit in finding.fix.edits] == [content]


def test_asg801_where_nothing_is_streamed(tmp_path: Path) -> None:
    files = {"requirements.txt": "starlette==0.13.2"}
    (finding,) = findings(ASG801, tmp_path, files, uses_streams=False)
    assert finding.severity is WARNING
    assert finding.message.endswith("The application streams nothing yet.")


@pytest.mark.parametrize("requirement", ["starlette>=0.13.4", "fastapi==0.57.0", "fastapi"])
def test_asg801_is_silent(tmp_path: Path, requirement: str) -> None:
    assert findings(ASG801, tmp_path, {"requirements.txt": requirement}) == []


@pytest.mark.parametrize(
    ("requirement", "severity", "message", "fix"),
    [
        (
            "fastapi==0.85.0",
            ERROR,
            (
                "`fastapi==0.85.0` installs Starlette 0.20.4, which cancels background tasks "
                "behind a BaseHTTPMiddleware when the client disconnects."
            ),
            (
                "Require `fastapi==0.87.0`, the first release whose Starlette (0.21.0) no longer "
                "cancels them"
            ),
        ),
        (
            "starlette==0.14.2",
            WARNING,
            (
                "`starlette==0.14.2` installs Starlette 0.14.2, on which background tasks "
                "complete, but 0.15.0 to 0.20.4, still below the fix in 0.21.0, cancel them "
                "behind a BaseHTTPMiddleware when the client disconnects."
            ),
            "Require `starlette==0.21.0`, the first release that no longer cancels them",
        ),
        (
            "starlette>=0.13.4",
            NOTE,
            (
                "`starlette>=0.13.4` allows Starlette 0.15.0 to 0.20.4, which cancel background "
                "tasks behind a BaseHTTPMiddleware when the client disconnects."
            ),
            "Require `starlette>=0.21.0`, the first release that no longer cancels them",
        ),
        (
            "fastapi>=0.86",
            NOTE,
            (
                "`fastapi>=0.86` allows Starlette 0.20.4, which cancels background tasks behind a "
                "BaseHTTPMiddleware when the client disconnects."
            ),
            (
                "Require `fastapi>=0.87.0`, the first release whose Starlette (0.21.0) no longer "
                "cancels them"
            ),
        ),
    ],
)
def test_asg802(
    tmp_path: Path, requirement: str, severity: Severity, message: str, fix: str
) -> None:
    (finding,) = findings(ASG802, tmp_path, {"requirements.txt": requirement})
    assert (finding.severity, finding.message) == (severity, message)
    assert finding.fix is not None
    assert finding.fix.message == fix
    assert len(finding.fix.edits) == 1


@pytest.mark.parametrize(
    ("requirement", "severity"), [("starlette==0.20.4", WARNING), ("starlette==0.14.2", NOTE)]
)
@pytest.mark.parametrize(
    ("uses", "missing"),
    [
        (
            {"uses_base_http_middleware": False},
            "No BaseHTTPMiddleware was found in the application",
        ),
        ({"uses_background_tasks": False}, "No background task was found in the application"),
        (
            {"uses_base_http_middleware": False, "uses_background_tasks": False},
            "Neither a BaseHTTPMiddleware nor a background task was found",
        ),
    ],
)
def test_asg802_says_what_the_application_lacks(
    tmp_path: Path, requirement: str, severity: Severity, uses: dict[str, bool], missing: str
) -> None:
    (finding,) = findings(ASG802, tmp_path, {"requirements.txt": requirement}, **uses)
    assert finding.severity is severity
    assert finding.message.endswith(f" {missing}.")


@pytest.mark.parametrize(
    "requirements",
    [
        "fastapi",
        "starlette",
        "starlette>=0.21",
        "fastapi==0.87.0",
        "uvicorn<0.21",
        "starlette==0.14.*,!=0.14.0 ; sys_platform=='win32'",
        "starlette>=0.13\nstarlette>=0.21",
        "fastapi>=0.85\nstarlette>=0.21",
        "fastapi>=0.100\nstarlette>=0.13",
        "starlette @ https://example.org/starlette.zip",
    ],
)
def test_asg802_is_silent(tmp_path: Path, requirements: str) -> None:
    assert findings(ASG802, tmp_path, {"requirements.txt": requirements}) == []


def test_the_pinned_fastapi_is_raised_before_starlette(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi==0.85.0\nstarlette>=0.13\n"}
    fastapi, starlette = findings(ASG802, tmp_path, files)
    assert (fastapi.severity, starlette.severity) == (ERROR, NOTE)
    assert starlette.fix is not None
    assert starlette.fix.applicability is Applicability.ADVICE
    assert starlette.fix.message == (
        "Raise `fastapi==0.85.0` first, because it holds Starlette at 0.20.4"
    )


def test_two_pins_move_together(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi==0.85.0\nstarlette==0.20.4\n"}
    fastapi, starlette = findings(ASG802, tmp_path, files)
    assert fastapi.fix is not None
    assert [edit.content for edit in fastapi.fix.edits] == ["==0.87.0", "==0.21.0"]
    assert fastapi.fix.applicability is Applicability.UNSAFE
    assert starlette.fix is not None
    assert starlette.fix.edits == ()


def test_only_the_line_that_decides_is_reported(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi>=0.85\nstarlette==0.20.4\n"}
    (finding,) = findings(ASG802, tmp_path, files)
    assert finding.place.span.start.row == 2


def test_the_fix_of_a_locked_requirement_has_to_be_locked_again(tmp_path: Path) -> None:
    files = {"requirements.txt": "starlette>=0.13.4", "poetry.lock": LOCK}
    (finding,) = findings(ASG802, tmp_path, files)
    assert finding.severity is ERROR
    assert finding.message.startswith(
        "`starlette>=0.13.4` is locked by poetry.lock to Starlette 0.20.4, which cancels"
    )
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.UNSAFE
    assert finding.fix.message.endswith("; then run `poetry lock`")


def test_the_lock_is_reported_where_no_requirement_could_be_raised(tmp_path: Path) -> None:
    files = {"requirements.txt": "starlette", "poetry.lock": LOCK}
    (finding,) = findings(ASG802, tmp_path, files)
    assert finding.place.filename.endswith("poetry.lock")
    assert finding.place.span == Span(Position(3, 1), Position(3, 19))
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.ADVICE


@pytest.mark.parametrize("rule", [ASG801, ASG802])
def test_a_lock_that_is_new_enough_is_silent(tmp_path: Path, rule: Rule) -> None:
    files = {"requirements.txt": "starlette", "poetry.lock": LOCK.replace("0.20.4", "0.21.0")}
    assert findings(rule, tmp_path, files) == []
