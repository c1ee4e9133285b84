"""Detects that a symbol has passed to another company, and names the symbol of the previous one."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from candledesk.domain.interval import DAY_S
from candledesk.domain.symbols import MAX_SYMBOL_CHARS
from candledesk.domain.texts import MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Container

    from candledesk.domain.instrument import Instrument

# Words that may be added to or missing in the name of the same company.
_RETIRED = re.compile(r"_\d{4}-\d{2}-\d{2}(_\d{1,3})?$")
_LEGAL_FORMS = (
    "ab adr ads ag as asa bhd class co common company corp corporation de gmbh group holding holdings inc incorporated"
    " kgaa limited llc lp ltd nv ord ordinary oyj plc pt public reit sa sab se share shares spa sponsored stock tbk the"
    " trust units"
)
_SAME_SPELLING = 0.8  # difflib ratio of abbreviations and corrected letters; names of two companies rarely reach 0.7
_SAME_LISTING_S = 7 * DAY_S  # first trades that are closer may be corrections of the same one
_CUT_CHARS = 20  # names may be cut after about 30 characters; with so long a common beginning they are the same


def is_other_company(
    stored: Instrument, answered: Instrument, newest_open_time: int | None, *, is_priced_otherwise: bool = False
) -> bool:
    """Tell whether the answer is about another company than the stored bars of its symbol.

    Both the name and the first trade must be different. The first trade must be after ``newest_open_time``, the open of
    the newest stored bar (UTC seconds, ``None`` without bars), because a company has no bars from before its first
    trade. With ``is_priced_otherwise`` (the same bars have prices that no split explains) any other first trade is
    enough. A renamed company keeps its first trade, and a corrected first trade comes with the same name. Returns
    ``False`` when a name or a date is missing.
    """
    first, previous = answered.first_open_time, stored.first_open_time
    if newest_open_time is None or first is None or not stored.name or not answered.name:
        return False
    is_other_date = previous is not None and abs(first - previous) > _SAME_LISTING_S
    if first <= newest_open_time and not (is_priced_otherwise and is_other_date):
        return False
    return not is_same_name(stored.name, answered.name)


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names are of one company; legal form, punctuation, accents, case and spelling may differ."""
    first, second = _normalised_name(one), _normalised_name(other)
    if not first or not second or first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= _CUT_CHARS and longer.startswith(shorter):
        return True
    from difflib import SequenceMatcher

    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _SAME_SPELLING


def retired_symbol(symbol: str, until: int, taken: Container[str]) -> str:
    """Return the new symbol for the bars of the previous company: ``XYZ_2026-11-28``, with its last day.

    ``until``: UTC seconds of that day. The symbol is cut so that the result has at most 32 characters, and gets a
    number when it is in ``taken`` already.
    """
    day = _day(until)
    for number in range(1, 1_000):
        ending = f"_{day}" if number == 1 else f"_{day}_{number}"
        name = symbol[: MAX_SYMBOL_CHARS - len(ending)] + ending
        if name not in taken:
            return name
    raise ValueError(f"no symbol is left for the former {symbol}")  # a thousand companies on one day


def is_retired(symbol: str) -> bool:
    """Return whether a symbol is one that ``retired_symbol`` made: no provider has its bars any more."""
    return _RETIRED.search(symbol) is not None


def retired_name(symbol: str, name: str, until: int) -> str:
    """Return the previous company's name with its old symbol: ``Old Mines Ltd (XYZ until 2026-11-28)``."""
    ending = f" ({symbol} until {_day(until)})"
    return (name[: MAX_CHARS - len(ending)] + ending).lstrip()


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def _normalised_name(name: str) -> str:
    """Return the words of a name in lower case without accents, punctuation and legal forms."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    bare = bare.casefold().replace("&", " and ").replace(".", "").replace("'", "").replace("’", "")
    words = re.findall(r"\w+", bare)
    legal_forms = _LEGAL_FORMS.split()
    kept = [word for word in words if word not in legal_forms]
    return " ".join(kept or words)
