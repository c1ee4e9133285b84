"""The ``meta`` part of a chart answer (yahoo.md §3, §7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.demo.prices.listing import widen
from candledesk.domain.calendar.sessions import utc_of_wall
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from candledesk.demo.prices.listing import DemoListing, Quote

VALID_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]
_US_MICS = frozenset({"XNYS"})
_PRE_S, _POST_S = 5 * HOUR_S + 30 * MINUTE_S, 4 * HOUR_S

PeriodRow = dict[str, str | int]


def make_meta(listing: DemoListing, quote: Quote, now: int) -> dict[str, Any]:
    """Return the fields that do not depend on the request."""
    profile = listing.profile
    today = listing.adjusted(listing.daily(quote.session, quote.session + 1, now), now)
    before = listing.adjusted(listing.daily(max(0, quote.session - 1), max(1, quote.session), now), now)
    price = float(widen(np.array([quote.price]))[0])
    pre, regular, post = _periods(listing, _present_session(listing, now))
    return {
        "currency": profile.currency,
        "symbol": profile.symbol,
        "exchangeName": profile.exchange,
        "fullExchangeName": profile.exchange_name,
        "instrumentType": profile.quote_type,
        "firstTradeDate": int(listing.stamps(np.zeros(1, np.int64))[0]),
        "regularMarketTime": quote.time,
        "hasPrePostMarketData": profile.mic in _US_MICS,
        "gmtoffset": _local(profile.tz, now)[1],
        "timezone": _local(profile.tz, now)[0],
        "exchangeTimezoneName": profile.tz,
        "regularMarketPrice": price,
        "regularMarketDayHigh": float(today.high[-1]) if len(today) else price,
        "regularMarketDayLow": float(today.low[-1]) if len(today) else price,
        "regularMarketVolume": int(today.volume[-1]) if len(today) else 0,
        "longName": profile.name,
        "shortName": profile.name,
        "chartPreviousClose": float(before.close[-1]) if len(before) else price,
        "priceHint": profile.decimals if profile.price_hint is None else profile.price_hint,
        "currentTradingPeriod": {"pre": pre, "regular": regular, "post": post},
        "validRanges": VALID_RANGES,
    }


def trading_periods(listing: DemoListing, start: int, end: int, *, extended: bool) -> object:
    """Return every session of an intraday request: lists, or a dict of lists with extended hours."""
    hours = listing.hours
    first = int(np.searchsorted(hours.close, start, side="right"))
    last = max(int(np.searchsorted(hours.open, end, side="left")), min(first + 1, len(hours)))
    periods = [_periods(listing, row) for row in range(first, last)]
    if not extended:
        return [[regular] for _, regular, _ in periods]
    return {name: [[period[index]] for period in periods] for index, name in enumerate(("pre", "regular", "post"))}


def _present_session(listing: DemoListing, now: int) -> int:
    """Return the session that is open at ``now`` or the next one."""
    return min(int(np.searchsorted(listing.hours.close, now, side="right")), len(listing.hours) - 1)


def _periods(listing: DemoListing, row: int) -> tuple[PeriodRow, PeriodRow, PeriodRow]:
    hours, profile = listing.hours, listing.profile
    start, end = int(hours.open[row]), int(hours.close[row])
    if profile.is_24h:  # stated as the local day, without its last minute (yahoo.md §4.11)
        start = int(utc_of_wall(profile.tz, hours.date[row : row + 1])[0])
        end = int(utc_of_wall(profile.tz, hours.date[row : row + 1] + DAY_S)[0]) - MINUTE_S
    before, after = (_PRE_S, _POST_S) if profile.mic in _US_MICS else (0, 0)
    spans = ((start - before, start), (start, end), (end, end + after))
    pre, regular, post = (_period(profile.tz, *span) for span in spans)
    return pre, regular, post


def _period(tz: str, start: int, end: int) -> PeriodRow:
    name, offset = _local(tz, start)
    return {"timezone": name, "start": start, "end": end, "gmtoffset": offset}


def _local(tz: str, time: int) -> tuple[str, int]:
    local = datetime.fromtimestamp(time, UTC).astimezone(ZoneInfo(tz))
    offset = local.utcoffset()
    return local.tzname() or tz, int(offset.total_seconds()) if offset else 0
