"""The ratio of two series: its spelling ``AAPL/SPY``, and its bars, which are made whenever they are read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.compare.alignment import align
from candledesk.domain.symbols import SYMBOL_PATTERN, parse_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.compare.alignment import BarTimes
    from candledesk.domain.interval import Interval

_SIGN = "/"
CHARTED_PATTERN = rf"^({SYMBOL_PATTERN[1:-1]}/)?{SYMBOL_PATTERN[1:-1]}$"
"""The texts that ``parse_charted`` accepts, as a regular expression for schemas."""


def parse_ratio(text: str) -> tuple[str, str] | None:
    """Return the symbols of a ratio as ``parse_symbol`` spells them: ``aapl/SPY`` is ``("AAPL", "SPY")``.

    ``None`` for a text without ``/``. Raises ``InputError`` when a part is not a symbol.
    """
    if _SIGN not in text:
        return None
    numerator, _, denominator = text.partition(_SIGN)
    return parse_symbol(numerator), parse_symbol(denominator)


def parse_charted(text: str) -> str:
    """Return the spelling of what a chart can show: a symbol or a ratio of two. Raises ``InputError``."""
    ratio = parse_ratio(text)
    return parse_symbol(text) if ratio is None else _SIGN.join(ratio)


def is_ratio(symbol: str) -> bool:
    """Tell whether a symbol in the spelling of ``parse_charted`` is a ratio."""
    return _SIGN in symbol


def symbols_of(symbol: str) -> tuple[str, ...]:
    """Return the stored symbols that a chart of ``symbol`` is made of: itself, or both of a ratio."""
    return tuple(symbol.split(_SIGN))


def stored_series(series: Sequence[tuple[str, Interval]]) -> list[tuple[str, Interval]]:
    """Return the series in their order, with both of a ratio's in its place."""
    return [(part, interval) for symbol, interval in series for part in symbols_of(symbol)]


def pair_bars(numerator: BarTimes, denominator: BarTimes) -> tuple[IntArray, IntArray]:
    """Return the indexes of the bars that make a ratio's bars, int64 ``(m,)`` each.

    These are the numerator's bars beside which the denominator has a bar of its own; nothing is carried over.
    """
    beside = align(numerator, denominator)
    rows = np.flatnonzero(beside.is_own)
    return rows, beside.index[rows]


def divide_bars(numerator: Bars, denominator: Bars) -> Bars:
    """Return the ratio of equally many bars, with the numerator's times and without volume.

    Open and close are the ratios of opens and closes. The true high and low are unknown, because the two highs need not
    come at the same moment: as on TradingView they are the ratios of the highs and of the lows, widened to hold open
    and close. A bar whose denominator has a price at or below zero is left out.
    """
    prices = (denominator.open, denominator.high, denominator.low, denominator.close)
    is_usable = np.logical_and.reduce([price > 0 for price in prices]) if len(denominator) else np.empty(0, np.bool_)
    above, below = numerator.take(is_usable), denominator.take(is_usable)
    opens, close = above.open / below.open, above.close / below.close
    ends = opens, close, above.high / below.high, above.low / below.low
    high, low = np.maximum.reduce(ends), np.minimum.reduce(ends)
    return Bars(above.open_time, opens, high, low, close, np.zeros(len(opens)))
