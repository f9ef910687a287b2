"""What a character is outside Python: cells on a terminal, UTF-16 units, or something harmful.

Source text is shown to people and read by programs, so whatever could steer a terminal, reorder
a line or break an encoder is replaced by a visible sign.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from array import array

TAB_STOP = 4
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_LINES = re.compile(r"[^\r\n\t]+")
# Marks that reorder the text around them: shown as they are, a line could seem to say something
# else than Python reads (https://trojansource.codes).
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What `json.dumps` writes as it is, and a terminal or a reader of lines may obey.
_UNSEEN = re.compile(f"[\x7f-\x9f\u2028\u2029{''.join(sorted(_REORDERING))}]")


def well_formed(text: str) -> str:
    """`text` that every encoder accepts: a lone surrogate becomes U+FFFD."""
    return _SURROGATE.sub(_REPLACEMENT, text)


def as_json(value: object, *, indent: int | None = None) -> str:
    """JSON for programs, which is as safe on a terminal: what is not visible is an escape in it."""
    written = json.dumps(value, indent=indent, ensure_ascii=False)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", well_formed(written))


def visible(text: str) -> str:
    """`text` that is safe on a terminal: control characters become their pictures, such as ␛."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_visible_character, text))


def visible_lines(text: str) -> str:
    """`visible` text that keeps its line ends and tabs, for what escapes them itself."""
    return _LINES.sub(lambda found: visible(found[0]), text)


def width(text: str) -> int:
    """How many terminal cells `text` fills."""
    if _PLAIN.fullmatch(text):
        return len(text)
    return sum(map(_cells, text))


def cells(line: str) -> list[tuple[str, int]]:
    """Each character of a line of code as it is shown, with its width; a tab becomes spaces."""
    if _PLAIN.fullmatch(line):
        return [(character, 1) for character in line]
    shown: list[tuple[str, int]] = []
    column = 0
    for character in line:
        if character == "\t":
            size = TAB_STOP - column % TAB_STOP
            shown.append((" " * size, size))
        else:
            sign = _visible_character(character)
            size = _cells(sign)
            shown.append((sign, size))
        column += size
    return shown


def utf16_units(text: str) -> array[int]:
    """The UTF-16 code units of `text`, as JavaScript counts a string."""
    encoding = f"utf-16-{'le' if sys.byteorder == 'little' else 'be'}"
    return array("H", text.encode(encoding, "surrogatepass"))


def _visible_character(character: str) -> str:
    point = ord(character)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if character in _REORDERING or 0x80 <= point < 0xA0 or 0xD800 <= point < 0xE000:
        return _REPLACEMENT
    if point in {0x2028, 0x2029}:
        return _REPLACEMENT
    return character


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1 if character != "\u00ad" else 0
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
