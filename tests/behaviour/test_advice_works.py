"""Rules whose fix is advice: the reported program fails, and the advised one does not."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import diagnostics_in

from asgi_lint.rules.registry import rules
from lab.proof import required, watched
from test_fixes_work import PROOFS

if TYPE_CHECKING:
    from conftest import OnRelease

FOLDER = Path(__file__).parent / "advice"


@dataclass(frozen=True, slots=True)
class Advice:
    """A folder below `advice/`, named by the rule that reports its `app.py`.

    `before` is what its `watch.py` says of `app.py`, `after` what it says of `advised.py`.
    """

    name: str
    before: str
    after: str

    @property
    def code(self) -> str:
        return self.name.partition("_")[0]


ADVICE = (
    Advice("ASG105_somebody_elses_name", before="Hello john", after="Hello mary"),
    Advice("ASG108_events_held_back", before="silence", after="comes"),
    Advice("ASG207_slot_never_freed", before="taken for good", after="released"),
    Advice("ASG308_folder_gone", before="500 Internal Server Error", after="200 a;b"),
    Advice("ASG309_missing_file", before="200, cut", after="404, complete"),
)

EACH = pytest.mark.parametrize("advice", ADVICE, ids=lambda advice: advice.name)


def test_what_every_rule_says_of_running_programs_is_shown() -> None:
    families = ("ASG1", "ASG2", "ASG3")
    said = {code for code in rules() if code.startswith(families)}
    measured = {code for code, rule in rules().items() if rule.hazard is not None}
    assert said <= measured | {each.code for each in (*PROOFS, *ADVICE)}


@EACH
def test_only_the_program_that_fails_is_reported(advice: Advice, tmp_path: Path) -> None:
    assert advice.code in {d["code"] for d in diagnostics_in(lay_out(advice, "app.py", tmp_path))}
    assert diagnostics_in(lay_out(advice, "advised.py", tmp_path)) == []


@EACH
def test_fails_as_written_and_works_as_advised(
    advice: Advice, tmp_path: Path, on_release: OnRelease
) -> None:
    watcher = FOLDER / advice.name / "watch.py"
    said = []
    for program in ("app.py", "advised.py"):
        project = lay_out(advice, program, tmp_path)
        said.append(watched(project, watcher, on_release(*required(project))))
    assert said == [advice.before, advice.after]


def lay_out(advice: Advice, program: str, folder: Path) -> Path:
    project = folder / Path(program).stem
    project.mkdir()
    shutil.copy(FOLDER / advice.name / program, project / "app.py")
    shutil.copy(FOLDER / advice.name / "requirements.txt", project)
    (project / ".git").mkdir()
    return project
