"""Ways in which a file may be damaged, for `fuzz.py` and the tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
_BYTES = b"\0\t\n\r\f\\'\"#(){}[]:;,.=@*\xc3\xe2\xff\xef\xbb\xbf"


def damaged(content: bytes, other: bytes, chance: Random) -> bytes:
    """One to three kinds of damage, one after the other; `other` lends some of its content."""
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(_KINDS)(content, other, chance)
    return content


def _cut(content: bytes, other: bytes, chance: Random) -> bytes:  # noqa: ARG001
    """The file up to some byte, or without some stretch."""
    start = chance.randrange(len(content) + 1)
    end = len(content) if chance.random() < 0.5 else start + chance.randrange(200)
    return content[:start] + content[end:]


def _other_bytes(content: bytes, other: bytes, chance: Random) -> bytes:  # noqa: ARG001
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8) if changed else 0):
        any_byte = chance.randrange(256)
        changed[chance.randrange(len(changed))] = chance.choice([any_byte, chance.choice(_BYTES)])
    return bytes(changed)


def _other_tokens(content: bytes, other: bytes, chance: Random) -> bytes:
    """Tokens that are swapped, said twice, left out or taken from elsewhere."""
    tokens = _TOKEN.findall(content)
    others = _TOKEN.findall(other) or [b"x"]
    for _ in range(chance.randint(1, 6) if tokens else 0):
        one, two = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(4):
            case 0:
                tokens[one], tokens[two] = tokens[two], tokens[one]
            case 1:
                tokens[one] *= 2
            case 2:
                tokens[one] = b""
            case _:
                tokens[one] = chance.choice(others)
    return b"".join(tokens)


def _other_lines(content: bytes, other: bytes, chance: Random) -> bytes:
    """Lines that are moved, said twice, left out or taken from elsewhere, one or several."""
    lines = content.splitlines(keepends=True)
    others = other.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    end = start + chance.randint(1, 12)
    place = chance.randrange(len(lines) + 1)
    match chance.randrange(4):
        case 0:
            lines[start:end], moved = [], lines[start:end]
            lines[place:place] = moved
        case 1:
            lines[place:place] = lines[start:end]
        case 2:
            del lines[start:end]
        case _:
            first = chance.randrange(len(others) + 1)
            lines[place:place] = others[first : first + chance.randint(1, 12)]
    return b"".join(lines)


def _other_indentation(content: bytes, other: bytes, chance: Random) -> bytes:  # noqa: ARG001
    lines = content.splitlines(keepends=True)
    start = chance.randrange(len(lines) + 1)
    by = chance.choice([b"    ", b"\t", b" ", b""])
    for row in range(start, min(len(lines), start + chance.randint(1, 12))):
        lines[row] = by + (lines[row] if by else lines[row].removeprefix(b"    "))
    return b"".join(lines)


def _other_endings(content: bytes, other: bytes, chance: Random) -> bytes:  # noqa: ARG001
    """Other ends of lines, of the file, another encoding."""
    match chance.randrange(4):
        case 0:
            return content.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\\\n", b"\f\n"]))
        case 1:
            return content.rstrip() + chance.choice([b"", b"\\", b"#", b"\n\n\n", b"\x1a"])
        case 2:
            return b"\xef\xbb\xbf" + content
        case _:
            return b"# coding: " + chance.choice([b"latin-1", b"utf-7", b"x"]) + b"\n" + content


_KINDS: tuple[Callable[[bytes, bytes, Random], bytes], ...] = (
    _cut,
    _other_bytes,
    _other_tokens,
    _other_tokens,
    _other_lines,
    _other_lines,
    _other_indentation,
    _other_endings,
)
