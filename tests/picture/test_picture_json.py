"""The JSON document, whose keys are a promise, and the schema that describes it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sample_pictures import EMPTY, HOSTILE, ROOT, TYPICAL, deep, hostile, large

from asgi_lint.picture import json_document
from asgi_lint.picture.view import HandlerKind, LayerKind, NodeKind, Picture, RouteKind

BASE = Path(ROOT)
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "graph.schema.json").read_text(encoding="utf-8")
)


def document_of(picture: Picture) -> Any:
    return json.loads(json_document.render(picture, BASE).encode())


def closed(schema: Any) -> Any:
    """A copy of the schema in which an object has no other keys than those described."""
    match schema:
        case {"properties": properties, **others}:
            return {
                **{key: closed(value) for key, value in others.items()},
                "properties": {key: closed(value) for key, value in properties.items()},
                "additionalProperties": False,
            }
        case dict():
            return {key: closed(value) for key, value in schema.items()}
        case list():
            return [closed(value) for value in schema]
        case _:
            return deepcopy(schema)


@pytest.mark.parametrize(
    "picture",
    [TYPICAL, EMPTY, hostile(), large(3, 5), deep(20)],
    ids=["typical", "empty", "hostile", "large", "deep"],
)
def test_document_is_what_the_schema_describes_and_nothing_else(picture: Picture) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(closed(SCHEMA)).validate(document_of(picture))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("applications", 0, "kind"), "app"),
        (("applications", 0, "layers", 0, "kind"), "BASE_HTTP"),
        (("applications", 0, "place", "location", "row"), 0),
        (("applications", 0, "children", 0, "methods"), "GET"),
        (("diagnostics", 0, "severity"), "fatal"),
    ],
)
def test_schema_refuses_what_is_wrong(path: tuple[str | int, ...], value: object) -> None:
    document = document_of(TYPICAL)
    *parents, last = path
    part = document
    for key in parents:
        part = part[key]
    assert part[last] != value
    part[last] = value
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_schema_knows_every_kind() -> None:
    kinds = {
        name: set(SCHEMA["$defs"][name]["properties"]["kind"]["enum"])
        for name in ("node", "route", "layer", "handler")
    }
    assert kinds == {
        "node": {kind.value for kind in NodeKind},
        "route": {kind.value for kind in RouteKind},
        "layer": {kind.value for kind in LayerKind},
        "handler": {kind.value for kind in HandlerKind},
    }
    assert not kinds["node"] & kinds["route"], "`kind` tells nodes and routes apart"


def test_document_names_its_version_and_what_it_is_about() -> None:
    document = document_of(TYPICAL)
    assert document["version"] == 1
    assert document["root"] == "."
    assert document["releases"] == "Starlette 0.20.4 (FastAPI 0.85.0, requirements.txt)"
    assert document["left_out"] == 3
    assert json.loads(json_document.render(TYPICAL, Path("/srv")))["root"] == "shop"
    assert json.loads(json_document.render(TYPICAL, Path("/opt")))["root"] == ROOT


def test_places_count_rows_and_columns_from_one() -> None:
    [diagnostic] = [
        each for each in document_of(TYPICAL)["diagnostics"] if each["code"] == "ASG201"
    ]
    assert diagnostic["filename"] == "routers/orders.py"
    assert diagnostic["location"] == {"row": 31, "column": 5}
    assert diagnostic["end_location"] == {"row": 31, "column": 6}


def test_children_keep_their_order_and_layers_lead_inwards() -> None:
    app = document_of(TYPICAL)["applications"][0]
    assert [child["path"] for child in app["children"]] == [
        "/", "/health", "/api/orders", "/assets", "/admin", "{tenant}.shop.example",
    ]  # fmt: skip
    assert [layer["name"] for layer in app["layers"]] == [
        "ServerErrorMiddleware", "CORSMiddleware", "add_timing", "Audit", "ExceptionMiddleware",
    ]  # fmt: skip
    assert [layer["order_known"] for layer in app["layers"]] == [True, True, True, False, True]
    assert app["layers"][0]["place"] is None


def test_names_are_given_as_they_are() -> None:
    app = document_of(hostile())["applications"][0]
    assert app["name"] == HOSTILE.replace("\udc80", "\ufffd")
