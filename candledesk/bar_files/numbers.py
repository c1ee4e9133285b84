"""Numbers as people and programs write them: 1,234.50 and 1.234,50, with currency signs and 1.2M (pure)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

EMPTY = frozenset({"", "-", "--", "–", "null", "none", "nan", "n/a", "na", "#n/a"})
"""Texts, in lower case, that stand for no value."""
_DIGITS = frozenset("0123456789")
_DECORATION = re.compile(r"[\s'’$€£¥%]|USD|EUR")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_GROUPED = {",": re.compile(r"[+-]?\d{1,3}(,\d{3})+"), ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+")}
_FACTORS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "mio": 1e6, "mrd": 1e9, "tsd": 1e3}
_SUFFIX = re.compile(r"(?<=[\d.,])(k|m|b|t|mio|mrd|tsd)\.?$", re.IGNORECASE)


def decimal_mark(text: str) -> str | None:
    """Return ``.`` or ``,`` where a number shows which of them begins its decimals, ``None`` where it does not.

    1.234,5 and 12,5 show a comma; 1,234.5, 12.5 and 1,234,567 a point; 1,234 and 1.234 show nothing.
    """
    bare = _bare(text)
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        last = max(bare.rfind("."), bare.rfind(","))
        return bare[last]
    mark, other, n = ("." if points else ","), ("," if points else "."), points + commas
    if not n:
        return None
    if n > 1:
        return other if _GROUPED[mark].fullmatch(bare) else None
    whole, _, decimals = bare.lstrip("+-").partition(mark)
    is_group = len(decimals) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0")  # noqa: PLR2004 - thousands
    return None if is_group else mark


def read_number(text: str, mark: str) -> float:
    """Return a number whose decimals begin with ``mark``, NaN of an empty one; ``ValueError`` for anything else."""
    if mark == "." and text[:1] in _DIGITS and text.isascii() and "_" not in text:  # as most are: much faster
        try:
            return float(text)
        except ValueError:
            pass
    if text.strip().lower() in EMPTY:
        return math.nan
    bare, factor = _bare(text), 1.0
    suffix = _SUFFIX.search(bare)
    if suffix is not None:
        factor, bare = _FACTORS[suffix[1].lower()], bare[: suffix.start()]
    group = "," if mark == "." else "."
    whole, point, decimals = bare.partition(mark)
    if group in whole and not _GROUPED[group].fullmatch(whole):
        raise ValueError(f"{text!r} is not a number with {mark!r} before its decimals")
    plain = whole.replace(group, "") + (f".{decimals}" if point else "")
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is not a number")
    return float(plain) * factor


def marks_of(texts: Iterable[str]) -> set[str]:
    """Return the marks that these numbers show."""
    return {mark for text in texts if (mark := decimal_mark(text)) is not None}


def is_unclear(text: str) -> bool:
    """Tell whether a number is another one by either mark: 1,234 and 1.234."""
    bare = _bare(text)
    return any(mark in bare for mark in ".,") and decimal_mark(text) is None


def _bare(text: str) -> str:
    return _DECORATION.sub("", text.replace("\N{MINUS SIGN}", "-"))
