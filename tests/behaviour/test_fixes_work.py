"""What a fix promises, on real releases: the program fails before it, and works after it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pages import diagnostics_in, read_page

from asgi_lint.cli import main
from asgi_lint.rules.registry import page, rules
from lab.equivalence import Request, assert_equivalent
from lab.proof import required, watched

if TYPE_CHECKING:
    from conftest import OnRelease

FOLDER = Path(__file__).parent / "proofs"


@dataclass(frozen=True, slots=True)
class Proof:
    """One project below `proofs/`, named by the rule whose fix is applied to it.

    `before` and `after` are what its `watch.py` says; `same` are requests that both programs
    must answer alike.
    """

    name: str
    before: str
    after: str
    same: tuple[Request, ...] = ()

    @property
    def code(self) -> str:
        return self.name.partition("_")[0]


PROOFS = (
    Proof(
        "ASG102_request_before_type",
        before="no prices",
        after="20",
        same=(Request("/language", headers=(("Accept-Language", "de"),)), Request("/missing")),
    ),
    Proof(
        "ASG103_no_token",
        before="500",
        after="401",
        same=(Request("/", headers=(("Authorization", "Bearer 1"),)),),
    ),
    Proof("ASG104_added_by_start_up", before="does not start", after="gzip"),
    Proof(
        "ASG106_patched_request",
        before="cut-short",
        after="complete",
        same=(Request("/last", "GET", body=("kettle",)), Request("/missing")),
    ),
    Proof(
        "ASG107_logged_on_failure",
        before="500",
        after="422",
        same=(Request("/", "POST", body=("ket", "tle")),),
    ),
    Proof(
        "ASG110_user_in_the_log",
        before="seen by anonymous",
        after="seen by mary",
        same=(Request("/missing"),),
    ),
    Proof("ASG112_return_forgotten", before="500", after="200"),
    Proof("ASG113_body_hashed", before="nothing", after="kettle", same=(Request("/health"),)),
    Proof(
        "ASG114_two_cookies",
        before="1 of 2",
        after="2 of 2",
        same=(Request("/"), Request("/missing")),
    ),
    Proof("ASG203_called_at_once", before="not sent", after="sent", same=(Request("/health"),)),
    Proof("ASG204_lambda", before="not sent", after="sent", same=(Request("/health"),)),
    # github.com/encode/starlette/issues/1438, without a step to another release.
    Proof(
        "ASG201_starlette_1438",
        before="cancelled",
        after="completed",
        same=(Request("/health"), Request("/fail"), Request("/missing")),
    ),
    Proof(
        "ASG301_painting_goes_on",
        before="painted to the end",
        after="stopped",
        same=(Request("/?strokes=3"), Request("/missing")),
    ),
    Proof(
        "ASG302_endless_loop",
        before="silence",
        after="complete",
        same=(Request("/launch"), Request("/health")),
    ),
    Proof(
        "ASG302_sleeping_loop",
        before="silence",
        after="complete",
        same=(Request("/short"), Request("/health")),
    ),
    Proof("ASG303_cancellation_alone", before="goes on", after="stops", same=(Request("/replay"),)),
    Proof("ASG303_everything_caught", before="goes on", after="stops", same=(Request("/replay"),)),
    Proof(
        "ASG304_usage_counted",
        before="not counted",
        after="counted some",
        same=(Request("/chat?words=3"),),
    ),
    Proof(
        "ASG305_done_at_the_end",
        before="not released",
        after="released",
        same=(Request("/chat?words=3"),),
    ),
    Proof(
        "ASG306_blocking_client",
        before="silence",
        after="complete",
        same=(Request("/log?lines=3&pause=0"), Request("/health")),
    ),
    Proof(
        "ASG307_upstream_refuses",
        before="left open",
        after="closed",
        same=(Request("/models/small"), Request("/missing")),
    ),
    Proof(
        "ASG310_compressed_upstream",
        before="unreadable",
        after="readable",
        same=(Request("/plain"), Request("/a/b")),
    ),
    Proof("ASG801_starlette_pinned", before="goes on", after="stops"),
    Proof("ASG802_starlette_pinned", before="cancelled", after="completed"),
    Proof("ASG802_fastapi_pinned", before="cancelled", after="completed"),
    Proof("ASG803_http_endpoint", before="erased", after="Method Not Allowed"),
)


EACH = pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)


def test_every_rule_with_a_fix_is_proven() -> None:
    shown = {
        code for code, rule in rules().items() if read_page(page(rule)).section("Example").fixed
    }
    # A comment, which is all that ASG004 takes out, does nothing at run time.
    assert shown - {proof.code for proof in PROOFS} == {"ASG004"}


@EACH
def test_there_is_a_fix_and_nothing_left_to_fix(proof: Proof, tmp_path: Path) -> None:
    project = lay_out(proof, tmp_path)
    assert fix(project, proof.code)
    assert not fix(project, proof.code)
    assert [d for d in diagnostics_in(project) if d["code"] == proof.code] == []


@EACH
def test_fails_before_the_fix_and_works_after_it(
    proof: Proof, tmp_path: Path, on_release: OnRelease
) -> None:
    project, watcher = lay_out(proof, tmp_path), FOLDER / proof.name / "watch.py"
    program, subject = app_of(project), on_release(*required(project))
    assert watched(project, watcher, subject) == proof.before
    fix(project, proof.code)
    fixed = on_release(*required(project))
    assert watched(project, watcher, fixed) == proof.after
    # A program is changed on the release it is on; else it is the requirement that changes.
    assert (fixed == subject) == (app_of(project) != program)
    if fixed == subject and proof.same:
        assert_equivalent(program, app_of(project), proof.same, fixed)


def lay_out(proof: Proof, folder: Path) -> Path:
    project = folder / "project"
    shutil.copytree(FOLDER / proof.name, project, ignore=shutil.ignore_patterns("watch.py"))
    (project / ".git").mkdir()
    return project


def app_of(project: Path) -> str:
    return (project / "app.py").read_text("utf-8")


def fix(project: Path, code: str) -> bool:
    """Apply all fixes of that rule, and say whether anything changed."""
    before = {path: path.read_bytes() for path in project.iterdir() if path.is_file()}
    given = ["check", str(project), "--fix", "--unsafe-fixes", "--fixable", code]
    assert CliRunner().invoke(main, given).exit_code in (0, 1)
    return any(path.read_bytes() != content for path, content in before.items())
