"""What holds for every text format: the sample as a snapshot, large and hostile pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sample_pictures import EMPTY, ROOT, TYPICAL, deep, hostile, large

from asgi_lint.picture import dot, json_document, mermaid, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.picture.view import Picture

BASE = Path(ROOT)
EXPECTED = Path(__file__).parent / "expected"
FORMATS: dict[str, Callable[[Picture, Path], str]] = {
    "txt": text.render,
    "mmd": mermaid.render,
    "dot": dot.render,
    "json": json_document.render,
}
formats = pytest.mark.parametrize("suffix", FORMATS)


@formats
def test_typical_picture_matches_its_snapshot(
    suffix: str, snapshot: Callable[[Path, str], None]
) -> None:
    snapshot(EXPECTED / f"typical.{suffix}", FORMATS[suffix](TYPICAL, BASE))


@formats
@pytest.mark.parametrize(
    "picture", [TYPICAL, EMPTY, hostile()], ids=["typical", "empty", "hostile"]
)
def test_output_ends_in_one_line_end_and_is_utf_8(suffix: str, picture: Picture) -> None:
    shown = FORMATS[suffix](picture, BASE)
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("suffix", ["txt", "mmd", "dot"])
def test_names_of_the_code_cannot_add_a_line_or_a_control_character(suffix: str) -> None:
    shown = FORMATS[suffix](hostile(), BASE)
    assert len(shown.splitlines()) == len(FORMATS[suffix](hostile("harmless"), BASE).splitlines())
    assert all(character.isprintable() for line in shown.split("\n") for character in line)


@formats
def test_files_are_named_relative_to_the_base(suffix: str) -> None:
    assert f"{ROOT}/deps.py" not in FORMATS[suffix](TYPICAL, BASE)
    assert f"{ROOT}/main.py" in FORMATS[suffix](TYPICAL, Path("/somewhere/else"))


@formats
def test_two_thousand_routes_are_drawn(suffix: str) -> None:
    shown = FORMATS[suffix](large(20, 100), BASE)
    assert "/part-19" in shown
    if suffix != "mmd":  # Mermaid would refuse them all
        assert shown.count("read_99") == 20


@formats
def test_what_is_added_per_route_does_not_grow_with_their_number(suffix: str) -> None:
    small, double = (len(FORMATS[suffix](large(count, 20), BASE)) for count in (20, 40))
    assert double < 2.1 * small


@formats
def test_routers_may_be_nested_deep(suffix: str) -> None:
    shown = FORMATS[suffix](deep(100), BASE)
    assert "deep.py:101" in shown or '"row": 101' in shown


@formats
def test_empty_picture_says_so(suffix: str) -> None:
    shown = FORMATS[suffix](EMPTY, BASE)
    assert '"applications": []' in shown or "No application was found in shop" in shown


@formats
def test_picture_is_drawn_without_a_class_a_path_or_releases(suffix: str) -> None:
    bare = replace(
        TYPICAL.applications[0], class_name="", layers=(), handlers=(), children=(), unknowns=()
    )
    assert "app" in FORMATS[suffix](replace(TYPICAL, applications=(bare,), releases=""), BASE)
