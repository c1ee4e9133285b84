"""Whether a symbol still names the company that its stored bars are of, and what the former one is called then."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from candledesk.domain.instrument import MAX_SYMBOL_CHARS
from candledesk.domain.interval import DAY_S
from candledesk.domain.texts import MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Container

    from candledesk.domain.instrument import Instrument

# What a company's name gains, loses or spells otherwise without becoming another's.
_LEGAL_FORMS = (
    "ab adr ads ag as asa bhd class co common company corp corporation de gmbh group holding holdings inc incorporated"
    " kgaa limited llc lp ltd nv ord ordinary oyj plc pt public reit sa sab se share shares spa sponsored stock tbk the"
    " trust units"
)
_SAME_SPELLING = 0.8  # of difflib: abbreviations and corrected letters; other names of companies seldom reach 0.7
_SAME_LISTING_S = 7 * DAY_S  # first trades that lie closer may be one that was corrected
_CUT_CHARS = 20  # Yahoo's short names end after about 30 characters: so long a beginning is the same name


def is_other_company(
    stored: Instrument, answered: Instrument, newest_open_time: int | None, *, is_priced_otherwise: bool = False
) -> bool:
    """Tell whether the answer is about another company than the stored bars of its symbol.

    The name must be another one, and the first trade too: one after ``newest_open_time``, the open of the newest stored
    bar (UTC seconds, ``None`` without bars), since a company cannot have bars from before it traded; or any other one
    where the same bars have prices that no split explains (``is_priced_otherwise``). A company that was renamed keeps
    its first trade, and a corrected first trade keeps the name; a name or a date that is not stated says nothing.
    """
    first, previous = answered.first_open_time, stored.first_open_time
    if newest_open_time is None or first is None or not stored.name or not answered.name:
        return False
    is_other_date = previous is not None and abs(first - previous) > _SAME_LISTING_S
    if first <= newest_open_time and not (is_priced_otherwise and is_other_date):
        return False
    return not is_same_name(stored.name, answered.name)


def is_same_name(one: str, other: str) -> bool:
    """Tell whether two names are one company's: legal forms, punctuation, accents, case and spelling may differ."""
    first, second = _essence(one), _essence(other)
    if not first or not second or first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= _CUT_CHARS and longer.startswith(shorter):
        return True
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _SAME_SPELLING


def retired_symbol(symbol: str, until: int, taken: Container[str]) -> str:
    """Return the symbol under which a former company's bars stay: ``XYZ_2026-11-28``, its last day.

    ``until``: UTC seconds. The grammar of symbols allows 32 characters: a longer one is cut, and a number is added to
    what is in ``taken`` already.
    """
    day = _day(until)
    for number in range(1, 1_000):
        ending = f"_{day}" if number == 1 else f"_{day}_{number}"
        name = symbol[: MAX_SYMBOL_CHARS - len(ending)] + ending
        if name not in taken:
            return name
    raise ValueError(f"no symbol is left for the former {symbol}")  # a thousand companies on one day


def retired_name(symbol: str, name: str, until: int) -> str:
    """Return the former company's own name with what it was traded as: ``Old Mines Ltd (XYZ until 2026-11-28)``."""
    ending = f" ({symbol} until {_day(until)})"
    return (name[: MAX_CHARS - len(ending)] + ending).lstrip()


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def _essence(name: str) -> str:
    """Return a name's words in small letters without accents, punctuation and legal forms."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    bare = bare.casefold().replace("&", " and ").replace(".", "").replace("'", "").replace("’", "")
    words = re.findall(r"\w+", bare)
    legal_forms = _LEGAL_FORMS.split()
    kept = [word for word in words if word not in legal_forms]
    return " ".join(kept or words)
