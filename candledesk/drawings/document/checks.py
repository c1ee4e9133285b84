"""Checks of the parts of a JSON document; each returns the value or raises ``DocumentError`` with its path. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from candledesk.domain.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_DEPTH = 8
MAX_VALUES = 4_000
MAX_KEY_CHARS = 64
MAX_TEXT_CHARS = 4_000
MAX_BYTES = 48 * 1024  # of the JSON of a drawing, which must fit into one request (64 KiB)
MAX_PRICE = 1e15
FIRST_TIME = -8_520_336_000  # 1700-01-01
LAST_TIME = 7_258_118_400  # 2200-01-01
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")
_REFUSED = frozenset({"Cc", "Cf", "Cs"})  # control, invisible (bidi overrides, zero width) and lone surrogates
_KEPT = frozenset("\n\t\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")  # Persian, Indic scripts and emojis need them


def refuse(path: str, what: str) -> NoReturn:
    """Raise the error for the part at ``path``; ``what`` completes the sentence."""
    raise DocumentError(path, f"{path} {what}")


def as_object(value: object, path: str) -> Mapping[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        refuse(path, "must be a JSON object")
    return value


def as_array(value: object, path: str, most: int) -> Sequence[Any]:
    """Return a JSON array of at most ``most`` entries."""
    if not isinstance(value, list):
        refuse(path, "must be an array")
    if len(value) > most:
        refuse(path, f"may have at most {most:,} entries")
    return value


def as_number(value: object, path: str, low: float = -MAX_PRICE, high: float = MAX_PRICE) -> float:
    """Return a finite number between ``low`` and ``high``; a boolean is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(path, "must be a number")
    if not low <= value <= high:  # also NaN, which is never between two numbers, and a huge integer
        refuse(path, f"must be a number between {low:g} and {high:g}")
    return float(value)


def as_integer(value: object, path: str, low: int, high: int) -> int:
    """Return a whole number between ``low`` and ``high``."""
    number = as_number(value, path, low, high)
    if not number.is_integer():
        refuse(path, "must be a whole number")
    return int(number)


def as_flag(value: object, path: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        refuse(path, "must be true or false")
    return value


def as_word(value: object, path: str, pattern: re.Pattern[str], what: str) -> str:
    """Return a text that matches ``pattern`` wholly; ``what`` says what such a text is made of."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        refuse(path, f"must be {what}")
    return value


def as_choice(value: object, path: str, allowed: Sequence[str]) -> str:
    """Return one of the words ``allowed``."""
    if not isinstance(value, str) or value not in allowed:
        refuse(path, f"must be one of {' '.join(allowed)}")
    return value


def as_colour(value: object, path: str) -> str:
    """Return a colour, ``#rrggbb`` or ``#rrggbbaa``."""
    return as_word(value, path, _COLOUR, "a colour such as #2962ff or #2962ff33")


def readable_text(text: str) -> str:
    """Return what of a text that a person wrote can be stored: no control or invisible characters, not too long."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(char for char in text if _is_readable(char))[:MAX_TEXT_CHARS]


def as_text(value: object, path: str, limit: int = MAX_TEXT_CHARS) -> str:
    """Return a text of several lines in NFC; markup in it stays text, invisible characters are refused."""
    if not isinstance(value, str):
        refuse(path, "must be a text")
    if len(value) <= limit and not (value.isascii() and value.isprintable()):
        value = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))  # which may make it longer
        if not all(map(_is_readable, value)):
            refuse(path, "may hold readable characters and line ends only")
    if len(value) > limit:
        refuse(path, f"may have at most {limit:,} characters")
    return value


def _is_readable(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in _REFUSED


def check_size(value: object, path: str) -> None:
    """Refuse what is nested too deeply, holds too many values or too many bytes, or numbers that JSON lacks."""
    waiting: list[tuple[str, object, int]] = [(path, value, 0)]
    n_values = 0
    while waiting:
        where, one, depth = waiting.pop()
        n_values += 1
        if depth > MAX_DEPTH:
            refuse(where, f"is nested deeper than {MAX_DEPTH} times")
        if isinstance(one, float) and not math.isfinite(one):
            refuse(where, "must be a finite number")
        if isinstance(one, dict):
            waiting.extend((f"{where}.{_key(key, where)}", part, depth + 1) for key, part in one.items())
        elif isinstance(one, list):
            if len(one) > MAX_VALUES:
                refuse(where, f"may have at most {MAX_VALUES:,} entries")
            waiting.extend((f"{where}[{at}]", part, depth + 1) for at, part in enumerate(one))
        if len(waiting) + n_values > MAX_VALUES:
            refuse(path, f"may hold at most {MAX_VALUES:,} values")
    try:
        n_bytes = len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        refuse(path, "may hold readable texts and numbers of at most 64 bits only")
    if n_bytes > MAX_BYTES:
        refuse(path, f"may have at most {MAX_BYTES:,} bytes")


def _key(key: object, path: str) -> str:
    if not isinstance(key, str) or len(key) > MAX_KEY_CHARS:
        refuse(path, f"may have keys of at most {MAX_KEY_CHARS} characters")
    return key
