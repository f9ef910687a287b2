"""Extraction as one process does it: some files in, and for each what was found, ready to be kept.

A cache entry does not hold the file's name: the same content has the same facts wherever it lies.
"""

from __future__ import annotations

# ruff: noqa: TC001 - msgspec reads the annotations
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from asgi_lint.analysis.crashes import Crash, Crashes, ends_the_run, of_file, of_rule
from asgi_lint.diagnostics import Span
from asgi_lint.model import extract as module
from asgi_lint.model.facts import FileFacts
from asgi_lint.model.function_tree import NotReadError
from asgi_lint.model.syntax_tree import SyntaxProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.rule import Rule


class Extracted(msgspec.Struct, frozen=True, array_like=True):
    """What one file says: its facts, or why it cannot be parsed. `crashes` are bugs of ours."""

    facts: FileFacts | None
    message: str = ""
    span: Span | None = None
    crashes: tuple[Crash, ...] = ()

    def encoded(self) -> bytes | None:
        """As bytes; None for what they cannot hold."""
        nameless = self
        if self.facts is not None:
            facts = msgspec.structs.replace(self.facts, filename="")
            nameless = msgspec.structs.replace(self, facts=facts)
        try:
            return _encoder().encode(nameless)
        except (OverflowError, UnicodeEncodeError):
            return None


def decode(blob: bytes) -> Extracted | None:
    """What `encoded` wrote; None for anything else."""
    try:
        return _decoder().decode(blob)
    except msgspec.MsgspecError:
        return None


def extract_all(
    files: Iterable[tuple[str, str]], rules: Iterable[Rule]
) -> list[tuple[str, Extracted]]:
    """What each file says, given by its name and text; call it within `with_deep_stack`."""
    rules = tuple(rules)
    return [(filename, _extracted(filename, text, rules)) for filename, text in files]


def _extracted(filename: str, text: str, rules: Iterable[Rule]) -> Extracted:
    crashes = Crashes()
    found: FileFacts | SyntaxProblem | None = None
    with crashes.of(of_file(filename)):
        asked = {each: rule for rule in rules for each in rule.extractors}
        extractors = [_guarded(rule, each, filename, crashes) for each, rule in asked.items()]
        found = module.extract(text, filename, extractors)
    if isinstance(found, SyntaxProblem):
        return Extracted(None, found.message, found.span, crashes.noted)
    return Extracted(found, crashes=crashes.noted)


def _guarded(
    rule: Rule,
    extract: Callable[[FunctionTree], Iterator[Candidate]],
    filename: str,
    crashes: Crashes,
) -> Callable[[FunctionTree], list[Candidate]]:
    """The rule's extractor; where it fails it finds no more."""

    def guarded(tree: FunctionTree) -> list[Candidate]:
        found: list[Candidate] = []
        # Called for each function and rule: two context managers would cost more than most rules.
        try:
            found.extend(extract(tree))
        except NotReadError:
            pass
        except BaseException as error:
            if ends_the_run(error):
                raise
            crashes.caught(of_rule(rule, filename))
        return found

    return guarded


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def _decoder() -> msgspec.msgpack.Decoder[Extracted]:
    return msgspec.msgpack.Decoder(Extracted)
