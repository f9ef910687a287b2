"""Reports whose names, messages and sources hold whatever breaks a careless format."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import strategies as st

from asgi_lint.diagnostics import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Place,
    Position,
    Severity,
    Span,
    Step,
)
from asgi_lint.fingerprints import below, fingerprinted
from asgi_lint.reporters.report import Report, RuleInfo

REPOSITORY = "/srv/shop"
URL = "https://asgi-lint.readthedocs.io/rules/ASG201/"
_NASTY = (
    "]]>", "<![CDATA[", "&", "&amp;", "<", '"', "'", "::", "##vso[", "]", ";", ",", "%", "%0A",
    "%25", "%AZP25", "\n", "\r\n", "\r", "\t", "\x1b[31m", "\x00", "\x07", "\x7f", "\x9b", "\x85",
    "\x0c", "\u2028", "\u202e", "\ud800", "\udcff", "\ufffe", "\uffff", "\ufeff", "\U0001f600",
    "e\u0301", "名", "\\", "{0}", "`", "#", "  ", ": [ASG201] ", "../", "--",
)  # fmt: skip
_pieces = st.one_of(st.sampled_from(_NASTY), st.text(st.characters(codec=None), max_size=6))
texts = st.lists(_pieces, min_size=1, max_size=6).map("".join)
"""Text of any code points, lone surrogates too, rich in what means something to some format."""

_said = texts.filter(lambda text: bool(text.strip()))
# No name has a slash or NUL, and of the lone surrogates only those that stand for a byte.
_NO_NAME = re.compile("[/\0\ud800-\udc7f\udd00-\udfff]")
_names = texts.map(lambda text: _NO_NAME.sub("", text)).filter(
    lambda name: name not in {"", ".", ".."}
)


def _one_kind_of_line(text: str) -> str:
    return text.replace("\r", "").replace("\0", "")


@st.composite
def _places(draw: st.DrawFn, filename: str, source: str) -> Place:
    lines = source.split("\n")
    row = draw(st.integers(1, len(lines)))
    last = draw(st.integers(row, len(lines)))
    start = draw(st.integers(1, len(lines[row - 1]) + 1))
    first = start if last == row else 1
    end = draw(st.integers(first, max(first, len(lines[last - 1]) + 1)))
    return Place(filename, Span(Position(row, start), Position(last, end)))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A report with one to three diagnostics, in files with any name."""
    filenames = draw(st.lists(_names, min_size=1, max_size=2, unique=True))
    sources = {f"{REPOSITORY}/{name}": _one_kind_of_line(draw(texts)) for name in filenames}
    rule = RuleInfo("ASG201", "a-rule", draw(_said), Severity.ERROR, URL, draw(texts))
    found = [draw(_diagnostics(sources)) for _ in range(draw(st.integers(1, 3)))]
    ordered = sorted(found, key=lambda each: each.sort_key)
    return Report(
        diagnostics=fingerprinted(ordered, sources, below(REPOSITORY)),
        sources=sources if draw(st.booleans()) else {},
        base=Path(REPOSITORY),
        repository=Path(REPOSITORY),
        files_checked=2,
        rules={"ASG201": rule},
        version="0.1.0",
    )


@st.composite
def _diagnostics(draw: st.DrawFn, sources: dict[str, str]) -> Diagnostic:
    filename = draw(st.sampled_from(sorted(sources)))
    place = draw(_places(filename, sources[filename]))
    trace = tuple(Step(draw(_said), place) for _ in range(draw(st.integers(0, 2))))
    fix = None
    if draw(st.booleans()):
        fix = Fix(Applicability.SAFE, draw(_said), (Edit(place, draw(texts)),))
    severity = draw(st.sampled_from(Severity))
    return Diagnostic("ASG201", "a-rule", draw(_said), severity, place, URL, fix, trace)
