"""The HTML page of a picture: its structure, and that nothing in it can come from the code."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_reader import read_page
from sample_pictures import EMPTY, TYPICAL, deep, hostile
from shop_picture import (
    ADMIN,
    API,
    APP,
    ITEMS,
    LAYERS,
    LONG_NAMES,
    RECEIPT_LOST,
    SHOP,
    at,
    with_layers,
    with_routes,
)

from asgi_lint import __version__
from asgi_lint.picture.html import render
from asgi_lint.picture.view import Node, NodeKind, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from page_reader import Element

BASE = Path(SHOP.root)

PICTURES = {
    "shop": SHOP,
    "typical": TYPICAL,
    "empty": EMPTY,
    "many layers": with_layers(30),
    "many routes": with_routes(100),
    "deep": deep(60),
}

ATTACKS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)><a href='javascript:alert(1)'>",
    "' onmouseover='alert(1)",
    "</style><style>*{display:none}</style>",
    "</title><!-- <![CDATA[ ]]> -->",
    "</code></li></ul></details>`</main>",
    "&lt;&#60;&amp",
    "\x00\x1b\x7f\x85\u202e\u2028\ufeff\udc80\r\n\t",
    "{{constructor.constructor('alert(1)')()}} ${alert(1)}",
    "",
    " ",
    "名前" * 40,
    "x" * 5000,
)


def page_of(picture: Picture) -> Element:
    return read_page(render(picture, BASE))


def shop_of(app: Node) -> Picture:
    return replace(SHOP, applications=(app,))


def texts(elements: Iterable[Element]) -> list[str]:
    return [element.text for element in elements]


def route(page: Element, name: str) -> Element:
    """The line of a route, by the name of its endpoint."""
    (found,) = (r for r in page.all("li", "route") if name in texts(r.all("code", "name")))
    return found


def by_id(page: Element, ident: str) -> Element:
    (found,) = (e for e in page.all() if e.attributes.get("id") == ident)
    return found


# The page as a whole


@pytest.mark.parametrize("name", PICTURES)
def test_every_link_leads_to_one_place(name: str) -> None:
    page = page_of(PICTURES[name])
    idents = Counter(e["id"] for e in page.all() if "id" in e.attributes)
    assert max(idents.values()) == 1
    targets = {a["href"] for a in page.all("a") if a["href"].startswith("#")}
    described = {f"#{e['aria-describedby']}" for e in page.all("a", "ring")}
    assert targets | described <= {f"#{ident}" for ident in idents}


@pytest.mark.parametrize("name", PICTURES)
def test_the_policy_allows_the_own_script_and_style_and_nothing_else(name: str) -> None:
    page = page_of(PICTURES[name])
    (policy,) = (m["content"] for m in page.all("meta") if m.attributes.get("http-equiv"))
    script, style = page.one("script"), page.one("style")
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src '{_digest(script)}'",
        f"style-src '{_digest(style)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert page.one("html").children[0].children[1]["http-equiv"] == "Content-Security-Policy"


def _digest(element: Element) -> str:
    content = "".join(element.texts).encode()
    return f"sha256-{b64encode(sha256(content).digest()).decode()}"


def test_nothing_is_loaded_from_anywhere() -> None:
    page = page_of(SHOP)
    style = "".join(page.one("style").texts)
    assert "url(" not in style
    assert "@import" not in style
    loading = {"src", "srcset", "data", "action", "poster", "xlink:href"}
    assert not [e.name for e in page.all() if loading & e.attributes.keys()]
    assert page.one("link")["href"].startswith("data:image/svg+xml,")
    outside = [e for e in page.all("a") if not e["href"].startswith("#")]
    assert {e["href"] for e in outside} == {d.url for d in SHOP.diagnostics}


def test_landmarks_and_headings_are_in_order() -> None:
    page = page_of(SHOP)
    for landmark in ("header", "nav", "main", "footer"):
        page.one(landmark)
    levels = [int(e.name[1]) for e in page.all() if re.fullmatch("h[1-6]", e.name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    labelled = [e for e in page.all("section") if by_id(page, e["aria-labelledby"]).name == "h2"]
    assert len(labelled) == len(list(page.all("section"))) == 4


def test_the_head_says_what_is_drawn() -> None:
    page = page_of(SHOP)
    assert page.one("h1").text == "shop"
    assert page.one("title").text == "shop · asgi-lint graph"
    assert page.one("p", "releases").text == SHOP.releases
    assert __version__ in page.one("footer").text
    assert "2 applications in tests" in page.one("main").text
    assert texts(page.one("ul", "counts").all("li")) == [
        "2 applications",
        "5 routers",
        "1 mount",
        "13 routes",
        "7 middleware layers",
        "3 BaseHTTPMiddleware",
        "2 errors",
        "2 warnings",
        "3 not followed",
    ]


def test_a_project_without_application_is_told() -> None:
    page = page_of(EMPTY)
    assert "No application was found in shop" in page.one("main").text
    assert "No routes." in page.one("main").text
    assert "0 diagnostics" in texts(page.one("ul", "counts").all("li"))


def test_the_page_is_the_same_on_every_run() -> None:
    assert render(SHOP, BASE) == render(SHOP, BASE)


def test_places_outside_the_base_are_shown_whole() -> None:
    page = read_page(render(SHOP, Path("/srv/other")))
    assert "/srv/shop/shop/orders.py:36:2" in texts(route(page, "pay").all("code", "place"))


# The onion


@pytest.mark.parametrize("picture", [SHOP, with_layers(16), with_layers(60)])
def test_rings_lie_inside_each_other_in_the_order_of_the_layers(picture: Picture) -> None:
    page = page_of(picture)
    onion = next(page.all("svg", "onion"))
    rings = list(onion.all("a", "ring"))
    layers = picture.applications[0].layers
    assert [ring["aria-label"].split(",")[0] for ring in rings] == [la.name for la in layers]
    boxes = [_box(next(shape.all("rect"))) for shape in (*rings, onion.one("a", "core"))]
    for (left, top, right, bottom), inner in pairwise(boxes):
        assert left < inner[0]
        assert top < inner[1]
        assert right > inner[2]
        assert bottom > inner[3]
    assert boxes[-1][2] - boxes[-1][0] >= 200


def _box(rect: Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(rect[a]) for a in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def test_long_names_are_written_whole() -> None:
    onion = next(page_of(with_layers(20)).all("svg", "onion"))
    written = ["".join(texts(ring.all("text", "name"))) for ring in onion.all("a", "ring")]
    assert set(LONG_NAMES) <= set(written)


def test_an_endless_name_is_cut() -> None:
    layer = replace(LAYERS[1], name="Endless" * 100)
    onion = next(page_of(shop_of(replace(APP, layers=(layer,)))).all("svg", "onion"))
    lines = texts(onion.one("a", "ring").all("text", "name"))
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert max(map(len, lines)) < 60


def test_kinds_are_told_in_words_and_not_by_color_alone() -> None:
    page = page_of(SHOP)
    onion = next(page.all("svg", "onion"))
    (timing,) = (r for r in onion.all("a", "ring") if r["aria-label"].startswith("ServerTiming"))
    assert timing.one("text", "tag").text == "BaseHTTP"
    assert timing.one("rect", "hatched")["fill"] == "url(#hatching)"
    assert by_id(page, "hatching").name == "pattern"
    lines = texts(next(page.all("ol", "layers")).all("li"))
    assert lines[0] == (
        "ServerErrorMiddleware built in starlette.middleware.errors.ServerErrorMiddleware"
    )
    assert lines[2] == (
        "ServerTiming BaseHTTPMiddleware shop.timing.ServerTiming"
        " added at shop/main.py:38:1 defined at shop/timing.py:8:7"
    )


def test_layers_whose_order_is_not_certain_are_marked() -> None:
    page = page_of(SHOP)
    onion = next(page.all("svg", "onion"))
    (ring,) = onion.all("a", "unknown")
    assert ring["aria-label"] == "TenantMiddleware, not known, order not certain"
    assert "order not certain" in by_id(page, ring["aria-describedby"]).text


def test_each_application_with_layers_has_a_panel() -> None:
    page = page_of(SHOP)
    panels = list(page.all("details", "panel"))
    assert [panel.one("h3").text for panel in panels] == ["app", "admin"]
    assert panels[0].one("ul", "dependencies").text.startswith("get_settings")
    handlers = texts(panels[0].one("div", "handlers").all("li"))
    assert handlers[0] == "lifespan lifespan shop/main.py:30:24 defined at shop/life.py:9:1"
    assert handlers[1] == "exception OutOfStock → out_of_stock shop/main.py:66:1"
    assert all("open" in panel.attributes for panel in panels)


def test_many_panels_start_folded() -> None:
    apps = tuple(replace(APP, ident=f"app{n}", children=()) for n in range(20))
    panels = list(page_of(replace(SHOP, applications=apps)).all("details", "panel"))
    assert len(panels) == 20
    assert not any("open" in panel.attributes for panel in panels)


# Routes


def test_routes_stand_in_their_nodes_in_order() -> None:
    page = page_of(SHOP)
    names = [next(r.all("code", "name")).text for r in page.all("li", "route")]
    roots = (*SHOP.applications, *SHOP.detached)
    assert names == [each.name for root in roots for each in root.routes()]
    for node in (API, ITEMS, ADMIN):
        inside = by_id(page, f"node-{node.ident}")
        assert len(list(inside.all("li", "route"))) == len(list(node.routes()))
    heading = by_id(page, "node-shop.items.router").children[0].text
    assert heading == (
        "/{order_id}/items router router 2 routes shop/items.py:9:1 included at shop/orders.py:80:1"
    )


def test_a_route_shows_all_that_is_known_of_it() -> None:
    page = page_of(SHOP)
    pay = route(page, "pay")
    assert pay.one("span", "methods").text == "POST"
    assert pay.one("span", "path").text == "/api/orders/{order_id}/payment task yield"
    assert pay.one("span", "prefix").text == "/api/orders"
    more = pay.one("dl", "more")
    user = next(more.all("ul", "dependencies")).children[0]
    assert user.text.startswith(
        "current_user shop/orders.py:25:40 defined at shop/security.py:20:1"
    )
    assert "send_receipt, reserve_stock shop/orders.py:41:5" in more.text
    assert "StreamingResponse from price_ticks" in route(page, "ticks").text
    assert "FileResponse shop/prices.py:75:12" in route(page, "export").text
    assert "GZipMiddleware" in route(page, "Dashboard.get").one("ol", "layers").text
    assert texts(route(page, "live").all("b")) == ["WebSocket"]
    assert texts(route(page, "StaticFiles").all("b")) == ["app"]
    assert texts(route(page, "change_item").all("b")) == ["PUT", "PATCH"]


def test_dependencies_are_nested_and_those_with_yield_marked() -> None:
    tree = next(route(page_of(SHOP), "list_orders").all("ul", "dependencies"))
    (user,) = tree.children
    scheme, session = next(user.all("ul", "dependencies")).children
    assert scheme.text.startswith("oauth2_scheme")
    assert texts(session.all("span", "yield")) == ["yield"]
    (engine,) = next(session.all("ul", "dependencies")).children
    assert not list(engine.all("span", "yield"))
    assert "as above" in route(page_of(SHOP), "change_item").text


def test_dependencies_of_a_router_stand_at_its_head() -> None:
    orders = by_id(page_of(SHOP), "node-shop.orders.router")
    assert next(orders.all("div", "shared")).text.startswith("Every route depends on rate_limit")


def test_a_node_that_is_drawn_elsewhere_is_a_link_to_there() -> None:
    again = replace(ITEMS, children=(), is_repeated=True, path="/again")
    page = page_of(shop_of(replace(APP, children=(API, again))))
    line = page.one("li", "repeated")
    assert line.one("a")["href"] == "#node-shop.items.router"
    assert "/again" in line.text


def test_routers_that_nothing_includes_are_kept_apart() -> None:
    page = page_of(SHOP)
    detached = page.one("div", "detached")
    assert "Part of no application" in detached.one("h3").text
    assert [r["id"] for r in detached.all("li", "route")] == [route(page, "old_orders")["id"]]
    assert route(page, "old_orders").one("span", "path").text == "/v0/orders"


def test_the_filters_are_those_that_would_keep_something() -> None:
    page = page_of(SHOP)
    buttons = {b["value"]: b.text for b in page.one("div", "filters").all("button")}
    assert buttons["task"] == "Background tasks 1"
    assert buttons["diagnostics"] == "Diagnostics 2"
    assert [o["value"] for o in page.one("select").all("option")] == [
        "", "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "WebSocket", "app",
    ]  # fmt: skip
    without = page_of(shop_of(replace(APP, children=())))
    assert not list(without.one("div", "filters").all("button"))


# Diagnostics and what is not known


def test_diagnostics_stand_at_their_parts_and_in_the_list() -> None:
    page = page_of(SHOP)
    entries = list(page.one("ol", "entries").children)
    assert [next(e.all("code")).text for e in entries] == ["ASG802", "ASG304", "ASG201", "ASG301"]
    lost = entries[2]
    (here,) = route(page, "pay").all("ul", "diagnostics")
    assert next(here.all("a"))["href"] == f"#{lost['id']}"
    assert here.text.endswith(RECEIPT_LOST.message.replace("`", ""))
    (link,) = lost.one("div", "drawn-at").all("a")
    assert link["href"] == f"#{route(page, 'pay')['id']}"
    assert link.text == "POST /api/orders/{order_id}/payment"
    assert texts(lost.one("ol", "trace").all("li"))[1] == (
        "the router is included here shop/main.py:61:1"
    )
    assert lost.one("p", "fix").text.startswith("Advice: Require Starlette 0.21.0 or newer")
    assert not list(entries[0].all("div", "drawn-at"))
    assert entries[0].one("span", "severity").text == "error"


def test_diagnostics_of_every_part_are_drawn() -> None:
    page = page_of(TYPICAL)
    assert "ASG101" in next(page.all("ol", "layers")).text
    node = replace(API, children=(), diagnostics=(RECEIPT_LOST,))
    handler = replace(APP.handlers[0], diagnostics=(RECEIPT_LOST,))
    page = page_of(
        shop_of(replace(APP, children=(node,), handlers=(handler,), diagnostics=(RECEIPT_LOST,)))
    )
    assert "ASG201" in by_id(page, "node-shop.api.api").text
    assert "ASG201" in page.one("div", "handlers").text
    (lost,) = (e for e in page.one("ol", "entries").children if "ASG201" in e.text)
    assert texts(lost.one("div", "drawn-at").all("a")) == [
        "application app",
        "lifespan",
        "router /api",
    ]


def test_many_diagnostics_of_one_part_are_folded() -> None:
    many = tuple(replace(RECEIPT_LOST, message=f"Task {n} is lost.") for n in range(20))
    layer = replace(LAYERS[2], diagnostics=many)
    page = page_of(shop_of(replace(APP, layers=(layer,))))
    listed = next(next(page.all("ol", "layers")).all("ul", "diagnostics"))
    assert len(listed.children) == 4
    assert listed.one("summary").text == "and 17 more"
    assert len(list(listed.one("details").all("li"))) == 17


def test_applications_of_one_name_are_told_apart_by_their_files() -> None:
    other = replace(APP, ident="app-2", place=at("other/main.py", 3), children=())
    page = page_of(replace(SHOP, applications=(APP, other)))
    links = texts(page.one("nav").all("a"))
    assert {"app shop/main.py", "app other/main.py"} <= set(links)
    assert "app" in texts(page_of(SHOP).one("nav").all("a"))


def test_a_router_whose_prefix_is_not_known_is_listed_by_its_name() -> None:
    page = page_of(shop_of(replace(APP, children=(replace(API, path="…"),))))
    assert "api 9" in texts(page.one("nav").all("a"))


def test_a_diagnostic_links_to_the_web_only() -> None:
    evil = replace(RECEIPT_LOST, url="javascript:alert(1)")
    page = page_of(replace(SHOP, diagnostics=(evil,)))
    assert not [a["href"] for a in page.all("a") if "javascript" in a["href"]]
    assert "ASG201" in page.one("ol", "entries").text


def test_what_could_not_be_followed_is_shown_at_its_node_and_in_the_list() -> None:
    page = page_of(SHOP)
    plugins = "register_plugins(app) may add routes: it loops over entry points."
    said = "The path of this route comes from a variable. shop/prices.py:90:2"
    assert said in next(by_id(page, "node-shop.prices.router").all("div", "unknowns")).text
    lines = texts(page.one("ul", "unknown-list").all("li"))
    assert lines == [
        f"{plugins} shop/main.py:75:1 drawn at application app",
        f"{said} drawn at router /prices",
        "The module company_platform cannot be found. shop/plugins.py:4:1",
    ]


# Hostile code


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_from_the_code_are_only_text(attack: str) -> None:
    text = render(hostile(attack), BASE)
    harmless = render(hostile("name"), BASE)
    assert _shape(text) == _shape(harmless)
    text.encode("utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text)


def _shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes, without those that only lay text out."""
    elements = read_page(page).one("body").all()
    laying_out = {"wbr", "var", "text"}
    return sorted({(e.name, (*e.attributes,)) for e in elements if e.name not in laying_out})


def test_hostile_idents_make_ids_that_work() -> None:
    node = Node('a b"<é\udc80', NodeKind.APPLICATION, "app", "FastAPI", "", APP.place)
    page = page_of(Picture(SHOP.root, (node,)))
    (ident,) = (e["id"] for e in page.all("details", "node"))
    assert re.fullmatch(r"node-[\w.%-]+", ident)
    assert f"#{ident}" in {a["href"] for a in page.all("a")}


# Size


def test_two_thousand_routes_stay_below_three_megabytes() -> None:
    small, large = (len(render(with_routes(count), BASE).encode()) for count in (200, 2000))
    assert large < 3_000_000
    assert large < 10 * small
