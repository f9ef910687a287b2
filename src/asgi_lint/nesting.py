"""Whether LibCST reads a text within bounds, told from its tokens before it is asked.

Measured with LibCST 1.9: the time for an expression grows with the square of its depth (4,000 terms
of a sum take 12 s, 4,000 nested lambdas 3 GB), doubles with each bracket of a pattern, and of a
`del` that is not closed, and comes to 45 µs for each token of flat code.
"""

from __future__ import annotations

import re

DEEP = "nested too deeply"
LONG = "too long"

_MOST_TOKENS = 100_000
"""5 s of LibCST, 10,000 lines as people write them."""

_MOST_EFFORT = 4_000_000
"""The sum of the squares of depths: about 2 s of LibCST."""

_ORDINARY = 100
"""Depths up to which an expression is not counted: it takes some milliseconds."""

_SHORT = 1_000
"""Characters up to which nothing takes LibCST as long as half a second."""

_PATTERN_BRACKETS = {"case": 12, "del": 16}
"""Statements whose brackets LibCST tries anew from each level, and how many it may have."""

_FORMATTED = r"""(?P<formatted>(?i:[ft]r?|r[ft])(?:'''(?:\\.|[^\\])*?(?:'''|\Z)"""
_FORMATTED += r'''|"""(?:\\.|[^\\])*?(?:"""|\Z)|'(?:\\.|[^\\'\n])*'?|"(?:\\.|[^\\"\n])*"?))'''
_PLAIN = r"""(?i:[bu]?r?|rb)(?:'''(?:\\.|[^\\])*?(?:'''|\Z)"""
_PLAIN += r'''|"""(?:\\.|[^\\])*?(?:"""|\Z)|'(?:\\.|[^\\'\n])*'?|"(?:\\.|[^\\"\n])*"?)'''
_TOKEN = re.compile(
    rf"{_FORMATTED}|(?P<other>{_PLAIN})|(?P<skipped>\#[^\n]*|\\\n|[^\S\n]+)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;])|(?P<line>\n)|(?P<word>\w+)|(?P<sign>[^\w\s])",
    re.DOTALL,
)
_FIELD = re.compile(r"\{([^{}]+)\}")
_DEPTH_OF_WORD = {"and": 1, "or": 1, "not": 1, "await": 1, "in": 1, "is": 1, "if": 2, "lambda": 2}
_DEPTH_OF_BRACKET = 5
_DEPTH_OF_CLOSED_BRACKET = 2


def out_of_bounds(text: str) -> str:
    """`DEEP` or `LONG` for what LibCST would take too much time or memory for, else ""."""
    if len(text) <= _SHORT and not any(word in text for word in _PATTERN_BRACKETS):
        return ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    measure = _Measure()
    tokens = 0
    for token in _TOKEN.finditer(text):
        tokens += token.lastgroup != "skipped"
        if tokens > _MOST_TOKENS:
            return LONG
        if not measure.goes_on(token):
            return DEEP
    return DEEP if measure.effort_at_end > _MOST_EFFORT else ""


class _Measure:
    """The depth of the expression that is being read, by open bracket, and the effort so far."""

    def __init__(self) -> None:
        self._levels = [0]
        self._below = 0
        self._deepest = 0
        self._effort = 0
        self._most_brackets = 0
        self._is_first = True
        self._after_bracket = False

    @property
    def effort_at_end(self) -> int:
        """The effort when the last statement is done, too."""
        return self._effort + self._effort_of_statement

    @property
    def _effort_of_statement(self) -> int:
        return self._deepest**2 if self._deepest > _ORDINARY else 0

    def goes_on(self, token: re.Match[str]) -> bool:
        """Whether the bounds hold with that token, too."""
        levels = self._levels
        match kind := token.lastgroup:
            case "skipped":
                return True
            case "open":
                depth = 1 if self._after_bracket and token[0] == "(" else _DEPTH_OF_BRACKET
                levels[-1] += depth
                self._below += levels[-1]
                levels.append(0)
                if self._most_brackets and len(levels) > self._most_brackets:
                    return False
            case "close" if len(levels) > 1:
                levels.pop()
                self._below -= levels[-1]
                levels[-1] -= _DEPTH_OF_BRACKET - _DEPTH_OF_CLOSED_BRACKET
            case "line" if len(levels) == 1:
                self._end_statement()
            case "end":
                levels[-1] = 0
                if token[0] == ";" and len(levels) == 1:
                    self._end_statement()
            case "word":
                levels[-1] += _DEPTH_OF_WORD.get(token[0], 0)
                if self._is_first:
                    self._most_brackets = _PATTERN_BRACKETS.get(token[0], 0)
            case "sign":
                levels[-1] += 1
            case "formatted":
                levels[-1] += max(map(_depth_of_field, _FIELD.findall(token[0])), default=0)
            case _:
                pass
        self._after_bracket = kind == "open"
        self._is_first = kind == "line" and len(levels) == 1
        self._deepest = max(self._deepest, self._below + levels[-1])
        return self._deepest**2 <= _MOST_EFFORT and self._effort <= _MOST_EFFORT

    def _end_statement(self) -> None:
        self._effort += self._effort_of_statement
        self._levels[-1] = self._deepest = self._most_brackets = 0


def _depth_of_field(text: str) -> int:
    """The depth of what stands between the braces of an f-string, at the most."""
    return sum(not character.isalnum() for character in text)
