"""The rows of the symbol search: what is known of a symbol, its type for people, and the part that matched. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from candledesk.ui.declared_options import Choice

if TYPE_CHECKING:
    from candledesk.cache.messages import SymbolFound
    from candledesk.domain.instrument import Instrument


class SymbolKind(Choice):
    """The types that the list can be limited to; the values are the provider's names of them (yahoo.md §7)."""

    ALL = "", "All"
    STOCK = "EQUITY", "Stocks"
    ETF = "ETF", "ETFs"
    INDEX = "INDEX", "Indices"
    FOREX = "CURRENCY", "Forex"
    CRYPTO = "CRYPTOCURRENCY", "Crypto"
    FUTURE = "FUTURE", "Futures"
    FUND = "MUTUALFUND", "Funds"

    def holds(self, quote_type: str) -> bool:
        """Return whether a symbol of a type belongs to this one."""
        return self is SymbolKind.ALL or self.value == quote_type


RATIO = "RATIO"
"""The type of a row that stands for the ratio of two symbols."""
_ONE = {
    "EQUITY": "Stock",
    "ETF": "ETF",
    "INDEX": "Index",
    "CURRENCY": "Forex",
    "CRYPTOCURRENCY": "Crypto",
    "FUTURE": "Future",
    "MUTUALFUND": "Fund",
    RATIO: "Ratio",
}


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """A symbol that can be opened; ``is_stored``: it is in the cache, ``exchange``: the usual name of it."""

    symbol: str
    name: str = ""
    exchange: str = ""
    quote_type: str = ""
    is_stored: bool = False

    @property
    def type_text(self) -> str:
        """The type for people: ``Stock``."""
        return _ONE.get(self.quote_type, self.quote_type.capitalize())

    @property
    def spoken(self) -> str:
        """The row as one text, for screen readers."""
        parts = (self.symbol, self.name, self.exchange, self.type_text, "stored" if self.is_stored else "")
        return ", ".join(part for part in parts if part)


def row_of(found: Instrument | SymbolFound, *, is_stored: bool) -> SymbolRow:
    """Return the row of a cached instrument, or of what the provider's search found."""
    return SymbolRow(
        found.symbol, found.name, found.exchange_name or found.exchange, found.quote_type, is_stored=is_stored
    )


def ratio_row(numerator: str, denominator: str) -> SymbolRow:
    """Return the row of a ratio that was typed."""
    return SymbolRow(f"{numerator}/{denominator}", f"{numerator} / {denominator} – ratio", "", RATIO)


def matched_part(text: str, query: str) -> tuple[int, int] | None:
    """Return start and end of ``query`` in a text, whatever the case; at the beginning of a word where there is one."""
    wanted = re.escape(query.strip())
    if not wanted:
        return None
    found = re.search(rf"(?<!\w){wanted}", text, re.IGNORECASE) or re.search(wanted, text, re.IGNORECASE)
    return None if found is None else found.span()
