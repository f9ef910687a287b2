"""A `try` around `call_next`: what moves into the `send` wrapper, and what its blocks become.

`call_next` returns when the response starts, so an `except` around it never saw an error of later.
A pure ASGI middleware has to note the start and let such errors pass. A `finally` ran at the start
too; it is kept there only if it measures time, since otherwise it is better off at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.after import After, after_call, passing_code
from asgi_lint.fixes.pure_asgi.names import bound, mentioned, own_nodes
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.timing import reads_clock, resets_context, trailing_resets
from asgi_lint.fixes.pure_asgi.trees import ends, returns_in, set_apart, small, suite_of, with_lead
from asgi_lint.fixes.pure_asgi.wrapper import Wrapper
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.fixes.pure_asgi.trees import Grammar, Statements
    from asgi_lint.fixes.pure_asgi.vocabulary import Vocabulary

_RAISED_BY_SENDING = frozenset(
    {"Exception", "BaseException", "OSError", "IOError", "ConnectionError", "RuntimeError",
     "CancelledError", "ClientDisconnect", "BrokenPipeError", "ConnectionResetError"}
)  # fmt: skip


class Attempt:
    """What is found out about one `try` while its suites are rewritten.

    `is_open` says that the body goes on to what follows the `try`, so that all of that moves into
    the wrapper. `notes_start` says that the wrapper notes that the response has started,
    `guards_sending` that the body's own responses are sent through it as well.
    """

    def __init__(
        self, block: cst.Try, rest: Statements, vocabulary: Vocabulary, grammar: Grammar,
        *, keeps_response: bool,
    ) -> None:  # fmt: skip
        self._words = vocabulary
        self._grammar = grammar
        self._orelse = suite_of(block.orelse.body) if block.orelse is not None else []
        self._rest = rest
        self._inside = After()
        self._else = After()
        self._following = After()
        self._is_taken = False
        final = suite_of(block.finalbody.body) if block.finalbody is not None else []
        self.moves_else = keeps_response and not ends(suite_of(block.body))
        self.is_open = self.moves_else and not (self._orelse and ends(self._orelse))
        self.measured, self.lasting = _split(final, rest if self.is_open else [])
        self.notes_start = bool(block.handlers or self.measured)
        self.guards_sending = bool(self.measured) or catches_sending(block)
        self.senders = 0

    def take(self, after: After) -> None:
        """The body returns the response after these statements."""
        if self._is_taken and (after.statements or self._inside.statements):
            raise Refusal("it works on the response at several places of a `try`")
        self._inside, self._is_taken = after, True

    def flow(self, response: str, statements: Statements) -> None:
        """The body goes on after these statements, to the `else` and to what follows the `try`."""
        self.take(passing_code(statements, response, self._words, self._grammar))
        following = self._rest if self.is_open else self._orelse
        if self.is_open:
            self._else = passing_code(self._orelse, response, self._words, self._grammar)
        self._following = after_call(following, response, self._words, self._grammar)

    @property
    def resets(self) -> Statements:
        """What is left for when the application is done."""
        return self._following.resets

    def wrapper(self) -> Wrapper:
        """The code that has gathered for the wrapper."""
        parts = (self._inside, self._else, self._following)
        if self.senders and any(part.statements for part in parts):
            raise Refusal("it answers in more than one way within a `try` around `call_next`")
        return Wrapper(
            before=self._inside.statements,
            after=[*self._else.statements, *self._finish_call(), *self._following.statements],
            comments=self._inside.comments or self._following.comments,
            notes_start=self.notes_start,
            needs_headers=any(part.needs_headers for part in parts),
            needs_cookies=any(part.needs_cookies for part in parts),
        )

    def own_response(self, handler: Statements) -> Statements:
        """Send the response that a handler makes in place of that of `call_next`, and goes on."""
        name = self._answer(handler)
        if not self._following.statements and not self.measured:
            return self._grammar.statements(f"await {name}(scope, receive, send)\n")
        if self._inside.statements or self._else.statements:
            raise Refusal("it treats the response of an `except` otherwise than the others")
        sender = self._words.wrapper
        return self._grammar.statements(f"await {name}(scope, receive, {sender})\n")

    def _answer(self, handler: Statements) -> str:
        for statement in reversed(handler):
            match small(statement):
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                    if name in mentioned(*self._rest):
                        return name
                case _:
                    continue
        raise Refusal("it goes on after an `except` without a response")

    # What measures time

    def finish_function(self, *, is_annotated: bool) -> Statements:
        """The function that does what the `finally` measures, if that is more than one line."""
        if len(self.measured) < 2:
            return []
        is_async = _awaits(self.measured)
        head = f"{'async ' if is_async else ''}def {self._words.finish}()"
        text = f"{head}{' -> None' if is_annotated else ''}:\n    pass\n"
        function = self._grammar.statement(text)
        assert isinstance(function, cst.FunctionDef)
        body = function.body.with_changes(body=[*self.measured])
        return [with_lead(function.with_changes(body=body), set_apart(()))]

    def _finish_call(self) -> Statements:
        if len(self.measured) < 2:
            return self.measured
        awaited = "await " if _awaits(self.measured) else ""
        return self._grammar.statements(f"{awaited}{self._words.finish}()\n")

    def finally_statements(self, response: str | None) -> Statements:
        """What the `finally` consists of in the new method."""
        if response is not None and response in mentioned(*self.measured, *self.lasting):
            raise Refusal("its `finally` uses the response")
        if not self.measured:
            return self.lasting
        test = self._grammar.statement(f"if not {self._words.started}:\n    pass\n")
        assert isinstance(test, cst.If)
        block = test.body.with_changes(body=[*self._finish_call()])
        own_copy = test.with_changes(body=block).deep_clone()
        return [own_copy, *self.lasting]


def check_blocks(block: cst.Try, has_call: Callable[..., bool]) -> None:
    """Refusal where the blocks after a `try`'s body do what cannot be rewritten."""
    if any(has_call(handler.body) for handler in block.handlers):
        raise Refusal("it calls `call_next` in an `except`")
    if block.finalbody is not None and has_call(block.finalbody.body):
        raise Refusal("it calls `call_next` in a `finally`")
    if block.finalbody is not None and [*returns_in(block.finalbody.body)]:
        raise Refusal("it returns in a `finally`")


def catches_sending(block: cst.Try) -> bool:
    """Whether some `except` may catch what is raised while a response is sent."""
    for handler in block.handlers:
        if handler.type is None:
            return True
        kinds = (
            [element.value for element in handler.type.elements]
            if isinstance(handler.type, cst.Tuple)
            else [handler.type]
        )
        if any(dotted_name(k).rpartition(".")[2] in _RAISED_BY_SENDING | {""} for k in kinds):
            return True
    return False


def _split(final: Statements, rest: Statements) -> tuple[Statements, Statements]:
    """A `finally`'s statements that belong to the start of the response, and those to its end."""
    final, resets = trailing_resets(final)
    needed = bound(final) & mentioned(*rest)
    if not reads_clock(final) and not needed:
        return [], [*final, *resets]
    if any(resets_context(statement) for statement in final):
        raise Refusal("its `finally` resets a context variable before it measures time")
    if len(final) > 1 and needed:
        raise Refusal(f"it needs `{min(needed)}` from a `finally` before the response starts")
    return final, resets


def _awaits(statements: Statements) -> bool:
    return any(isinstance(node, cst.Await) for node in own_nodes(*statements))
