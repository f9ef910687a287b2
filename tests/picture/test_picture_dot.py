"""The graph for Graphviz, read back by the rules of its language."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from sample_pictures import (
    EMPTY,
    HOSTILE,
    ITEMS,
    ROOT,
    TYPICAL,
    WORKER,
    deep,
    hostile,
    large,
    place,
    route,
)

from asgi_lint.picture import dot
from asgi_lint.picture.view import Picture
from asgi_lint.reporters.characters import visible

BASE = Path(ROOT)
STATEMENT = re.compile(
    r"""\ \ (?:
        graph\ \[label=<(?P<heading>.*?)>\];
      | (?:graph|node|edge)\ \[(?:\w+=(?:\w+|[\d.]+|"[^"\\]*")(?:,\ )?)+\];
      | (?P<card>\w+)\ \[label=<(?P<label>.*?)>\];
      | (?P<source>\w+)(?::(?P<port>\w+):e)?\ ->\ (?P<target>\w+)(?::header:w)?
        (?:\ \[(?P<style>[\w=,\ ]+)\])?;
      | \{\ rank=min;\ (?P<first>[\w;\ ]+)\ \}
    )\n""",
    re.VERBOSE | re.DOTALL,
)
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|#x27);)")


class Graph(NamedTuple):
    """What a graph says: its cards as XML, the ports of each, and the arrows."""

    cards: dict[str, ET.Element]
    arrows: list[tuple[str, str, str, str]]
    first: list[str]


def graph_of(picture: Picture) -> Graph:
    """The graph of a picture; each statement must be of a known form, and name what is declared."""
    text = dot.render(picture, BASE)
    opening, closing = "digraph applications {\n", "}\n"
    assert text.startswith(opening)
    assert text.endswith(closing)
    graph = Graph({}, [], [])
    position = len(opening)
    while position < len(text) - len(closing):
        found = STATEMENT.match(text, position)
        assert found, text[position : position + 200]
        position = found.end()
        if found["card"]:
            assert not ENTITY.search(found["label"])
            assert found["card"] not in graph.cards
            graph.cards[found["card"]] = ET.fromstring(found["label"])
        elif found["source"]:
            graph.arrows.append(
                (found["source"], found["port"] or "", found["target"], found["style"] or "")
            )
        elif found["first"]:
            graph.first.extend(found["first"].split("; "))
    for source, port, target, style in graph.arrows:
        assert "header" in ports(graph.cards[target]) or style == "style=invis"
        assert port in ports(graph.cards[source]) or style == "style=invis"
    assert {*graph.first} <= graph.cards.keys()
    return graph


def ports(card: ET.Element) -> set[str]:
    return {cell.attrib["PORT"] for cell in card.iter("TD") if "PORT" in cell.attrib}


def text_of(element: ET.Element) -> str:
    return "".join(element.itertext())


def card_with(graph: Graph, header: str) -> str:
    found = [name for name, card in graph.cards.items() if text_of(card).strip().startswith(header)]
    assert len(found) == 1, header
    return found[0]


@pytest.mark.parametrize(
    "picture",
    [TYPICAL, EMPTY, hostile(), large(20, 100), deep(50)],
    ids=["typical", "empty", "hostile", "large", "deep"],
)
def test_graph_is_well_formed(picture: Picture) -> None:
    assert graph_of(picture).cards


def test_middleware_is_drawn_as_frames_inside_each_other() -> None:
    graph = graph_of(TYPICAL)
    table = graph.cards[card_with(graph, "application  app")]
    names = []
    while (inner := table.find("./TR[2]/TD/TABLE")) is not None:
        table = inner
        names.append(text_of(table).split()[0])
    assert names[:5] == [
        "ServerErrorMiddleware", "CORSMiddleware", "add_timing", "Audit", "ExceptionMiddleware",
    ]  # fmt: skip
    assert text_of(table).strip().startswith("lifespan")


def test_every_node_has_a_card_to_which_an_arrow_leads_from_where_it_is_included() -> None:
    graph = graph_of(TYPICAL)
    app, orders = (card_with(graph, each) for each in ("application  app", "router /api/orders"))
    [(_, port, _, style)] = [arrow for arrow in graph.arrows if arrow[:3:2] == (app, orders)]
    [row] = [
        row
        for row in graph.cards[app].iter("TR")
        if any(cell.attrib.get("PORT") == port for cell in row.findall("TD"))
    ]
    assert text_of(row.findall("TD")[1]) == "/api/orders"
    assert style == ""


def test_arrow_to_a_card_that_stands_elsewhere_is_dashed() -> None:
    graph = graph_of(TYPICAL)
    worker, items = (
        card_with(graph, each) for each in ("application  worker", "router /{order_id}")
    )
    assert [each[3] for each in graph.arrows if each[:3:2] == (worker, items)] == [
        "style=dashed, constraint=false"
    ]
    repeated = replace(ITEMS, is_repeated=True)
    alone = graph_of(Picture(ROOT, (replace(WORKER, children=(repeated,)),)))
    assert alone.arrows == []


def test_applications_stand_below_each_other_in_their_order() -> None:
    graph = graph_of(TYPICAL)
    assert graph.first == [
        card_with(graph, "application  app"),
        card_with(graph, "application  worker"),
        card_with(graph, "router /legacy"),
        "remarks",
    ]
    invisible = [(a[0], a[2]) for a in graph.arrows if a[3] == "style=invis"]
    assert invisible == list(zip(graph.first, graph.first[1:], strict=False))


def test_routes_show_what_goes_with_them() -> None:
    graph = graph_of(TYPICAL)
    rows = [text_of(row) for row in graph.cards[card_with(graph, "router /api/orders")].iter("TR")]
    start = rows.index("POST/api/orderscreate_orderrouters/orders.py:23ASG201 [error]")
    assert rows[start + 1 : start + 4] == [
        "depends on  get_session (yields), rate_limit",
        "background  send_receipt, update_stock",
        "background  ? a function that is not known",
    ]


def test_what_belongs_to_no_card_is_listed() -> None:
    remarks = text_of(graph_of(TYPICAL).cards["remarks"])
    for part in (
        "shop_plugins",
        "requirement-is-affected",
        "3 applications in tests are left out.",
    ):
        assert part in remarks


@pytest.mark.parametrize(
    "name",
    [
        '"',
        "\\",
        "</TD>",
        "&amp;",
        "]]>",
        "<!--",
        ";",
        "}",
        "日本語",
        "\ufffe",
        "\x0b\x1b",
        "",
        HOSTILE[:60],
    ],
)
def test_any_name_is_shown_as_it_is(name: str) -> None:
    child = route("GET", "/x", name, place("main.py", 5))
    graph = graph_of(Picture(ROOT, (replace(WORKER, layers=(), handlers=(), children=(child,)),)))
    [row] = graph.cards["n1"].findall("./TR[2]/TD/TABLE/TR")
    assert text_of(row.findall("TD")[2]) == visible(name).replace("\ufffe", "\ufffd")
