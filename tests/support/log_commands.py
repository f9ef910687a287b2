"""Readers of what build servers read in a log, as strict as their documentation.

GitHub Actions: the runner's ActionCommand (`::command name=value,name=value::data`). Azure
Pipelines: the agent's Command and CommandStringConvertor (`##vso[area.event name=value;]data`).
Pylint: its parseable lines. Anything that does not fit raises ValueError.
"""

from __future__ import annotations

import re
from typing import NamedTuple

STEERS_A_TERMINAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u202a-\u202e]"
)
"""What no line for people may hold: it moves the cursor, colours or reorders what is shown."""

_GITHUB = re.compile(r"::(?P<command>error|warning|notice) (?P<properties>[^:]*)::(?P<data>.*)")
_AZURE = re.compile(r"##vso\[task\.logissue (?P<properties>[^\]]*)\](?P<data>.*)")
_PYLINT = re.compile(r"(?P<path>.+?):(?P<row>[1-9]\d*): \[(?P<code>ASG\d{3})\] (?P<text>.*)")


class Command(NamedTuple):
    """One command: its kind, its properties and the text that people are shown."""

    kind: str
    properties: dict[str, str]
    text: str


def github_commands(output: str) -> list[Command]:
    """The workflow commands of an output, each on a line of its own."""
    return [_github(line) for line in _lines(output)]


def azure_commands(output: str) -> list[Command]:
    """The logging commands of an output, each on a line of its own."""
    return [_azure(line) for line in _lines(output)]


def pylint_lines(output: str) -> list[tuple[str, int, str, str]]:
    """Path, row, code and text of each line."""
    found = [_matched(_PYLINT, line) for line in _lines(output)]
    return [(each["path"], int(each["row"]), each["code"], each["text"]) for each in found]


def _lines(output: str) -> list[str]:
    if found := STEERS_A_TERMINAL.search(output):
        raise ValueError(f"{found[0]!r} would reach the terminal")
    if output and not output.endswith("\n"):
        raise ValueError("the last line is not ended")
    return output.split("\n")[:-1]


def _github(line: str) -> Command:
    found = _matched(_GITHUB, line)
    pairs = [_pair(each) for each in found["properties"].split(",")]
    properties = {name: _github_unescaped(value, "%:,\r\n") for name, value in pairs}
    return Command(found["command"], properties, _github_unescaped(found["data"], "%\r\n"))


def _github_unescaped(text: str, allowed: str) -> str:
    def character(found: re.Match[str]) -> str:
        value = chr(int(found[1], 16)) if found[1] else ""
        if value not in set(allowed):
            raise ValueError(f"{found[0]!r} is no escape")
        return value

    return re.sub("%([0-9A-F]{2})?", character, text)


def _azure(line: str) -> Command:
    found = _matched(_AZURE, line)
    *pairs, rest = found["properties"].split(";")
    if rest:
        raise ValueError(f"{rest!r} is not ended by a semicolon")
    properties = {name: _azure_unescaped(value) for name, value in map(_pair, pairs)}
    return Command(properties["type"], properties, _azure_unescaped(found["data"]))


def _azure_unescaped(text: str) -> str:
    """In the agent's order, which is why a percent sign has an escape of its own."""
    if re.search("%(?!AZP25|3B|0D|0A|5D)", text):
        raise ValueError("a percent sign is not escaped")
    for escaped, plain in (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]")):
        text = text.replace(escaped, plain)
    return text.replace("%AZP25", "%")


def _pair(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not (name and equals and value):
        raise ValueError(f"{written!r} is no property")
    return name, value


def _matched(pattern: re.Pattern[str], line: str) -> re.Match[str]:
    found = pattern.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} is no such line")
    return found
