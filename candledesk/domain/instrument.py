"""What a symbol stands for: the instrument with the facts that its provider states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.domain.json_fields import JsonField
from candledesk.domain.span import HISTORY_START
from candledesk.domain.times import UtcSeconds, iso_time

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.domain.interval import Interval

MAX_DECIMALS = 10  # a double has 15 to 17 digits, and prices of 100,000 show with two of them
_FIRST_TRADES = range(HISTORY_START + 7 * DAY_S, 7_258_118_400)  # to the year 2200; older ones than any bar say nothing
_MOST_WRITTEN = 6  # digits after the point of a price in a file
_NOISE = 1e-12  # of a written price as a double
_SHOWN_DIGITS = 4  # significant digits of a price below 1


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol with the facts that its provider states.

    ``symbol``: as ``domain.symbols`` spells it; ``exchange``: the provider's exchange code (``NMS``, ``LSE``, ``CCC``
    …); ``quote_type``: ``EQUITY``, ``ETF``, ``INDEX``, ``MUTUALFUND``, ``CRYPTOCURRENCY``, ``CURRENCY`` or ``FUTURE``;
    ``tz``: IANA zone of the exchange; ``currency`` as stated (``GBp`` is pence); ``price_decimals``: digits to show;
    ``first_open_time``: UTC seconds of the first trade, ``None`` when unknown. ``exchange_name``: what people call the
    exchange, ``source``: where the bars come from, in words; both are empty until the cache has looked them up.
    """

    symbol: str
    exchange: str
    quote_type: str
    tz: str
    currency: str | None
    price_decimals: int
    first_open_time: int | None
    name: str = ""
    exchange_name: str = ""
    source: str = ""


def believable_first_trade(time: int | None, last_trade: int | None = None) -> int | None:
    """Return the instant of a first trade if it can be one, else ``None``.

    ``last_trade``: of the same answer; a first trade more than a day after it has not happened.
    """
    if time is None or time not in _FIRST_TRADES:
        return None
    return None if last_trade is not None and time > last_trade + DAY_S else time


def decimals_of(prices: FloatArray) -> int:
    """Return the digits after the point that prices of an unknown instrument were written with, at least two.

    Where no number of up to six is enough, they were computed: then those with which the last one can be read.
    """
    known = prices[np.isfinite(prices)]
    for digits in range(2, _MOST_WRITTEN + 1):
        if np.allclose(known, np.round(known, digits), rtol=_NOISE, atol=0.0):
            return digits
    return decimals_for(2, float(known[-1]))


def decimals_for(least: int, price: float | None) -> int:
    """Return the digits after the point with which prices about ``price`` can be read, at least ``least``.

    A price below 1 shows four significant digits: a coin at 0.000004 needs nine decimals, and its provider may state
    two. At most ten. ``price`` ``None``, zero or not finite says nothing.
    """
    needed = 0
    if price is not None and math.isfinite(price) and 0 < abs(price) < 1:
        needed = _SHOWN_DIGITS - 1 - math.floor(math.log10(abs(price)))
    return min(max(least, needed, 0), MAX_DECIMALS)


@dataclass(frozen=True, slots=True)
class HistoryStart:
    """The UTC seconds before which no bars of a series can be requested, and why."""

    schema_name: ClassVar[str] = "Start"

    time: int
    kind: Literal["listing", "lookback"]
    reason: str

    @property
    def at(self) -> Annotated[UtcSeconds, JsonField(after="")]:
        """The same as UTC, ISO-8601."""
        return self.time


def start_of_history(
    instrument: Instrument, interval: Interval, lookback_s: int | None, now: int
) -> HistoryStart | None:
    """Return where the history of a series starts at ``now`` (UTC seconds), ``None`` when that is not known.

    ``lookback_s``: how far back from now the provider answers, ``None`` for no limit but the listing.
    """
    listed = instrument.first_open_time
    if listed is not None and interval.is_daily:
        listed -= listed % DAY_S
    if lookback_s is not None and (listed is None or now - lookback_s > listed):
        days = round(lookback_s / DAY_S)
        return HistoryStart(now - lookback_s, "lookback", f"the provider keeps {interval.name} bars for {days} days")
    if listed is None:
        return None
    return HistoryStart(listed, "listing", f"{instrument.symbol} has traded since {iso_time(listed)[:10]}")
