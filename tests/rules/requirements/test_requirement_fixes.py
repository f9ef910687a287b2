"""Every fix of ASG801 to ASG803 does what it promises, whatever the requirement looked like."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_lint.diagnostics import Applicability, Finding, Fix
from asgi_lint.rules.requirements import (
    advisory_floor,
    background_task_floor,
    stream_disconnect_floor,
)
from asgi_lint.versions.effective import Versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgi_lint.diagnostics import Edit, Position
    from asgi_lint.model.project import Project
    from asgi_lint.rules.rule import Rule

ASG801, ASG802 = stream_disconnect_floor.RULE, background_task_floor.RULE
ASG803 = advisory_floor.RULE


@dataclass
class Facts:
    """What the rules ask of a project."""

    versions: Versions
    uses_base_http_middleware: bool = True
    uses_background_tasks: bool = True
    uses_streams: bool = True


def findings(rule: Rule, root: Path, files: dict[str, str]) -> list[Finding]:
    for name, content in files.items():
        (root / name).write_bytes(content.encode())
    manifests = [(root / name).as_posix() for name in files]
    facts = Facts(Versions(root.as_posix(), manifests))
    return list(rule.check(cast("Project", facts)))


def fixed(files: dict[str, str], edits: Iterable[Edit]) -> dict[str, str]:
    texts = dict(files)
    for edit in sorted(edits, key=lambda edit: edit.place, reverse=True):
        name = Path(edit.place.filename).name
        start, end = (_offset(texts[name], position) for position in edit.place.span)
        texts[name] = texts[name][:start] + edit.content + texts[name][end:]
    return texts


def _offset(text: str, position: Position) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: position.row - 1])) + position.column - 1


LAYOUTS = {
    "requirements.txt": (
        "# é pinned for a reason \U0001f512\r\nuvicorn==0.30\r\n",
        "{name}[all]{pip} ; python_version > '3'   # why\r\n",
        "anyio<5\r\n",
    ),
    "pyproject.toml": (
        '[project]\nname = "a"\ndependencies = [\n  "uvicorn",  # é\n',
        "  \"{name}{pip}; python_version > '3'\",  # why\n",
        '  "anyio",\n]\n',
    ),
    "Pipfile": ("[packages]\nuvicorn = '*'\n", '{name}   = {{version = "{pip}"}}  # why\n', ""),
    "environment.yml": ("dependencies:\n  - pip\n", '  - "{name} {conda}"  # why\n', "  - anyio\n"),
    "setup.cfg": (
        "[options]\ninstall_requires =\n    uvicorn\n",
        "    {name}{pip}\n",
        "    anyio\n",
    ),
}
VERSIONS = {
    "starlette": st.sampled_from(
        ["0.12.0", "0.13.2", "0.13.3", "0.14.2", "0.17", "0.20.4", "0.27", "0.49.1", "1.0", "1.3.0"]
    ),
    "fastapi": st.sampled_from(
        ["0.50.0", "0.57.0", "0.68", "0.85.0", "0.85", "0.95.2", "0.115.6", "0.121", "0.133.0"]
    ),
}
FORMS = ["=={0}", ">={0}", "~={0}", "<={0}", ">={0},<{1}", "!={0},<={1}", ">{0} , <= {1}"]
PIP_FORMS = [*FORMS, "==={0}", "== {0}"]


@given(
    data=st.data(),
    rule=st.sampled_from([ASG801, ASG802, ASG803]),
    manifest=st.sampled_from([*LAYOUTS]),
    name=st.sampled_from([*VERSIONS]),
)
@settings(max_examples=150, deadline=None)
def test_a_fixed_requirement_is_silent_and_nothing_else_has_changed(
    data: st.DataObject, rule: Rule, manifest: str, name: str
) -> None:
    versions = sorted(data.draw(st.tuples(VERSIONS[name], VERSIONS[name])), key=_key)
    pip = data.draw(st.sampled_from(PIP_FORMS)).format(*versions)
    conda = data.draw(st.sampled_from([*(f for f in FORMS if "~" not in f), "={0}"])).format(
        *versions
    )
    before, line, after = LAYOUTS[manifest]
    files = {manifest: before + line.format(name=name, pip=pip, conda=conda) + after}
    with tempfile.TemporaryDirectory() as folder:
        reported = findings(rule, Path(folder).resolve(), files)
        assert len(reported) <= 1
        for finding in reported:
            assert finding.fix is not None
            if not finding.fix.edits:
                assert finding.fix.applicability is Applicability.ADVICE
                continue
            changed = fixed(files, finding.fix.edits)
            text = changed[manifest]
            assert text.startswith(before)
            assert text.endswith(after)
            written = finding.fix.edits[0].content
            version = conda if manifest == "environment.yml" else pip
            assert text == files[manifest].replace(version, written)
            assert findings(rule, Path(folder).resolve(), changed) == []


def _key(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@pytest.mark.parametrize("rule", [ASG801, ASG802, ASG803], ids=lambda rule: rule.code)
@pytest.mark.parametrize(
    ("fastapi", "starlette"), [("0.54.0", "0.13.2"), ("0.85.0", "0.20.4"), ("0.115.6", "0.41.3")]
)
def test_both_lines_are_moved_together_also_in_two_files(
    tmp_path: Path, rule: Rule, fastapi: str, starlette: str
) -> None:
    files = {
        "requirements.txt": f"fastapi=={fastapi}  # web\n",
        "constraints.txt": f"# exact\nstarlette=={starlette}\n",
    }
    reported = findings(rule, tmp_path, files)
    both = [f.fix for f in reported if f.fix and len({e.place.filename for e in f.fix.edits}) == 2]
    for fix in both:
        changed = fixed(files, fix.edits)
        assert findings(rule, tmp_path, changed) == []
        assert changed["requirements.txt"].endswith("  # web\n")
        assert changed["constraints.txt"].startswith("# exact\nstarlette==")
    assert len(both) == (1 if reported else 0)
    assert reported or rule is not ASG803


@pytest.mark.parametrize(
    ("lock", "content", "command"),
    [
        (
            "uv.lock",
            '[[package]]\nname = "{}"\nversion = "{}"\n',
            "uv lock --upgrade-package fastapi --upgrade-package starlette",
        ),
        (
            "poetry.lock",
            '[[package]]\nname = "{}"\nversion = "{}"\n',
            "poetry update fastapi starlette",
        ),
        ("pdm.lock", '[[package]]\nname = "{}"\nversion = "{}"\n', "pdm update fastapi starlette"),
    ],
)
def test_a_lock_is_left_to_its_own_tool(
    tmp_path: Path, lock: str, content: str, command: str
) -> None:
    locked = content.format("fastapi", "0.85.0") + content.format("starlette", "0.20.4")
    (finding,) = findings(ASG802, tmp_path, {"requirements.txt": "fastapi\n", lock: locked})
    assert finding.fix is not None
    assert finding.fix.applicability is Applicability.ADVICE
    assert finding.fix.edits == ()
    assert finding.fix.message == (
        f"Run `{command}`, which has to lead to Starlette 0.21.0 or newer"
    )


def test_a_requirement_that_is_raised_already_leaves_the_lock_to_follow(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "fastapi"\nversion = "0.117.0"\n'
    lock += '[[package]]\nname = "starlette"\nversion = "0.47.2"\n'
    pyproject = '[project]\nname = "a"\ndependencies = ["fastapi{}"]\n'
    for floor in (">=0.104.1", ">=0.133.0"):
        files = {"pyproject.toml": pyproject.format(floor), "uv.lock": lock}
        (finding,) = findings(ASG803, tmp_path, files)
        assert finding.fix is not None
        if floor == ">=0.133.0":
            assert finding.fix == Fix(Applicability.ADVICE, "Run `uv lock`")
        else:
            assert finding.fix.message.endswith("; then run `uv lock`")
            [edit] = finding.fix.edits
            assert edit.content == ">=0.133.0"


def test_a_lock_of_starlette_alone_needs_no_more_than_that(tmp_path: Path) -> None:
    content = '[[package]]\nname = "starlette"\nversion = "0.20.4"\n'
    (finding,) = findings(ASG802, tmp_path, {"requirements.txt": "starlette\n", "uv.lock": content})
    assert finding.fix is not None
    assert finding.fix.message.startswith("Run `uv lock --upgrade-package starlette`")
