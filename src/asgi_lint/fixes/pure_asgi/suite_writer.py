"""The suites of a dispatcher, written anew one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.after import after_call
from asgi_lint.fixes.pure_asgi.attempt import Attempt, catches_sending, check_blocks
from asgi_lint.fixes.pure_asgi.blocks import block_of, lines_in, with_return_in, with_suites
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.timing import limits_time
from asgi_lint.fixes.pure_asgi.trees import (
    ends,
    lead,
    returns_in,
    set_apart,
    small,
    suite_of,
    suites,
    with_lead,
)
from asgi_lint.fixes.pure_asgi.wrapper import Wrapper, calling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.fixes.pure_asgi.calls import NextCall
    from asgi_lint.fixes.pure_asgi.trees import Grammar, Statements
    from asgi_lint.fixes.pure_asgi.vocabulary import Vocabulary


class SuiteWriter:
    """Goes through the suites of one dispatcher and writes those of `__call__`.

    `wrappers` are the `send` wrappers with the statements that hold their places, `finishing` the
    functions that do what a `finally` measures.
    """

    def __init__(
        self,
        calls: Mapping[int, NextCall],
        vocabulary: Vocabulary,
        grammar: Grammar,
        *,
        is_annotated: bool,
    ) -> None:
        self._calls = calls
        self._is_annotated = is_annotated
        self._words = vocabulary
        self._grammar = grammar
        self.wrappers: list[tuple[cst.BaseStatement, Wrapper]] = []
        self.finishing: list[cst.BaseStatement] = []
        self.lasting: set[str] = set()

    def suite(
        self, statements: Statements, attempt: Attempt | None, *, is_last: bool
    ) -> list[cst.BaseStatement]:
        """The new statements; `is_last` says that the method ends where the suite does."""
        new: list[cst.BaseStatement] = []
        for index, statement in enumerate(statements):
            rest = statements[index + 1 :]
            ends_method = is_last and not rest
            if (call := self._calls.get(id(statement))) is not None:
                if call.kept_as is None:
                    return new + self._pass_on(statement, attempt, is_last=ends_method)
                is_first = not new
                return new + self._follow(
                    statement, call.kept_as, rest, attempt, is_last=is_last, is_first=is_first
                )
            if isinstance(returned := small(statement), cst.Return):
                return new + self._respond(statement, returned, attempt, is_last=ends_method)
            if not self._is_touched(statement):
                if not self._only_annotates(statement):
                    new.append(statement)
                continue
            statement, rest = self._with_final_return(statement, rest)
            ends_method = is_last and not rest
            if isinstance(statement, cst.Try) and self._has_call(statement.body):
                return new + self._attempt(statement, rest, attempt, is_last=is_last)
            new.append(self._compound(statement, rest, attempt, is_last=ends_method))
            if not rest:
                return new
        return new

    def _only_annotates(self, statement: cst.BaseStatement) -> bool:
        """Whether it is `response: Response`, of what will be no variable any more."""
        match small(statement):
            case cst.AnnAssign(target=cst.Name(value=name), value=None):
                return any(call.kept_as == name for call in self._calls.values())
            case _:
                return False

    def _is_touched(self, *nodes: cst.CSTNode) -> bool:
        return self._has_call(*nodes) or bool([*returns_in(*nodes)])

    def _has_call(self, *nodes: cst.CSTNode) -> bool:
        return any(id(line) in self._calls for node in nodes for line in lines_in(node))

    def _keeps(self, *nodes: cst.CSTNode) -> bool:
        """Whether some `response = await call_next(request)` stands below the nodes."""
        return any(
            self._calls[id(line)].kept_as is not None
            for node in nodes
            for line in lines_in(node)
            if id(line) in self._calls
        )

    def _with_final_return(
        self, statement: cst.BaseStatement, rest: Statements
    ) -> tuple[cst.BaseStatement, Statements]:
        """Move a `return response` that is all that follows a statement to the ends of its suites.

        That tells apart which response is returned where.
        """
        if len(rest) != 1 or not self._keeps(statement):
            return statement, rest
        match small(rest[0]):
            case cst.Return(value=cst.Name(value=name)):
                pass
            case _:
                return statement, rest
        if isinstance(statement, (cst.If, cst.With, cst.Try)):
            moved = with_return_in(statement, rest[0], name)
            return moved, () if ends([moved]) else rest
        return statement, rest

    # What is written for a line

    def _pass_on(
        self, line: cst.BaseStatement, attempt: Attempt | None, *, is_last: bool
    ) -> list[cst.BaseStatement]:
        """`return await call_next(request)`."""
        call = self._call_of_app(line, self._sender(attempt), is_apart=False)
        return [call] if is_last else [call, self._return()]

    def _call_of_app(
        self, line: cst.BaseStatement, sender: str, *, is_apart: bool
    ) -> cst.BaseStatement:
        text = f"await self.app(scope, receive, {sender})\n"
        return calling(text, line, self._grammar, is_apart=is_apart)

    def _return(self) -> cst.BaseStatement:
        return self._grammar.statement("return\n")

    def _sender(self, attempt: Attempt | None) -> str:
        if attempt is None or not attempt.notes_start:
            return "send"
        attempt.senders += 1
        return self._words.wrapper

    def _respond(
        self,
        line: cst.BaseStatement,
        returned: cst.Return,
        attempt: Attempt | None,
        *,
        is_last: bool,
    ) -> list[cst.BaseStatement]:
        """`return JSONResponse(...)`."""
        value = returned.value
        if value is None or (isinstance(value, cst.Name) and value.value == "None"):
            raise Refusal("it may return no response")
        sender = "send"
        if attempt is not None and attempt.guards_sending:
            sender = self._sender(attempt)
        new: list[cst.BaseStatement] = []
        name = self._words.response
        if isinstance(value, cst.Name):
            name = value.value
        else:
            assign = cst.Assign([cst.AssignTarget(cst.Name(name))], value)
            kept = line.with_changes(body=[assign])
            assert isinstance(kept, cst.BaseStatement)
            new.append(kept)
        sending = self._grammar.statement(f"await {name}(scope, receive, {sender})\n")
        new.append(sending if new else with_lead(sending, lead(line)))
        return new if is_last else [*new, self._return()]

    def _follow(
        self,
        line: cst.BaseStatement,
        response: str,
        rest: Statements,
        attempt: Attempt | None,
        *,
        is_last: bool,
        is_first: bool,
    ) -> list[cst.BaseStatement]:
        """`response = await call_next(request)` and everything after it."""
        if self._has_call(*rest):
            raise Refusal("it calls `call_next` twice")
        leave = [] if is_last else [self._return()]
        if attempt is not None and not ends(rest):
            attempt.flow(response, rest)
            sender = self._words.wrapper if attempt.wrapper().is_needed else "send"
            return [self._call_of_app(line, sender, is_apart=False), *attempt.resets]
        notes_start = attempt is not None and attempt.notes_start
        after = after_call(rest, response, self._words, self._grammar, notes_start=notes_start)
        if attempt is not None and notes_start:
            attempt.take(after)
            call = self._call_of_app(line, self._words.wrapper, is_apart=False)
            return [call, *after.resets, *leave]
        wrapper = Wrapper(
            before=after.statements,
            comments=after.comments,
            needs_headers=after.needs_headers,
            needs_cookies=after.needs_cookies,
            later=after.resets,
        )
        if not wrapper.is_needed:
            return [self._call_of_app(line, "send", is_apart=False), *after.resets, *leave]
        call = self._call_of_app(line, self._words.wrapper, is_apart=True)
        return [self._place(wrapper, is_first=is_first), call, *after.resets, *leave]

    def _place(self, wrapper: Wrapper, *, is_first: bool = False) -> cst.BaseStatement:
        """The statement that stands for a wrapper until everything around it is known."""
        place = self._grammar.statement("pass\n")
        if not is_first:
            place = with_lead(place, set_apart(()))
        self.wrappers.append((place, wrapper))
        return place

    # Compound statements

    def _compound(
        self,
        statement: cst.BaseStatement,
        rest: Statements,
        attempt: Attempt | None,
        *,
        is_last: bool,
    ) -> cst.BaseStatement:
        match statement:
            case cst.If():
                self._check_branches(statement)
                return self._each_suite(statement, attempt, is_last=is_last)
            case cst.With():
                self._check_with(statement, rest)
                return self._each_suite(statement, attempt, is_last=is_last)
            case cst.Try():
                return self._quiet_try(statement, attempt, is_last=is_last)
            case cst.For() | cst.While() | cst.Match():
                return self._each_suite(statement, attempt, is_last=False)
            case _:
                raise Refusal("it returns from within a statement that is not known")

    def _each_suite(
        self, statement: cst.BaseStatement, attempt: Attempt | None, *, is_last: bool
    ) -> cst.BaseStatement:
        return with_suites(
            statement, lambda suite: self.suite(suite_of(suite), attempt, is_last=is_last)
        )

    def _check_branches(self, statement: cst.If) -> None:
        for suite in suites(statement):
            if self._keeps(suite) and not ends(suite_of(suite)):
                raise Refusal("it goes on after the `if` that `call_next` is called in")

    def _check_with(self, statement: cst.With, rest: Statements) -> None:
        self.lasting.add("with")
        if not self._has_call(statement):
            return
        if limits_time(statement):
            raise Refusal("it limits the time of `call_next`, which would end long responses")
        if rest or not ends(suite_of(statement.body)):
            raise Refusal("it goes on after the `with` that `call_next` is called in")

    def _quiet_try(
        self, statement: cst.Try, attempt: Attempt | None, *, is_last: bool
    ) -> cst.BaseStatement:
        """A `try` that returns responses of its own, with no `call_next` in its body."""
        check_blocks(statement, self._has_call)
        if [*returns_in(statement.body)] and catches_sending(statement):
            raise Refusal("it returns a response where its `except` would also catch sending it")
        if statement.finalbody is not None:
            self.lasting.add("finally")
        runs_on = is_last and statement.orelse is None
        body = self.suite(suite_of(statement.body), attempt, is_last=runs_on)
        return with_suites(
            statement,
            lambda suite: (
                self.suite(suite_of(suite), attempt, is_last=is_last)
                if suite is not statement.body
                else body
            ),
        )

    def _attempt(
        self,
        statement: cst.Try,
        rest: Statements,
        outer: Attempt | None,
        *,
        is_last: bool,
    ) -> list[cst.BaseStatement]:
        """A `try` around `call_next`, and what follows it."""
        if outer is not None:
            raise Refusal("it calls `call_next` in nested `try` blocks")
        check_blocks(statement, self._has_call)
        attempt = Attempt(
            statement, rest, self._words, self._grammar, keeps_response=self._keeps(statement.body)
        )
        ends_method = is_last and (attempt.is_open or not rest)
        runs_on = ends_method and (statement.orelse is None or attempt.moves_else)
        body = self.suite(suite_of(statement.body), attempt, is_last=runs_on)
        handlers = [self._handler(h, attempt, is_last=ends_method) for h in statement.handlers]
        new = statement.with_changes(
            body=block_of(statement.body, body),
            handlers=handlers,
            orelse=self._orelse(statement, attempt, is_last=ends_method),
            finalbody=self._finally(statement, attempt),
        )
        before = self._before_attempt(attempt)
        blocks: list[cst.BaseStatement] = [*before, new]
        if before:
            blocks[-1] = with_lead(new, set_apart(lead(statement)))
        if not new.handlers and new.finalbody is None:
            blocks[-1:] = body
        if attempt.is_open:
            return blocks if is_last else [*blocks, self._return()]
        return [*blocks, *self.suite(rest, None, is_last=is_last)]

    def _orelse(self, statement: cst.Try, attempt: Attempt, *, is_last: bool) -> cst.Else | None:
        orelse = statement.orelse
        if orelse is None or attempt.moves_else:
            return None
        body = self.suite(suite_of(orelse.body), None, is_last=is_last)
        return orelse.with_changes(body=block_of(orelse.body, body))

    def _finally(self, statement: cst.Try, attempt: Attempt) -> cst.Finally | None:
        finalbody = statement.finalbody
        if finalbody is None:
            return None
        kept = {self._calls[id(line)].kept_as for line in lines_in(statement.body)
                if id(line) in self._calls} - {None}  # fmt: skip
        body = attempt.finally_statements(next(iter(kept), None))
        if attempt.lasting:
            self.lasting.add("finally")
        return finalbody.with_changes(body=block_of(finalbody.body, body))

    def _before_attempt(self, attempt: Attempt) -> list[cst.BaseStatement]:
        wrapper = attempt.wrapper()
        if not wrapper.is_needed:
            return []
        noted = f"{self._words.started} = False\n" if wrapper.notes_start else ""
        finish = attempt.finish_function(is_annotated=self._is_annotated)
        self.finishing += finish
        return [*self._grammar.statements(noted), *finish, self._place(wrapper)]

    def _handler(
        self, handler: cst.ExceptHandler, attempt: Attempt, *, is_last: bool
    ) -> cst.ExceptHandler:
        """The handler, which lets pass what is raised once the response has started."""
        statements = suite_of(handler.body)
        own = attempt if attempt.measured else None
        new = self.suite(statements, own, is_last=is_last)
        if not ends(statements) and attempt.is_open:
            new = [*new, *attempt.own_response(statements)]
        if isinstance(small(statements[0]), cst.Raise):
            return handler.with_changes(body=block_of(handler.body, new))
        guard = self._grammar.statement(f"if {self._words.started}:\n    raise\n")
        return handler.with_changes(body=block_of(handler.body, [guard, *new]))
