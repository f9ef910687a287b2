"""The tree for the terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_pictures import (
    CANCELLED,
    EMPTY,
    ENDLESS,
    LAYER_NOTE,
    MAIN,
    ROOT,
    TYPICAL,
    WORKER,
    large,
    place,
    route,
)

from asgi_lint.picture import text
from asgi_lint.picture.view import Layer, LayerKind, Node, NodeKind, Picture, Unknown
from asgi_lint.reporters.characters import width

BASE = Path(ROOT)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def lines_of(picture: Picture) -> list[str]:
    return text.render(picture, BASE).splitlines()


def line_with(part: str, picture: Picture = TYPICAL) -> str:
    [line] = [line for line in lines_of(picture) if part in line]
    return line


def with_routes(*children: Node) -> Picture:
    return Picture(ROOT, (replace(MAIN, children=children),))


def test_layers_stand_further_in_the_further_inside_they_are() -> None:
    app = replace(MAIN, children=(route("GET", "/", "index", place("main.py", 44)),))
    lines = lines_of(Picture(ROOT, (app,)))[3:9]
    columns = [line.index("╭") for line in lines[:-1]]
    assert [layer.name in line for layer, line in zip(MAIN.layers, lines, strict=False)] == [
        True
    ] * 5
    assert columns == sorted(set(columns))
    assert lines[-1].endswith("│ │ │ │ │ everything below")


def test_base_http_middleware_is_named_as_such() -> None:
    assert re.search(r"add_timing +BaseHTTPMiddleware +main\.py:26", line_with("add_timing"))


def test_layer_whose_kind_and_order_are_not_known_says_so() -> None:
    assert "Audit (AuditMiddleware)  ? kind and order not known" in line_with("AuditMiddleware")
    unordered = Layer("Gzip", "Gzip", LayerKind.ASGI, place("main.py", 3), is_order_known=False)
    picture = Picture(ROOT, (replace(WORKER, layers=(unordered,)),))
    assert "pure ASGI, ? order not known" in line_with("Gzip", picture)


def test_full_path_of_a_route_is_shown() -> None:
    assert "GET        /api/orders/{order_id}/items/ " in line_with("list_items")


def test_dependency_that_yields_and_one_that_is_repeated_are_marked() -> None:
    lines = lines_of(TYPICAL)
    first, repeated = [line for line in lines if "get_session" in line]
    assert re.search(r"get_session +yields +deps\.py:9", first)
    assert "get_session (see above)" in repeated


def test_streams_and_tasks_stand_under_their_route() -> None:
    lines = lines_of(TYPICAL)
    number = lines.index(line_with("create_order"))
    assert "background  send_receipt, update_stock" in lines[number + 3]
    assert "? a function that is not known" in lines[number + 4]
    assert "streams  StreamingResponse of order_events, heartbeat" in line_with("heartbeat")


def test_diagnostics_are_marked_where_they_belong() -> None:
    assert line_with("create_order").endswith("routers/orders.py:23  ASG201 [error]")
    assert line_with(" events  ").endswith("ASG301 [warning] \N{MULTIPLICATION SIGN}2")
    assert line_with("add_timing").endswith("ASG101 [note]")


def test_worst_of_several_diagnostics_comes_first() -> None:
    busy = replace(WORKER, diagnostics=(LAYER_NOTE, ENDLESS, CANCELLED))
    line = line_with("application worker", Picture(ROOT, (busy,)))
    assert line.endswith("ASG201 [error], ASG301 [warning], ASG101 [note]")


def test_diagnostic_of_no_part_is_listed_after_the_tree() -> None:
    assert line_with("ASG802") == "  requirements.txt:1  ASG802 [error]  requirement-is-affected"
    attached = replace(TYPICAL, diagnostics=(CANCELLED,))
    assert "Diagnostics elsewhere:" not in lines_of(attached)


def test_closing_lines_count_what_is_shown() -> None:
    shown = (
        "3 applications, 3 routers, 1 mount, 1 host, 13 routes, 6 middleware layers "
        "(2 BaseHTTPMiddleware) and 3 things not known (?)."
    )
    assert lines_of(TYPICAL)[-3:] == [
        shown,
        "Found 2 errors, 2 warnings and 1 note: `asgi-lint check` explains them.",
        "3 applications in tests are left out.",
    ]
    assert lines_of(large(1, 1))[-1] == (
        "1 application, 1 router, 1 route and 3 middleware layers (1 BaseHTTPMiddleware)."
    )


def test_empty_picture_is_one_helpful_sentence() -> None:
    sentence = (
        "No application was found in shop: nothing there calls FastAPI(), Starlette() or a "
        "subclass of them."
    )
    assert lines_of(EMPTY) == [sentence]
    assert lines_of(replace(EMPTY, left_out=1)) == [
        sentence,
        "1 application in tests is left out.",
    ]


def test_project_without_applications_may_have_routers_and_unknowns() -> None:
    unknown = Unknown("The module `web` cannot be found.", place("main.py", 1))
    lines = lines_of(replace(EMPTY, detached=TYPICAL.detached, unknowns=(unknown,)))
    assert "router router  APIRouter  /legacy  legacy.py:5" in lines
    assert "  ?  The module `web` cannot be found.  main.py:1" in lines
    assert lines[-2].startswith("No application was found in shop")
    assert lines[-1] == "1 router, 1 route and 1 thing not known (?)."


@pytest.mark.parametrize("name", ["ping", "状態を読む", "e\u0301tat", "\u200dx"])
def test_columns_line_up_for_names_of_any_width(name: str) -> None:
    children = tuple(route("GET", f"/{each}", each, place("x.py", 7)) for each in (name, "a" * 12))
    app = replace(WORKER, layers=(), handlers=(), children=children)
    first, second = (line for line in lines_of(Picture(ROOT, (app,))) if "GET" in line)
    assert width(first.partition("x.py")[0]) == width(second.partition("x.py")[0])


def test_one_long_path_does_not_push_the_others_away() -> None:
    children = (
        route("GET", "/short", "short", place("x.py", 7)),
        route("GET", "/long" * 50, "long", place("x.py", 8)),
    )
    lines = lines_of(Picture(ROOT, (replace(WORKER, children=children),)))
    [short] = [line for line in lines if "/short" in line]
    assert len(short) < 60


def test_color_changes_nothing_but_the_color() -> None:
    painted = text.render(TYPICAL, BASE, color=True)
    assert "\x1b[31m" in painted
    assert ANSI.sub("", painted) == text.render(TYPICAL, BASE)


def test_no_line_ends_in_a_space() -> None:
    assert [line for line in lines_of(TYPICAL) if line != line.rstrip()] == []


def test_mounted_application_has_its_own_onion_and_a_repeated_router_none() -> None:
    admin = next(node for node in MAIN.children if isinstance(node, Node) and node.name == "admin")
    assert admin.kind is NodeKind.APPLICATION
    assert "SessionMiddleware" in "\n".join(lines_of(with_routes(admin)))
    worker = lines_of(Picture(ROOT, (WORKER,)))
    assert [line for line in worker if "items (APIRouter) (see above)" in line] == [worker[-3]]
