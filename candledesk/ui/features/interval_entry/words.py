"""What a text typed over a chart means: an interval, the beginning of one, or a symbol. Pure."""

from __future__ import annotations

import re

from candledesk.domain.errors import InputError
from candledesk.domain.interval import Interval, typed_interval

EXAMPLES = "45 is 45 minutes · 2h · 3D · 2W · 6M · 1Y"
_TYPED = re.compile(r"([0-9]*)(m|mo|h|d|w|wk|y)?", re.IGNORECASE)
_LIMITS = {
    "m": (1_440, "There are at most 1440 minutes in a bar; 2D is two days."),
    "h": (24, "There are at most 24 hours in a bar; 2D is two days."),
    "d": (366, "There are at most 366 days in a bar; 2Y is two years."),
    "w": (53, "There are at most 53 weeks in a bar; 2Y is two years."),
    "y": (10, "There are at most 10 years in a bar."),
}
_NO_BAR = "A bar has at least one minute."
_MONTHS = "More than 12 months must be whole years: 24M, or 2Y."


def read_interval(text: str) -> Interval | None:
    """Return the interval that is typed, ``None`` when it is none."""
    try:
        return typed_interval(text)
    except InputError:
        return None


def begins_symbol(text: str) -> bool:
    """Return whether a text can only be a symbol: ``7203.``, ``1C``; a number with a unit is an interval."""
    return bool(text.strip()) and _TYPED.fullmatch(text.strip()) is None


def interval_problem(text: str) -> str:
    """Return why a text that is no symbol is no interval either, or examples for one that is not finished."""
    found = _TYPED.fullmatch(text.strip())
    if found is None or not found[1]:
        return EXAMPLES
    number, unit = int(found[1]), found[2] or "m"
    if number == 0:
        return _NO_BAR
    if unit.lower() == "mo" or unit == "M":
        return _MONTHS
    limit, words = _LIMITS[unit.lower()[0]]
    return words if number > limit else EXAMPLES
