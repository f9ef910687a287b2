"""Which tests execute which lines, so that a mutant meets only tests that can notice it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import coverage
import pytest

from trials import ROOT, forked_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mutants import Mutant

# They run in this process, are quick, and look at the rules, the model and the versions.
TESTS = (
    "tests/test_fixtures.py::test_output_is_the_snapshot",
    "tests/rules",
    "tests/model",
    "tests/versions",
    *(
        f"tests/test_model_{each}.py"
        for each in ("evaluation", "extract", "modules", "newer_syntax", "parse", "places")
    ),
    "tests/test_model_statement_order.py",
    "tests/test_graph.py",
    "tests/picture",
    "tests/test_model_third_party.py",
    "tests/test_stated_names.py",
    "tests/test_survey.py",
)
_LONGEST = 2.5  # seconds


class Reach:
    """The tests by the lines of each file that they execute, and how long each took."""

    def __init__(self, seconds: dict[str, float], lines: dict[str, dict[str, list[str]]]) -> None:
        self.seconds = seconds
        self.lines = lines

    def tests(self, mutant: Mutant) -> list[str]:
        """Those that execute the changed statement; outside functions, any function near it."""
        by_line = self.lines.get(mutant.path, {})
        wanted: Iterable[str] = by_line
        if mutant.in_function:
            wanted = {str(line) for line in mutant.lines}
        found = {test for line in wanted for test in by_line.get(line, ())}
        return sorted(found, key=lambda test: (self.seconds.get(test, 0), test))


def measured() -> Reach:
    """Run the tests once and see; raises RuntimeError if one fails."""
    seconds, lines = forked_json(_measure, 1800)
    return Reach(seconds, lines)


def saved(path: Path) -> Reach:
    """What was measured before."""
    tests, seconds, lines = json.loads(path.read_text(encoding="utf-8"))
    named = {
        name: {line: [tests[index] for index in found] for line, found in by_line.items()}
        for name, by_line in lines.items()
    }
    return Reach(seconds, named)


def save(reach: Reach, path: Path) -> None:
    """Keep it for other runs."""
    indices = {test: index for index, test in enumerate(reach.seconds)}
    numbered = {
        name: {line: [indices[test] for test in found] for line, found in by_line.items()}
        for name, by_line in reach.lines.items()
    }
    path.write_text(json.dumps([[*indices], reach.seconds, numbered]), encoding="utf-8")


class _Contexts:
    def __init__(self, measurement: coverage.Coverage) -> None:
        self._measurement = measurement
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> object:
        self._measurement.switch_context(item.nodeid)
        yield
        self._measurement.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration


def _measure() -> tuple[dict[str, float], dict[str, dict[str, list[str]]]]:
    measurement = coverage.Coverage(
        data_file=None, source=[str(ROOT / "src")], config_file=False, concurrency="thread"
    )
    contexts = _Contexts(measurement)
    measurement.start()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *TESTS], plugins=[contexts])
    measurement.stop()
    if code != 0:
        raise RuntimeError("a test fails on the sources as they are")
    data = measurement.get_data()
    lines: dict[str, dict[str, list[str]]] = {}
    for filename in data.measured_files():
        name = str(filename).removeprefix(f"{ROOT}/")
        lines[name] = {
            str(line): kept
            for line, tests in data.contexts_by_lineno(filename).items()
            if (kept := [each for each in tests if contexts.seconds.get(each, 99) <= _LONGEST])
        }
    return contexts.seconds, lines
