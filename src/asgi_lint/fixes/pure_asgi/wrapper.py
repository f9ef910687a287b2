"""The `send` wrapper: what runs when the response starts, and the note that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import bound, mentioned, own_nodes
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.trees import first_close, lead, set_apart, small, with_lead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.fixes.pure_asgi.trees import Grammar, Statements
    from asgi_lint.fixes.pure_asgi.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The code of a `send` wrapper.

    `before` runs when the response starts, `after` once that is noted (where `notes_start`).
    `comments` stand before the message is sent on. `later` runs in the method itself, once the
    application is done.
    """

    before: Statements = ()
    after: Statements = ()
    comments: Sequence[cst.EmptyLine] = ()
    notes_start: bool = False
    needs_headers: bool = False
    needs_cookies: bool = False
    later: Statements = ()

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do when the response starts."""
        return bool(self.before or self.after or self.notes_start)


def wrapper_function(
    wrapper: Wrapper,
    vocabulary: Vocabulary,
    grammar: Grammar,
    around: Statements,
    global_names: frozenset[str],
    *,
    is_annotated: bool,
) -> cst.BaseStatement:
    """The definition of the wrapper; `around` is the rest of the method that it will stand in.

    Refusal where a name that only the wrapper binds is read outside it.
    """
    code = [*wrapper.before, *wrapper.after]
    shared = sorted(_shared(bound(code) - global_names, code, around, wrapper.later))
    if wrapper.notes_start:
        shared = [vocabulary.started, *shared]
    declared = sorted(bound(code) & global_names)
    message = f"{vocabulary.message}: Message" if is_annotated else vocabulary.message
    lines = [f"async def {vocabulary.wrapper}({message}){' -> None' if is_annotated else ''}:"]
    lines += [f"    global {', '.join(declared)}"] if declared else []
    lines += [f"    nonlocal {', '.join(shared)}"] if shared else []
    lines += [
        f'    if {vocabulary.message}["type"] == "http.response.start":',
        "        pass",
        f"    await send({vocabulary.message})",
    ]
    definition = grammar.statement("\n".join(lines) + "\n")
    assert isinstance(definition, cst.FunctionDef)
    *heading, test, sending = definition.body.body
    assert isinstance(test, cst.If)
    inner = test.body.with_changes(body=_starting(wrapper, vocabulary, grammar))
    test = test.with_changes(body=inner)
    sending = with_lead(sending, wrapper.comments)  # type: ignore[arg-type]
    body = definition.body.with_changes(body=[*heading, test, sending])
    return definition.with_changes(body=body)


def _starting(wrapper: Wrapper, vocabulary: Vocabulary, grammar: Grammar) -> Statements:
    text = ""
    if wrapper.needs_headers:
        text += f"{vocabulary.headers} = MutableHeaders(scope={vocabulary.message})\n"
    if wrapper.needs_cookies:
        text += f"{vocabulary.cookies} = Response()  # writes its cookies into those headers\n"
        text += f"{vocabulary.cookies}.raw_headers = {vocabulary.headers}.raw\n"
    opening = grammar.statements(text)
    noted = grammar.statements(f"{vocabulary.started} = True\n") if wrapper.notes_start else []
    return first_close([*opening, *first_close(wrapper.before), *noted, *wrapper.after])


def _shared(
    names: frozenset[str], code: Statements, around: Statements, later: Statements
) -> frozenset[str]:
    """Those of the names that the wrapper binds for the method around it too."""
    outside = bound(around)
    lost = (names - outside) & mentioned(*around)
    if lost:
        raise Refusal(f"it reads `{min(lost)}`, which only the code after `call_next` binds")
    if any(isinstance(node, cst.Try) for node in own_nodes(*around)):
        return names & outside
    needed = mentioned(*later)
    return frozenset(n for n in names & outside if n in needed or not _starts_bound(code, n))


def _starts_bound(code: Statements, name: str) -> bool:
    """Whether the code binds a name anew before it does anything else with it."""
    first = next(statement for statement in code if name in mentioned(statement))
    match small(first):
        case cst.Assign(value=value) | cst.AnnAssign(value=cst.BaseExpression() as value):
            return name in bound([first]) and name not in mentioned(value)
        case _:
            return False


def calling(
    text: str, line: cst.BaseStatement, grammar: Grammar, *, is_apart: bool
) -> cst.BaseStatement:
    """The statement `text`, with the comments of the line that it replaces."""
    new = grammar.statement(text)
    assert isinstance(new, cst.SimpleStatementLine)
    comments = set_apart(lead(line)) if is_apart else lead(line)
    if isinstance(line, cst.SimpleStatementLine):
        new = new.with_changes(trailing_whitespace=line.trailing_whitespace)
    return with_lead(new, comments)
