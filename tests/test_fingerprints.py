"""By what a diagnostic is recognised in a later run."""

from __future__ import annotations

from asgi_lint.diagnostics import Diagnostic, Place, Position, Severity, Span
from asgi_lint.fingerprints import below, fingerprinted

FILENAME = "/srv/shop/main.py"
TEXT = "first()\nsecond()\nfirst()\n"


def at(row: int, *, code: str = "ASG201", filename: str = FILENAME) -> Diagnostic:
    span = Span(Position(row, 1), Position(row, 3))
    return Diagnostic(code, "a-rule", "It is so.", Severity.ERROR, Place(filename, span), "")


def prints(*found: Diagnostic, text: str = TEXT, top: str = "/srv/shop") -> list[str]:
    sources = {each.place.filename: text for each in found}
    return [each.fingerprint for each in fingerprinted(found, sources, below(top))]


def test_it_survives_lines_that_move_and_that_are_indented() -> None:
    moved = "import shop\n\n" + TEXT.replace("first", "    first")
    assert prints(at(3), text=moved) == prints(at(1))
    assert prints(at(1), at(3)) == prints(at(3), at(5), text=moved)


def test_it_is_the_same_wherever_the_repository_lies() -> None:
    elsewhere = at(1, filename="/home/ci/shop/main.py")
    assert prints(elsewhere, top="/home/ci/shop/") == prints(at(1))


def test_it_differs_by_code_file_line_and_among_equals() -> None:
    other_file = at(1, filename="/srv/shop/api.py")
    found = prints(at(1), at(1), at(2), at(3), at(1, code="ASG301"), other_file)
    assert len(set(found)) == len(found)


def test_it_does_not_depend_on_what_else_is_found() -> None:
    assert prints(at(2), at(3, code="ASG301"))[0] == prints(at(2))[0]


def test_a_suppression_on_the_line_does_not_count() -> None:
    for comment in ("# asgi-lint: ignore[ASG301] why", "#noqa: ASG301", "# ASGI-Lint: ignore"):
        assert prints(at(1), text=f"first()  {comment}\n") == prints(at(1))
    assert prints(at(1), text="first()  # another\n") != prints(at(1))


def test_a_file_without_text_and_a_name_that_is_no_text_have_one() -> None:
    lost = at(9, filename="/srv/shop/\udcff.py")
    [value] = prints(lost, text="")
    assert len(value) == 32
