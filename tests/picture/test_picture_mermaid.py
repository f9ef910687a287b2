"""The Mermaid flowchart, read back by the rules of its syntax."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from sample_pictures import EMPTY, HOSTILE, ROOT, TYPICAL, deep, hostile, large, place, route

from asgi_lint.picture import mermaid
from asgi_lint.picture.mermaid import MOST_CHARACTERS, MOST_EDGES
from asgi_lint.picture.view import Node, NodeKind, Picture
from asgi_lint.reporters.characters import visible

BASE = Path(ROOT)
LABEL = r'\["((?:[^"#%&;<>`\\]|#\d+;|<br/>|</?b>)*)"\]'
BOX = re.compile(rf" +(n\d+){LABEL}")
OPENING = re.compile(rf" +subgraph (n\d+){LABEL}")
LINK = re.compile(r" +(n\d+) (-->|~~~) (n\d+)")
REMARK = "%% Mermaid refuses this, unless its maxTextSize and maxEdges are raised."
DIRECTION = re.compile(r" +direction (LR|TB)")
STYLE = re.compile(r"  classDef (\w+) (?:[a-z-]+:[\w# ]+,?)+")
CLASS = re.compile(r"  class (n\d+(?:,n\d+)*) (\w+)")


class Chart(NamedTuple):
    """What a flowchart says."""

    boxes: dict[str, str]
    titles: dict[str, str]
    inside: dict[str, str]
    links: list[tuple[str, str, str]]
    classes: dict[str, set[str]]


def chart_of(picture: Picture) -> Chart:
    """The chart of a picture; each line must be of a known form, and name what is declared."""
    lines = mermaid.render(picture, BASE).splitlines()
    assert lines[0] == "---"
    end = lines.index("---", 1)
    assert lines[end + 1] == "flowchart TB"
    chart = Chart({}, {}, {}, [], {})
    open_: list[str] = []
    styles: set[str] = set()
    for line in lines[end + 2 :]:
        if box := BOX.fullmatch(line):
            chart.boxes[box[1]] = decoded(box[2])
            chart.inside[box[1]] = open_[-1] if open_ else ""
        elif opening := OPENING.fullmatch(line):
            chart.titles[opening[1]] = decoded(opening[2])
            chart.inside[opening[1]] = open_[-1] if open_ else ""
            open_.append(opening[1])
        elif line.strip() == "end":
            open_.pop()
        elif link := LINK.fullmatch(line):
            assert {link[1], link[3]} <= {*chart.boxes, *chart.titles}
            chart.links.append((link[1], link[2], link[3]))
        elif style := STYLE.fullmatch(line):
            styles.add(style[1])
        elif class_ := CLASS.fullmatch(line):
            assert class_[2] in styles
            for ident in class_[1].split(","):
                assert ident in {*chart.boxes, *chart.titles}
                chart.classes.setdefault(ident, set()).add(class_[2])
        else:
            assert DIRECTION.fullmatch(line) or line == REMARK, line
    assert open_ == []
    assert not chart.boxes.keys() & chart.titles.keys()
    return chart


def decoded(label: str) -> str:
    plain = re.sub(r"</?b>", "", label).replace("<br/>", "\n").replace("\u2060", "")
    return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), plain)


def ident_of(chart: Chart, part: str) -> str:
    [ident] = [each for each, text in {**chart.boxes, **chart.titles}.items() if part in text]
    return ident


def one_route(path: str, name: str = "read") -> Picture:
    child = route("GET", path, name, place("main.py", 5))
    app = Node("a", NodeKind.APPLICATION, "app", "", "", place("main.py", 1), children=(child,))
    return Picture(ROOT, (app,))


@pytest.mark.parametrize(
    "picture",
    [TYPICAL, EMPTY, hostile(), large(20, 100), large(400, 2), deep(50)],
    ids=["typical", "empty", "hostile", "large", "routers", "deep"],
)
def test_chart_is_well_formed(picture: Picture) -> None:
    assert chart_of(picture).boxes


def test_middleware_is_a_chain_from_outside_to_inside() -> None:
    chart = chart_of(TYPICAL)
    inner = ident_of(chart, "Audit (AuditMiddleware)")
    names = [chart.boxes[inner].split("\n")[0]]
    outer_of = {target: source for source, arrow, target in chart.links if arrow == "-->"}
    while inner in outer_of:
        inner = outer_of[inner]
        names.append(chart.boxes[inner].split("\n")[0])
    assert names == [
        "Audit (AuditMiddleware)",
        "add_timing",
        "CORSMiddleware",
        "ServerErrorMiddleware",
    ]


def test_middleware_leads_to_everything_inside() -> None:
    chart = chart_of(TYPICAL)
    orders = ident_of(chart, "router /api/orders ·")
    inside = chart.inside[orders]
    [middleware] = [source for source, arrow, target in chart.links if target == inside]
    assert chart.titles[middleware] == "middleware, from outside to inside"
    assert chart.inside[middleware] == chart.inside[inside] == ident_of(chart, "app (FastAPI)")


def test_parts_are_kept_in_their_order() -> None:
    chart = chart_of(TYPICAL)
    after = {source: target for source, link, target in chart.links if link == "~~~"}
    index = ident_of(chart, "GET,HEAD /")
    assert after[index] == ident_of(chart, "GET /health")
    assert after[after[index]] == ident_of(chart, "router /api/orders ·")


def test_kinds_of_middleware_and_diagnostics_have_styles_of_their_own() -> None:
    chart = chart_of(TYPICAL)
    assert chart.classes[ident_of(chart, "add_timing")] == {"base", "note"}
    assert chart.classes[ident_of(chart, "SessionMiddleware")] == {"asgi"}
    assert chart.classes[ident_of(chart, "Audit")] == {"unknown"}
    assert chart.classes[ident_of(chart, "POST /api/orders")] == {"routes", "error"}
    assert chart.classes[ident_of(chart, "/events")] == {"routes", "warning"}


def test_route_tells_what_goes_with_it() -> None:
    chart = chart_of(TYPICAL)
    assert chart.boxes[ident_of(chart, "POST /api/orders")].split("\n") == [
        "POST /api/orders",
        "create_order · routers/orders.py:23 · ASG201 [error]",
        "depends on get_session (yields), rate_limit",
        "background send_receipt, update_stock",
        "background ? a function that is not known",
    ]


def test_many_routes_of_a_router_share_a_box() -> None:
    chart = chart_of(large(1, 12))
    [box] = [text for text in chart.boxes.values() if "read_0" in text]
    title, *lines = box.split("\n")
    assert title == "12 routes"
    assert (
        lines[3] == "GET /part-0/{key_3} · read_3 · depends on get_session (yields) [get_settings]"
    )
    assert len(lines) == 12


def test_long_box_says_how_much_it_leaves_out() -> None:
    [box] = [text for text in chart_of(large(1, 100)).boxes.values() if "read_0" in text]
    assert box.split("\n")[-1] == "and 60 more"


@pytest.mark.parametrize(("routers", "routes"), [(1, 2000), (20, 100), (100, 20), (200, 10)])
def test_large_picture_stays_within_what_mermaid_draws(routers: int, routes: int) -> None:
    text = mermaid.render(large(routers, routes), BASE)
    assert len(text) <= MOST_CHARACTERS
    assert len(chart_of(large(routers, routes)).links) <= MOST_EDGES
    assert f"{routes} routes" in text


def test_picture_that_cannot_be_made_small_enough_says_so() -> None:
    text = mermaid.render(large(1000, 2), BASE)
    assert REMARK in text.splitlines()
    assert text.count("subgraph") > 1000


@pytest.mark.parametrize(
    "name",
    [
        '"]', "end", "#35;", "&lt;", "<b onclick='x'>", "%%{init: {}}%%", "a;b", "`x`", "\\n",
        "$$x$$", "fa:fa-user", "style:#1;", "classDef: #1;", "日本語", "subgraph x", "-->",
        "\u202e\x1b", HOSTILE[:60],
    ],
)  # fmt: skip
def test_any_name_is_shown_as_it_is(name: str) -> None:
    chart = chart_of(one_route("/", name))
    assert f"{visible(name)} · main.py:5" in "\n".join(chart.boxes.values())


@pytest.mark.parametrize("name", ["$$x$$", "\\name", "fa:fa-user"])
def test_what_mermaid_would_change_in_a_label_is_parted(name: str) -> None:
    text = mermaid.render(one_route("/", name), BASE)
    assert not re.search(r"\$\$|#92;n|fa:fa-", text)
    assert "\u2060" in text


@pytest.mark.parametrize("name", ["style", "classDef"])
def test_line_from_which_mermaid_would_take_the_last_semicolon_has_no_colon(name: str) -> None:
    [line] = [
        line
        for line in mermaid.render(one_route("/", f"{name}:#x"), BASE).splitlines()
        if name in line and "read" not in line and "fill" not in line
    ]
    assert ":" not in line


def test_title_names_the_releases_and_is_quoted() -> None:
    assert '\ntitle: "shop: Starlette 0.20.4 (FastAPI 0.85.0, requirements.txt)"\n' in (
        mermaid.render(TYPICAL, BASE)
    )
    [title] = [
        line for line in mermaid.render(hostile(), BASE).splitlines() if line.startswith("title: ")
    ]
    assert json.loads(title.removeprefix("title: ")).endswith(visible(HOSTILE))


def test_text_that_is_very_long_is_cut() -> None:
    chart = chart_of(one_route("/" + "x" * 1000))
    assert max(len(line) for text in chart.boxes.values() for line in text.split("\n")) == 160
