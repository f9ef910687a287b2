"""The format for reading: each diagnostic with its code, its trace and the change that fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Applicability
from asgi_lint.reporters.change import changes
from asgi_lint.reporters.characters import visible, well_formed, width
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.frame import Marker, Row, cut, frame
from asgi_lint.reporters.paths import shown_path
from asgi_lint.reporters.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Diagnostic, Fix, Place, Step
    from asgi_lint.reporters.change import FileChange
    from asgi_lint.reporters.color import Paint, Role
    from asgi_lint.reporters.report import Report

TEXT_WIDTH = 100
"""The column at which prose is wrapped; how wide the terminal is, is not asked."""

_CONTEXT = 2
_EMPTY_ROW = Row("", "")


def render(report: Report, *, color: bool = False) -> str:
    """The report for people: diagnostics with blank lines between, then the summary."""
    paint = painter(color=color)
    blocks = [_aligned(_diagnostic(each, report, paint), paint) for each in report.diagnostics]
    blocks.append("\n".join(summary(report, paint)))
    return well_formed("\n\n".join(blocks) + "\n")


class Prose(NamedTuple):
    """A line for itself."""

    text: str


class Aside(NamedTuple):
    """A line that begins below the frame's bar: an arrow with a place, or a remark."""

    sign: str
    text: str


def _aligned(parts: Iterator[Prose | Aside | Row], paint: Paint) -> str:
    """The parts below each other, all bars of the diagnostic in one column."""
    known = list(parts)
    gutter = max((len(part.label) for part in known if isinstance(part, Row)), default=1)
    lines: list[str] = []
    for part in known:
        match part:
            case Prose(text):
                lines.append(text)
            case Aside(sign, text):
                lines.append(f"{' ' * (gutter + 1 - len(sign) // 2)}{paint(sign, 'frame')} {text}")
            case Row(label, text):
                bar = paint(f"{label:>{gutter}} |", "frame")
                lines.append(f"{bar} {text}".rstrip())
    return "\n".join(lines)


def _diagnostic(
    diagnostic: Diagnostic, report: Report, paint: Paint
) -> Iterator[Prose | Aside | Row]:
    role: Role = diagnostic.severity.value
    label = f"{diagnostic.severity.value}[{diagnostic.code}]: "
    yield from _prose(label, role, diagnostic.message, "message", paint)
    yield _arrow(diagnostic.place, report)
    rows = _rows(diagnostic.place, report, Marker("^", lambda sign: paint(sign, role)), _CONTEXT)
    if rows:
        yield from (_EMPTY_ROW, *rows, _EMPTY_ROW)
    for number, step in enumerate(diagnostic.trace, 1):
        yield from _step(number, step, report, paint)
    if diagnostic.fix is not None:
        yield from _help(diagnostic.fix, report, paint)
    yield Aside("=", paint(f"rule: {diagnostic.name} ({diagnostic.url})", "quiet"))


def _step(number: int, step: Step, report: Report, paint: Paint) -> Iterator[Prose | Aside | Row]:
    yield from _prose(f"  {number}. ", "step", step.message, "plain", paint)
    yield _arrow(step.place, report)
    yield from _rows(step.place, report, Marker("-", lambda sign: paint(sign, "step")), 0)


def _help(fix: Fix, report: Report, paint: Paint) -> Iterator[Prose | Aside | Row]:
    mark = "" if fix.applicability is Applicability.SAFE else f" ({fix.applicability.value})"
    yield from _prose(f"help{mark}: ", "help", fix.message, "plain", paint)
    for change in changes(fix.edits, report.sources):
        yield from _diff(change, report, paint)


def _diff(change: FileChange, report: Report, paint: Paint) -> Iterator[Aside | Row]:
    if not change.lines:
        return
    yield Aside("-->", visible(shown_path(change.filename, report.base)))
    for line in change.lines:
        shown = cut(line.text, line.focus, line.focus)
        role: Role = "removed" if line.sign == "-" else "added"
        yield Row(str(line.number), paint(f"{line.sign} {shown.text}".rstrip(), role))


def _arrow(place: Place, report: Report) -> Aside:
    row, column = place.span.start
    return Aside("-->", f"{visible(shown_path(place.filename, report.base))}:{row}:{column}")


def _rows(place: Place, report: Report, marker: Marker, context: int) -> list[Row]:
    return frame(report.sources.get(place.filename, ""), place.span, marker, context=context)


def _prose(
    label: str, label_role: Role, text: str, text_role: Role, paint: Paint
) -> Iterator[Prose]:
    """`text` after `label`, wrapped so that its lines begin below each other."""
    first, *others = _wrapped(text, TEXT_WIDTH - len(label))
    yield Prose(paint(label.rstrip(), label_role) + " " + paint(first, text_role))
    for line in others:
        yield Prose(" " * len(label) + paint(line, text_role))


def _wrapped(text: str, room: int) -> list[str]:
    """`text` in lines of at most `room` cells, broken at spaces; a longer word stays whole."""
    lines = [""]
    for word in visible(" ".join(text.split())).split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
