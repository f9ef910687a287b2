"""Diagnostics: short ones at the parts that they are about, and the whole list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability
from asgi_lint.picture.captions import counted
from asgi_lint.picture.html.markup import NOTHING, code, element, prose, spaced, together
from asgi_lint.picture.html.places import place

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic, Fix, Severity, Step
    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.view import Unknown

_MOST_SHOWN = 3
"""At one part: a layer has a diagnostic for each background task behind it."""

_FIX_VERBS = {
    Applicability.SAFE: "Fix",
    Applicability.UNSAFE: "Fix (may change what works)",
    Applicability.ADVICE: "Advice",
}


def diagnostics_here(diagnostics: tuple[Diagnostic, ...], page: Page) -> Markup:
    """The diagnostics of one part, each with a link to all that is known of it; many are folded."""
    if not diagnostics:
        return NOTHING
    items = [_short(diagnostic, page) for diagnostic in diagnostics]
    if rest := items[_MOST_SHOWN:]:
        summary = element("summary", f"and {len(rest)} more")
        items[_MOST_SHOWN:] = [element("li", element("details", summary, element("ul", *rest)))]
    return element("ul", *items, class_="diagnostics")


def diagnostic_list(page: Page) -> Markup:
    """Every diagnostic with its trace, its fix, and links to the parts that it is about."""
    return element("ol", *(_entry(each, page) for each in page.entries), class_="entries")


def unknowns_here(unknowns: tuple[Unknown, ...], page: Page) -> Markup:
    """What could not be followed at one node."""
    if not unknowns:
        return NOTHING
    items = (element("li", unknown_line(unknown, page)) for unknown in unknowns)
    return element(
        "div",
        element("p", f"{counted(len(unknowns), 'thing')} that asgi-lint could not follow:"),
        element("ul", *items),
        class_="unknowns",
    )


def unknown_line(unknown: Unknown, page: Page) -> Markup:
    """One thing that could not be followed, and where it stands."""
    return spaced(element("span", prose(unknown.text)), place(unknown.place, page))


def _short(diagnostic: Diagnostic, page: Page) -> Markup:
    link = element(
        "a",
        code(diagnostic.code),
        href=f"#{page.entries[diagnostic]}",
        aria_label=f"{diagnostic.code}, in the list of diagnostics",
    )
    message = element("span", prose(diagnostic.message), class_="message")
    return element("li", spaced(_severity(diagnostic.severity), link, message))


def _entry(diagnostic: Diagnostic, page: Page) -> Markup:
    heading = element(
        "h3",
        spaced(
            _severity(diagnostic.severity),
            _rule_link(diagnostic),
            element("span", diagnostic.name, class_="rule"),
            place(diagnostic.place, page),
        ),
    )
    anchors = page.shown_at.get(diagnostic, ())
    links = (element("li", element("a", a.label, href=f"#{a.ident}")) for a in anchors)
    shown = element("div", element("span", "Drawn at"), element("ul", *links), class_="drawn-at")
    return element(
        "li",
        heading,
        element("p", prose(diagnostic.message), class_="message"),
        _trace(diagnostic.trace, page),
        _fix(diagnostic.fix),
        shown if anchors else NOTHING,
        id=page.entries[diagnostic],
        class_=f"entry {diagnostic.severity.value}",
    )


def _severity(severity: Severity) -> Markup:
    return element("span", severity.value, class_=f"severity {severity.value}")


def _rule_link(diagnostic: Diagnostic) -> Markup:
    """The code, as a link to the rule's page; only to the web, never to a script."""
    if not diagnostic.url.startswith("https://"):
        return code(diagnostic.code)
    return element("a", code(diagnostic.code), href=diagnostic.url, rel="noreferrer")


def _trace(trace: tuple[Step, ...], page: Page) -> Markup:
    if not trace:
        return NOTHING
    steps = (
        element("li", spaced(element("span", prose(step.message)), place(step.place, page)))
        for step in trace
    )
    return element("ol", *steps, class_="trace")


def _fix(fix: Fix | None) -> Markup:
    if fix is None:
        return NOTHING
    verb = element("b", f"{_FIX_VERBS[fix.applicability]}:")
    return element("p", together(verb, " ", prose(fix.message), "."), class_="fix")
