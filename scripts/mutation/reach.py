"""Which tests execute which lines, so that a mutant meets only tests that can notice it."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

import coverage
import pytest

from trials import ROOT, forked_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        """Those that execute the changed statement; of a constant, those that come by its name."""
        by_line = self.lines.get(mutant.path, {})
        found = _of(by_line, map(str, mutant.lines if mutant.in_function else _uses(mutant)))
        if not found and not mutant.in_function:
            found = _of(by_line, by_line)
        return sorted(found, key=lambda test: (self.seconds.get(test, 0), test))


def _of(by_line: Mapping[str, list[str]], lines: Iterable[str]) -> set[str]:
    return {test for line in lines for test in by_line.get(line, ())}


def _uses(mutant: Mutant) -> Iterator[int]:
    """The lines that mention the name which the changed statement begins with."""
    lines = (ROOT / mutant.path).read_text(encoding="utf-8").splitlines()
    name = re.match(r"\s*(\w*)", lines[mutant.lines.start - 1])
    if name is not None and name[1]:
        for row, line in enumerate(lines, start=1):
            if row not in mutant.lines and re.search(rf"\b{name[1]}\b", line):
                yield row


def measured() -> Reach:
    """Run the tests once and see; raises RuntimeError if one fails."""
    seconds, lines = forked_json(partial(_measure, TESTS), 1800)
    return Reach(seconds, lines)


def completed(reach: Reach) -> frozenset[str]:
    """Measure the tests that were added since, and say which they are."""
    added = [each for each in forked_json(_collected, 300) if each not in reach.seconds]
    if added:
        seconds, lines = forked_json(partial(_measure, added), 1800)
        reach.seconds.update(seconds)
        for name, by_line in lines.items():
            for line, tests in by_line.items():
                reach.lines.setdefault(name, {}).setdefault(line, []).extend(tests)
    return frozenset(added)


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


class _Collected:
    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.names = [item.nodeid for item in session.items]


def _collected() -> list[str]:
    collected = _Collected()
    pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", *TESTS], plugins=[collected])
    return collected.names


def _measure(tests: Sequence[str]) -> tuple[dict[str, float], dict[str, dict[str, list[str]]]]:
    measurement = coverage.Coverage(
        data_file=None, source=[str(ROOT / "src")], config_file=False, concurrency="thread"
    )
    contexts = _Contexts(measurement)
    measurement.start()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[contexts])
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
