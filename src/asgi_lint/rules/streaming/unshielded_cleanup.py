"""ASG304: an `await` in the clean-up of a streamed generator, which a disconnect cuts short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Span, Step
from asgi_lint.fixes.imports import import_edit
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.handlers import asked_kinds, asks_which
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code
from asgi_lint.rules.streaming.written_spans import read_span, write_span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import Stream

_CODE = "ASG304"
_HAZARD = "stream-cleanup-cut"

_HARMLESS = frozenset({"put", "sleep"})
"""`queue.put` waits only on a full queue, and a `sleep` that is cut short harms nobody."""

_UNSURE = frozenset({"aclose", "shield"})
"""Some `aclose` shield themselves; what `asyncio.shield` protects goes on."""

_LOGS = frozenset({"log", "logger", "logging"})

_WAITS = frozenset({"gather", "wait", "wait_for"})
"""Functions that do nothing but wait for what runs anyway."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The first await of each clean-up block of an async generator that can be cancelled.

    Also functions that such a block may await because they shield what they do, or lose nothing.
    """
    if not tree.is_async:
        return
    if not tree.is_generator:
        if mentions(tree, "shield", "cancel(", "CancelledError"):
            yield from _shielding(tree)
        return
    if not mentions(tree, "try"):
        return
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    for node in flow.walk(tree.node.body):
        if not isinstance(node, cst.Try) or not flow.may_be_cancelled(node.body):
            continue
        found = flow.cancellation_handler(node, tree)
        if found is not None:
            yield from _cleanup(tree, found[0].body, found[1].text, found[0])
        if node.finalbody is not None:
            yield from _cleanup(tree, node.finalbody.body, "finally")


def _shielding(tree: FunctionTree) -> Iterator[Candidate]:
    first = _first_unshielded(tree, tree.node.body)
    if first is None or _called_name(first) == "shield":
        yield Candidate(_CODE, tree.scope, tree.span(tree.node.name), (("kind", "shields"),))


def _cleanup(
    tree: FunctionTree, body: cst.BaseSuite, where: str, handler: cst.ExceptHandler | None = None
) -> Iterator[Candidate]:
    first = _first_unshielded(tree, body, handler)
    if first is None:
        return
    name = _called_name(first)
    if name == "aclose" and (tree.imports("httpx") or tree.imports("httpx2")):
        return  # httpcore closes its connections under a shield
    detail = (
        ("where", where),
        ("called", write_span(tree.span(first.expression))),
        ("unsure", name if name in _UNSURE else ""),
        ("last", "yes" if _is_last(body, first) else ""),
    )
    yield Candidate(_CODE, tree.scope, tree.span(first), detail, tuple(_shielded(tree, body)))


def _first_unshielded(
    tree: FunctionTree, body: cst.BaseSuite, handler: cst.ExceptHandler | None = None
) -> cst.Await | None:
    """The first await in the block that is neither shielded nor harmless.

    Nor one whose cancellation is caught right there: what follows it does run. In a `handler` that
    asks which exception it has, only what cancellation comes by.
    """
    import libcst as cst

    from asgi_lint.model import control_flow as flow
    from asgi_lint.model.parse import child_nodes

    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        if isinstance(node, cst.With) and (flow.is_shield(node) or flow.suppressed_by(node, tree)):
            continue
        if isinstance(node, cst.Try) and flow.cancellation_handler(node, tree) is not None:
            continue
        if isinstance(node, cst.Await) and not _is_harmless(body, node):
            return node
        if isinstance(node, cst.If) and handler is not None and asks_which(handler, node.test):
            kinds = asked_kinds(handler, node.test)
            if kinds is None:
                return None
            if not any(flow.cancellation(kind, tree) for kind in kinds):
                stack += [node.orelse] if node.orelse is not None else []
                continue
            if flow.leaves(node.body):
                stack.clear()
            stack.append(node.body)
            continue
        stack.extend(reversed([*child_nodes(node)]))
    return None


def _is_harmless(body: cst.BaseSuite, node: cst.Await) -> bool:
    """Whether nothing is lost when the await is cut short.

    As the block's last act that also holds for `asyncio.shield`, and for waiting for tasks that
    the block cancels.
    """
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    name = _called_name(node)
    if name in _HARMLESS:
        return True
    acts = [statement for statement in body.body if not _is_no_act(statement)]
    if not acts or all(each is not node for each in flow.walk(acts[-1])):
        return False
    only_waits = name in _WAITS or not isinstance(node.expression, cst.Call)
    return name == "shield" or (only_waits and _cancels(body))


def _is_no_act(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    """Whether it is nothing to miss: the block's end, or a line in the log."""
    import libcst as cst

    match statement:
        case cst.SimpleStatementLine(body=[cst.Raise() | cst.Return() | cst.Pass()]):
            return True
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.Call(func=cst.Attribute(value=cst.Name(value=name))))]
        ):
            return name.lower().strip("_") in _LOGS
        case _:
            return False


