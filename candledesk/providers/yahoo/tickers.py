"""What the form of a Yahoo ticker shows before anything is known of the instrument (yahoo.md §4.11, §7)."""

from __future__ import annotations

import re

# BTC-USD, ETH-EUR, USDT-USD; classes of shares (BRK-B) and preferred shares (BAC-PL) have one or two letters.
_COIN = re.compile(r"[A-Z0-9]+-[A-Z]{3,4}")
_ALL_DAY_SUFFIXES = ("=X", "=F")  # currencies and futures


def is_likely_24h(symbol: str) -> bool:
    """Tell whether the form of a ticker is that of a coin, a currency or a future, which trade around the clock."""
    name = symbol.upper()
    return name.endswith(_ALL_DAY_SUFFIXES) or _COIN.fullmatch(name) is not None
