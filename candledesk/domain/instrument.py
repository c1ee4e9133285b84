"""What a symbol is: the instrument, its venue and the rule for spelling symbols."""

from __future__ import annotations

import re
from dataclasses import dataclass

from candledesk.domain.errors import InputError

_SYMBOL = re.compile(r"[A-Z0-9.\-=^&_]{1,32}")  # INTERFACE.md: Yahoo's tickers


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol with the facts that its provider states.

    ``exchange``: the provider's exchange code (``NMS``, ``LSE``, ``CCC`` …); ``quote_type``: ``EQUITY``, ``ETF``,
    ``INDEX``, ``MUTUALFUND``, ``CRYPTOCURRENCY``, ``CURRENCY`` or ``FUTURE``; ``tz``: IANA zone of the exchange;
    ``currency`` as stated (``GBp`` is pence); ``price_decimals``: digits to show; ``first_open_time``: UTC seconds of
    the first trade, ``None`` when unknown.
    """

    symbol: str
    exchange: str
    quote_type: str
    tz: str
    currency: str | None
    price_decimals: int
    first_open_time: int | None
    name: str = ""


def parse_symbol(text: str) -> str:
    """Return the symbol upper-cased; raise ``InputError`` for anything that no Yahoo ticker can be."""
    symbol = text.strip().upper()
    if not _SYMBOL.fullmatch(symbol):
        msg = f"Not a symbol: {text!r}. Yahoo's tickers have 1 to 32 of A-Z 0-9 . - = ^ & _ (AAPL, 7203.T, BTC-USD)"
        raise InputError("symbol", msg)
    return symbol
