"""One file's text to Python's own syntax tree, or to why there is none."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from asgi_lint.diagnostics import FILE_START, Position, Span


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a file cannot be parsed, in one sentence, and where."""

    message: str
    span: Span


TOO_DEEP = SyntaxProblem("This file is nested too deeply to be analysed.", FILE_START)


def syntax_tree(text: str) -> ast.Module | SyntaxProblem:
    """The syntax tree of a file; call it within `deep_stack.with_deep_stack`.

    The running Python's parser is by far the fastest, but knows only its own grammar: what it
    refuses LibCST may still read. Where both do, CPython's message and place are the better ones.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return _second_opinion(text, error)


def _second_opinion(text: str, stated: Exception) -> ast.Module | SyntaxProblem:
    import libcst as cst

    from asgi_lint.model.newer_syntax import converted
    from asgi_lint.nesting import out_of_bounds

    why = out_of_bounds(text)
    if why and _is_limit(stated):
        return SyntaxProblem(f"This file is {why} to be analysed.", FILE_START)
    if why:
        return _stated_problem(stated, 1, 1)
    try:
        return converted(cst.parse_module(text), text)
    except RecursionError:
        return TOO_DEEP
    except cst.ParserSyntaxError as error:
        return _stated_problem(stated, error.raw_line, error.raw_column + 1)
    except (SyntaxError, ValueError):  # of a literal, whose insides no grammar knows
        return _stated_problem(stated, 1, 1)


def _is_limit(stated: Exception) -> bool:
    """Whether the running Python has met a limit of its own, and not a mistake in the file."""
    return not isinstance(stated, (SyntaxError, ValueError)) or "too many" in str(stated)


def _stated_problem(stated: Exception, row: int, column: int) -> SyntaxProblem:
    """What CPython said, at the place that it named, or else at the given one."""
    if isinstance(stated, SyntaxError):
        message = f"This is not valid Python: {stated.msg}."
        return _problem(message, stated.lineno or 1, stated.offset or 1)
    return _problem(f"This file cannot be analysed: {stated}.", row, column)


def _problem(message: str, row: int, column: int) -> SyntaxProblem:
    place = Position(max(row, 1), max(column, 1))
    return SyntaxProblem(message, Span(place, place))
