"""ASG302: a streamed async generator whose loop never gives the event loop a turn."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Span, Step
from asgi_lint.fixes.imports import import_edit
from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.children import may_be_cancelled
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function, Generator
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.blocking_sources import Trails
from asgi_lint.rules.streaming.handed_over import handed_over
from asgi_lint.rules.streaming.loops import spinning, turns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG302"
_RELAY = "relay"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The loops of an async generator that never await, and those that only pass on another's."""
    if not (tree.is_generator and tree.is_async and mentions(tree, "while", "for")):
        return
    for node in tree.own_nodes:
        match node:
            case ast.AsyncFor(iter=ast.Call() as call, body=inner) if not may_be_cancelled(*inner):
                yield Candidate(_CODE, tree.scope, tree.place(call), (("kind", _RELAY),))
            case _:
                continue
    yield from _spinning(tree)


def _spinning(tree: FunctionTree) -> Iterator[Candidate]:
    for loop in spinning(tree):
        place = tree.place(loop.node)
        keyword = len("for" if isinstance(loop.node, ast.For) else "while")
        span = Span(place.start, place.start.at(place.start.column + keyword))
        kind = "sleeps" if loop.sleeps else "endless" if loop.is_endless else ""
        edits = turns(tree, loop)
        safe = not loop.sleeps and not _swallows(tree)
        detail = (("kind", kind), ("to", str(place.end.row)), ("safe", "yes" if safe else ""))
        yield Candidate(_CODE, tree.scope, span, detail, edits)


def _swallows(tree: FunctionTree) -> bool:
    """Whether a `try` of the function has a handler that cancellation ends up in."""
    if not any(isinstance(node, ast.Try) for node in tree.own_nodes):
        return False
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    return any(
        isinstance(node, cst.Try) and flow.cancellation_handler(node, tree) is not None
        for node in flow.walk(tree.node.body)
    )


def check(project: Project) -> Iterator[Finding]:
    """The loops of generators that are streamed with nothing between that waits.

    Behind a BaseHTTPMiddleware such a stream does stop (S5b.s_spin.base1): each chunk goes through
    a channel that lets the loop run.
    """
    candidates: dict[Function, list[Candidate]] = {}
    for filename, candidate in project.candidates(_CODE):
        candidates.setdefault(Function(filename, candidate.scope), []).append(candidate)
    if not any(each.get("kind") != _RELAY for found in candidates.values() for each in found):
        return
    trails = Trails(project)
    for generator, site in _sent_at_once(project, candidates).items():
        if generator in project.behind_base_http_middleware:
            continue
        for candidate in candidates.get(generator, ()):
            if candidate.get("kind") != _RELAY:
                finding = _finding(project, trails, generator, candidate, site)
                if finding is not None:
                    yield finding


def _sent_at_once(
    project: Project, candidates: Mapping[Function, list[Candidate]]
) -> Mapping[Function, Place]:
    """The generators whose items are sent as they come, and where the response is made.

    FastAPI itself waits after each item of an endpoint that is a generator, and an unknown
    function around a generator may do so as well: neither is here.
    """
    found: dict[Function, Place] = {}
    queue = [*handed_over(project).items()]
    while queue:
        generator, site = queue.pop()
        if generator in found or not project.function(generator).is_async:
            continue
        found[generator] = site
        relayed = {c.span for c in candidates.get(generator, ()) if c.get("kind") == _RELAY}
        for call in project.roles.calls(generator) if relayed else ():
            if call.call.span in relayed:
                values = project.evaluator.values(generator.filename, call.scope, call.call)
                queue += [(v.function, site) for v in values if isinstance(v, Generator)]
    return found


def _finding(
    project: Project, trails: Trails, generator: Function, candidate: Candidate, site: Place
) -> Finding | None:
    name = project.roles.name(generator)
    edits = candidate.replacements
    severity = Severity.ERROR
    match candidate.get("kind"), _reading(project, trails, generator, candidate):
        case "sleeps", _:
            effect = (
                "`time.sleep` holds the event loop, the server answers nobody else, and a client "
                "that leaves does not end it"
            )
        case _, (str(what), False):
            edits = ()
            effect = (
                f"`{what}` holds the event loop while it waits, and a client that leaves does not "
                "end it"
            )
        case "endless", _:
            effect = "the server answers nobody else, and goes on when the client has left"
        case _, (str(what), True):
            severity = Severity.WARNING
            effect = (
                f"when the client leaves, `{what}` is read to its end in one go, and the server "
                "answers nobody meanwhile"
            )
        case _:
            return None
    return Finding(
        place=Place(generator.filename, candidate.span),
        message=f"This loop of `{name}` never awaits: {effect}.",
        severity=severity,
        fix=_fix(project, generator, candidate, edits),
        trace=(Step("the generator is streamed here", site),),
    )


def _reading(
    project: Project, trails: Trails, generator: Function, candidate: Candidate
) -> tuple[str, bool] | None:
    """The call in the loop that waits, or the file that is read, and whether it is a file."""
    filename, scope = generator.filename, generator.scope
    first, last = candidate.span.start.row, int(candidate.get("to"))

    def is_inside(span: Span) -> bool:
        return first <= span.start.row <= span.end.row <= last

    for binding in project.files[filename].facts.bindings:
        match binding:
            case BindingFacts(value=ir.Item(value=value)) if binding.scope == scope:
                if value.span.start.row != first:
                    continue
                if trails.iterated(filename, scope, value) is not None:
                    return None  # what ASG306 says of the same loop
                if trails.is_file(filename, scope, value):
                    return ir.dotted(value) or "the file", True
            case _:
                continue
    for found in project.roles.calls(generator):
        if is_inside(found.call.span):
            shown = f"{ir.dotted(found.call.func) or 'it'}()"
            if trails.waits(filename, scope, found.call):
                return shown, False
            if trails.reads_file(filename, scope, found.call):
                return shown, True
    return None


def _fix(
    project: Project, generator: Function, candidate: Candidate, edits: tuple[Replacement, ...]
) -> Fix:
    if not edits:
        return Fix(
            Applicability.ADVICE,
            "Make it a plain `def`, which runs in a thread, or await in the loop what it waits for",
        )
    facts = project.files[generator.filename].facts
    module = "anyio" if "anyio." in edits[0].content else "asyncio"
    imported = import_edit(facts, module)
    return Fix(
        Applicability.SAFE if candidate.get("safe") else Applicability.UNSAFE,
        "Await the sleep" if candidate.get("kind") == "sleeps" else "Let the event loop run",
        (
            *([imported] if imported else []),
            *(Edit(Place(generator.filename, r.span), r.content) for r in edits),
        ),
    )


RULE = Rule(
    code=_CODE,
    name="uncancellable-async-stream",
    summary="A streamed async generator never awaits in its loop, so nothing can stop it.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
