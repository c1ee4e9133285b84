"""Oddities: the reasons for which a stored bar is flagged (DESIGN.md, rule 2). A flag never makes a span a gap."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Oddity(IntFlag):
    """Reasons for which a stored bar is flagged ``odd``; a bar may have several.

    The numbers are stored in the database and never change their meaning.
    """

    OPEN_OUTSIDE = 1  # the open lies above the high or below the low, as for mid prices of thin shares (yahoo.md §4.17)
    CLOSE_OUTSIDE = 2  # the close lies above the high or below the low
    OPEN_UNKNOWN = 4  # the open was sent as 0 or not at all (yahoo.md §4.5)
    RANGE_UNKNOWN = 8  # the high or the low was sent as 0 or not at all
    NON_POSITIVE = 16  # a real price at or below zero (oil in April 2020), not a missing value
    CROSSED = 32  # the high was sent below the low
    JUMP = 64  # a price far from its neighbours, which the next bars do not confirm
    UNIT = 128  # sent in the other unit of the currency (pence and pounds) and read in the instrument's own
    SESSION = 256  # a bar of a session, or of hours, that the venue's calendar lacks
    BASIS = 512  # sent without the adjustment for a split that the provider states, and read with it


_TOKENS: dict[Oddity, tuple[str, str]] = {
    Oddity.OPEN_OUTSIDE: ("open_outside", "open outside low and high"),
    Oddity.CLOSE_OUTSIDE: ("close_outside", "close outside low and high"),
    Oddity.OPEN_UNKNOWN: ("open_unknown", "open unknown"),
    Oddity.RANGE_UNKNOWN: ("range_unknown", "high or low unknown"),
    Oddity.NON_POSITIVE: ("non_positive", "price at or below zero"),
    Oddity.CROSSED: ("crossed", "high below low"),
    Oddity.JUMP: ("jump", "price far from its neighbours"),
    Oddity.UNIT: ("unit", "sent in the other unit of the currency, converted"),
    Oddity.SESSION: ("session", "session that the calendar lacks"),
    Oddity.BASIS: ("basis", "sent without a split's adjustment, adjusted"),
}


def odd_tokens(flags: int) -> str:
    """Return the reasons as the tokens of the API and of exported files, separated by blanks; empty without flags."""
    return " ".join(token for oddity, (token, _) in _TOKENS.items() if flags & oddity)


def odd_text(flags: int) -> str:
    """Return the reasons in words for people, separated by semicolons; empty without flags."""
    return "; ".join(words for oddity, (_, words) in _TOKENS.items() if flags & oddity)


def parse_tokens(text: str) -> int:
    """Return the flags of a text made by ``odd_tokens``; unknown tokens (of a newer version) are ignored."""
    given = set(text.split())
    return sum(oddity for oddity, (token, _) in _TOKENS.items() if token in given)


def count_tokens(counts: Mapping[int, int]) -> dict[str, int]:
    """Return how many bars have each reason, by its token; ``counts``: the number of bars by their flags."""
    found = {token: sum(n for flags, n in counts.items() if flags & oddity) for oddity, (token, _) in _TOKENS.items()}
    return {token: n for token, n in found.items() if n}
