"""One function of a file, if it is a dispatcher, as edits that make its middleware pure ASGI.

This runs while files are extracted, where the syntax tree is at hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Span
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.function_tree import NotReadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.fixes.pure_asgi.middleware_class import Rewriting
    from asgi_lint.model.function_tree import FunctionInFile, FunctionTree

CODE = "pure-asgi"
"""The code of these candidates; they belong to no rule."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """A candidate for each dispatcher: with the edits, or with the reason why there are none."""
    if not _may_dispatch(tree):
        return
    function, span = tree.in_file, tree.name_place
    try:
        rewriting = _rewriting(function)
        edits = tuple(_edits(function, rewriting)) if rewriting is not None else ()
    except Refusal as refusal:
        yield Candidate(CODE, tree.scope, span, (("refused", refusal.reason),))
        return
    except NotReadError:
        reason = "its file is too long or nested too deeply to be rewritten"
        yield Candidate(CODE, tree.scope, span, (("refused", reason),))
        return
    if rewriting is not None:
        lasting = " ".join(sorted(rewriting.lasting))
        detail = (("name", rewriting.name), ("lasting", lasting))
        yield Candidate(CODE, tree.scope, span, detail, edits)


def _edits(tree: FunctionInFile, rewriting: Rewriting) -> Iterator[Replacement]:
    from asgi_lint.fixes.pure_asgi.line_edits import line_edits
    from asgi_lint.fixes.pure_asgi.module_imports import import_edits

    yield from import_edits(tree, rewriting)
    yield from line_edits(tree, [rewriting.old], rewriting.new)
    for call in rewriting.registrations:
        first, last = tree.span(call.args[0]), tree.span(call.args[-1])
        yield Replacement(Span(first.start, last.end), rewriting.name)


def _may_dispatch(tree: FunctionTree) -> bool:
    """Whether the function takes a request and something to call, and something dispatches to it.

    This looks at nothing but the head and the file's lines.
    """
    if not tree.is_async or not 2 <= len(tree.positional) <= 3:
        return False
    if tree.name == "dispatch" or _MIDDLEWARE.search(tree.decorators_text):
        return True
    is_alike = "next" in "".join(tree.ordinary[-1:]) or bool(tree.decorators_text)
    if not is_alike or not tree.stands_in_file(_BASE):
        return False
    # Given to `super().__init__` by the method itself, or by another class's registration: a
    # method that is called is given to nobody.
    given = re.compile(rf"\bself *\. *{tree.name}\s*[,)#]|\bdispatch *= *{tree.name}\b")
    return tree.stands_in_file(given)


_MIDDLEWARE = re.compile(r"\.\s*middleware\b")
_BASE = re.compile("BaseHTTPMiddleware")


def _rewriting(tree: FunctionInFile) -> Rewriting | None:
    """The rewriting of the middleware that the function dispatches for; None if it does not."""
    from asgi_lint.fixes.pure_asgi import middleware_class as written
    from asgi_lint.fixes.pure_asgi import shapes

    if tree.class_ is not None:
        if not shapes.is_dispatch(tree, tree.class_):
            return None
        shapes.check_importable(tree.module)
        shapes.check_base(tree, tree.class_)
        return written.rewritten_class(tree, tree.class_)
    decorator = shapes.middleware_decorator(tree.node)
    if decorator is not None:
        shapes.check_importable(tree.module, tree.node)
        return written.rewritten_function(tree, decorator)
    registrations = shapes.registrations(tree)
    if not registrations:
        return None
    shapes.check_importable(tree.module)
    return written.rewritten_registered(tree, registrations)