def _is_last(body: cst.BaseSuite, node: cst.Await) -> bool:
    """Whether nothing comes after the await in the block."""
    import libcst as cst

    match body.body[-1] if body.body else None:
        case cst.SimpleStatementLine(body=[*_, cst.Expr(value=value)]) | cst.Expr(value=value):
            return value is node
        case (
            cst.If(body=inner, orelse=None)
            | cst.With(body=inner)
            | cst.Try(body=inner, orelse=None, finalbody=None)
        ):
            return _is_last(inner, node)
        case _:
            return False


def _cancels(body: cst.BaseSuite) -> bool:
    """Whether the block calls some `.cancel()`."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    return any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "cancel"
        for node in flow.walk(body)
    )


def _called_name(node: cst.Await) -> str:
    """The last name of what is awaited: `close` of `await session.close()`."""
    import libcst as cst

    match node.expression:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name)):
            return name
        case _:
            return ""


def _shielded(tree: FunctionTree, body: cst.BaseSuite) -> Iterator[Replacement]:
    """The block, one level deeper, under `with anyio.CancelScope(shield=True):`."""
    import libcst as cst

    if not isinstance(body, cst.IndentedBlock):
        return
    first, last = tree.span(body.body[0]), tree.span(body.body[-1])
    inside_strings = {
        row
        for span in _multi_line_strings(tree, body)
        for row in range(span.start.row + 1, span.end.row + 1)
    }
    indent = tree.line(first.start.row)[: first.start.column - 1]
    lines = [f"{indent}with anyio.CancelScope(shield=True):"]
    for row in range(first.start.row, last.end.row + 1):
        line = tree.line(row)
        lines.append(line if row in inside_strings or not line.strip() else tree.indent + line)
    start = first.start.at(1)
    end = last.end.at(len(tree.line(last.end.row)) + 1)
    yield Replacement(Span(start, end), tree.newline.join(lines))


def _multi_line_strings(tree: FunctionTree, body: cst.BaseSuite) -> Iterator[Span]:
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    for node in walk(body):
        if isinstance(node, (cst.SimpleString, cst.FormattedString)):
            span = tree.span(node)
            if span.end.row > span.start.row:
                yield span


def check(project: Project) -> Iterator[Finding]:
    """The candidates whose generator is streamed, on a release that cuts the clean-up."""
    found = [*project.candidates(_CODE)]
    shielding = {
        Function(filename, candidate.scope)
        for filename, candidate in found
        if candidate.get("kind") == "shields"
    }
    for filename, candidate in found:
        stream = project.streams.streams.get(Function(filename, candidate.scope))
        if stream is None:
            continue
        exposure = project.versions.exposure(filename, _HAZARD)
        severity = severity_in_code(exposure)
        if severity is None or _is_done(project, filename, candidate, shielding):
            continue
        if candidate.get("unsure"):
            severity = Severity.WARNING
        yield Finding(
            place=Place(filename, candidate.span),
            message=_message(project, stream, candidate, exposure.phrase),
            severity=severity,
            fix=_fix(project, filename, candidate),
            trace=(Step("the generator is streamed here", stream.site),),
        )


def _is_done(
    project: Project, filename: str, candidate: Candidate, shielding: AbstractSet[Function]
) -> bool:
    """Whether the awaited functions of the project never wait, or shield what they wait for."""
    caller = Function(filename, candidate.scope)
    calls = project.roles.calls_at(caller, read_span(candidate.get("called")))
    awaited = [
        function
        for found in calls[:1]
        for function in project.evaluator.values(filename, candidate.scope, found.call.func)
    ]
    return bool(awaited) and all(
        isinstance(each, Function) and (each in shielding or not project.function(each).suspends)
        for each in awaited
    )


def _message(project: Project, stream: Stream, candidate: Candidate, releases: str) -> str:
    name = project.roles.name(stream.generator)
    where = f"in `{candidate.get('where')}`"
    why = f"`{name}` is cancelled and every await in it raises again ({releases})."
    match candidate.get("unsure"):
        case "shield":
            return (
                f"When the client leaves, this `await` {where} does not wait for what it shields, "
                f"and what follows it never runs: {why}"
            )
        case "" if candidate.get("last"):
            return f"This `await` {where} is cut short when the client leaves: {why}"
        case "":
            return (
                f"This `await` {where} is cut short when the client leaves, and what follows it "
                f"never runs: {why}"
            )
        case _:
            return (
                f"Unless it shields itself, this `await` {where} is cut short when the client "
                f"leaves: {why}"
            )


def _fix(project: Project, filename: str, candidate: Candidate) -> Fix:
    message = "Shield the clean-up with `anyio.CancelScope(shield=True)`"
    edits = [Edit(Place(filename, r.span), r.content) for r in candidate.replacements]
    if not edits:
        return Fix(Applicability.ADVICE, message)
    imported = import_edit(project.files[filename].facts, "anyio")
    return Fix(Applicability.UNSAFE, message, (*([imported] if imported else []), *edits))


RULE = Rule(
    code=_CODE,
    name="await-in-stream-finally-unshielded",
    summary="An await in the clean-up of a streamed generator is cut short by a disconnect.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
