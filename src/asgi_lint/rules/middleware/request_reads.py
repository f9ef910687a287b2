"""Where a function that may be a dispatcher reads the body of its request, or hands it on.

Two rules look at the same places: what is read too late, and what is read so that nothing is left.
`request_uses` says what becomes of them in a project.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.handlers import caught_kinds, handlers_around, is_broad
from asgi_lint.rules.middleware.dispatch_body import dispatch_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.statement_order import StatementOrder
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

PATCH, HAND_ON = "patch", "hand on"
READS = ("body", "json", "form", "stream")
PATCHES = frozenset({"_body", "_receive"})
_CACHES = frozenset({"_body", "_form", "_json"})
FAILURE = "RuntimeError"
"""What a read raises whose body is gone."""


def extract_uses(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The uses of the request in a function that may be a dispatcher, in source order.

    Where the name of the request is bound anew, or the code asks for the cached body itself,
    there are none. The replacements keep the body: before a late read's `call_next`, or else
    before the read itself.
    """
    body = dispatch_body(tree)
    if body is None or any(body.assignments_to(body.request)) or _asks_for_cache(body):
        return
    uses = [*_uses(body)]
    if not any(kind in READS or kind == HAND_ON for kind, _ in uses):
        return
    nodes = [node for _, node in uses]
    order, unhandled = body.order(nodes), body.order(nodes, past_handlers=False)
    for kind, node in uses:
        yield _candidate(body, order, unhandled, uses, kind, node, code)


def _asks_for_cache(body: DispatchBody) -> bool:
    """Whether it looks for the body that a request may hold: `hasattr(request, "_body")`."""
    import libcst as cst

    return any(
        isinstance(node, cst.SimpleString) and node.value[1:-1] in _CACHES for node in body.nodes
    )


def _uses(body: DispatchBody) -> Iterator[tuple[str, cst.CSTNode]]:
    import libcst as cst

    known = {id(call.node) for call in body.next_calls} | {id(call) for call in body.forwards}
    for node in body.nodes:
        match node:
            case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=attr)) if (
                owner == body.request and attr.value in READS
            ):
                yield attr.value, node
            case cst.Call(args=args) if id(node) not in known:
                if any(_is_name(arg.value, body.request) for arg in args):
                    yield HAND_ON, node
            case cst.Assign(targets=targets) if any(_patches(t.target, body) for t in targets):
                yield PATCH, node
            case _:
                continue


def _is_name(node: cst.CSTNode, name: str) -> bool:
    import libcst as cst

    return isinstance(node, cst.Name) and node.value == name


def _patches(target: cst.CSTNode, body: DispatchBody) -> bool:
    import libcst as cst

    match target:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)):
            return owner == body.request and name in PATCHES
        case _:
            return False


def _candidate(
    body: DispatchBody,
    order: StatementOrder,
    unhandled: StatementOrder,
    uses: list[tuple[str, cst.CSTNode]],
    kind: str,
    node: cst.CSTNode,
    code: str,
) -> Candidate:
    calls = [(call.node, _is_name(call.argument, body.request)) for call in body.next_calls]
    calls += [(call, True) for call in body.forwards]
    # A handler that goes on as if nothing had been called is meant for something else.
    before = [call for call, _ in calls if unhandled.may_precede(call, node)]
    behind = [(call, same) for call, same in calls if order.may_precede(node, call)]
    met = [body.tree.span(call) for call in (*before, *(call for call, _ in behind))]
    others = [(body.tree.span(other), other) for _, other in uses if other is not node]
    detail = (
        ("kind", kind),
        ("request", body.request),
        ("after", "yes" if before else ""),
        ("before", "yes" if behind else ""),
        ("other", "" if any(same for _, same in behind) else "yes"),
        ("next", _written(met[:1])),
        ("earlier", _written(span for span, other in others if order.may_precede(other, node))),
        ("later", _written(span for span, other in others if order.may_precede(node, other))),
        ("caught", _caught(body, node)),
    )
    fix = tuple(_keeping(body, before or [node]))
    return Candidate(code, body.tree.scope, body.tree.span(node), detail, fix)


def _caught(body: DispatchBody, node: cst.CSTNode) -> str:
    """How a `try` around the node alone takes its failure: "RuntimeError" by name, "any" or ""."""
    calls = [*(call.node for call in body.next_calls), *body.forwards]
    handlers = [*handlers_around(body.tree, body.nodes, node, calls)]
    if any(FAILURE in caught_kinds(handler) for handler in handlers):
        return FAILURE
    return "any" if any(is_broad(handler) for handler in handlers) else ""


def _keeping(body: DispatchBody, nodes: Iterable[cst.CSTNode]) -> Iterator[Replacement]:
    """`await request.body()` on a line of its own before the statements of the nodes."""
    tree = body.tree
    if not tree.is_async:
        return
    for node in nodes:
        row = _first_row(body, tree.span(node))
        if row == 0:
            continue
        line = tree.line(row)
        indent = line[: len(line) - len(line.lstrip())]
        start = Position(row, 1)
        call = f"{indent}await {body.request}.body(){tree.newline}"
        yield Replacement(Span(start, start), call)


def _first_row(body: DispatchBody, span: Span) -> int:
    """The first row of the innermost statement around a span; 0 where no line fits before it."""
    import libcst as cst

    roomy = (cst.SimpleStatementLine, cst.If, cst.For, cst.With, cst.Match)
    row = 0
    for node in body.nodes:
        match node:
            case cst.SimpleStatementSuite() | cst.While():
                around = node.test if isinstance(node, cst.While) else node
                if _covers(body.tree.span(around), span):
                    return 0
            case _ if isinstance(node, roomy) and _covers(body.tree.span(node), span):
                row = body.tree.span(node).start.row
            case _:
                continue
    begins = body.tree.line(row).lstrip() if row else ""
    return 0 if begins.startswith("elif") else row


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _written(spans: Iterable[Span]) -> str:
    """Spans as text: what a candidate may hold."""
    return ";".join(" ".join(str(n) for position in span for n in position) for span in spans)


def read_spans(text: str) -> list[Span]:
    """The spans that a candidate holds as text."""
    numbers = [tuple(map(int, each.split())) for each in text.split(";") if each]
    return [Span(Position(*each[:2]), Position(*each[2:])) for each in numbers]
