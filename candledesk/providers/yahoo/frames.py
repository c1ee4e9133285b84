"""yfinance's frame and chart ``meta`` to plain arrays, instrument, actions and sessions. Knows pandas, not yfinance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument, decimals_for, plausible_first_trade
from candledesk.domain.texts import plain_text
from candledesk.providers.yahoo.values import instant, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.domain.bars import IntArray
    from candledesk.domain.span import Span

_PRICES = ["Open", "High", "Low", "Close"]
_DEFAULT_DECIMALS = 2


def read_bars(frame: pd.DataFrame, span: Span, *, is_daily: bool, has_nulls: bool = False) -> Bars:
    """Return the rows of ``span`` as they came: perhaps NaN, off-grid or doubled.

    A row with volume and no price is a bar whose price was lost; one without either is a minute without trades, and is
    left out unless ``has_nulls``: where volume is never sent (FX, coins), nothing else shows that a price was lost
    (yahoo.md §4.5, §4.8). Daily rows are keyed by their exchange-local date at 00:00 UTC (§4.14).
    """
    if not has_nulls:
        has_price = frame[_PRICES].notna().any(axis=1).to_numpy()
        frame = frame[has_price | (frame["Volume"] > 0).to_numpy()]
    times = _local_dates(frame) if is_daily else _seconds(frame)
    wanted = (times >= span.start) & (times < span.end)
    columns = (frame[name].to_numpy(np.float64, copy=True)[wanted] for name in [*_PRICES, "Volume"])
    return Bars(times[wanted], *columns)


def read_instrument(symbol: str, meta: Mapping[str, Any], last_close: float | None = None) -> Instrument:
    """Return the instrument that the chart's ``meta`` describes.

    ``last_close``: a price of the answer, for the decimals where ``meta`` states none. Raises ``KeyError`` without zone
    or type, ``ValueError`` for a zone that does not exist.
    """
    tz = plain_text(meta["exchangeTimezoneName"])
    if not _is_zone(tz):
        raise ValueError(f"no time zone: {tz!r}")
    hint = number(meta.get("priceHint"))
    last_trade = instant(meta.get("regularMarketTime"))
    price = number(meta.get("regularMarketPrice"))
    return Instrument(
        symbol=symbol,
        exchange=plain_text(meta.get("exchangeName")),
        quote_type=plain_text(meta["instrumentType"]),
        tz=tz,
        currency=plain_text(meta.get("currency")) or None,
        price_decimals=decimals_for(_DEFAULT_DECIMALS if hint is None else int(hint), price or last_close),
        first_open_time=plausible_first_trade(instant(meta.get("firstTradeDate")), last_trade),
        name=plain_text(meta.get("longName")) or plain_text(meta.get("shortName")),
    )


def _is_zone(tz: str) -> bool:
    try:
        ZoneInfo(tz)
    except (ValueError, ZoneInfoNotFoundError, OSError):  # OSError: a folder, or longer than a file's name can be
        return False
    return True


def last_close(bars: Bars) -> float | None:
    """Return the newest close that is a number, ``None`` when there is none."""
    closes = bars.close[np.isfinite(bars.close)]
    return float(closes[-1]) if len(closes) else None


def read_market(meta: Mapping[str, Any]) -> tuple[int, float] | None:
    """Return time (UTC seconds) and price of the regular market as ``meta`` states them, ``None`` without both."""
    time, price = instant(meta.get("regularMarketTime")), number(meta.get("regularMarketPrice"))
    return None if time is None or price is None or price <= 0 else (time, price)


def read_sessions(meta: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Return the regular segments of ``meta.tradingPeriods`` (a frame once yfinance has parsed it), ascending."""
    periods = meta.get("tradingPeriods")
    pairs: Iterable[tuple[object, object]]
    if isinstance(periods, pd.DataFrame):
        pairs = zip(periods["start"], periods["end"], strict=True)
    else:
        if isinstance(periods, dict):
            periods = periods.get("regular")
        days = periods if isinstance(periods, list) else []
        segments = [segment for day in days for segment in (day if isinstance(day, list) else [day])]
        pairs = ((segment.get("start"), segment.get("end")) for segment in segments if isinstance(segment, dict))
    sessions = {(opens, closes) for opens, closes in ((instant(a), instant(b)) for a, b in pairs) if opens and closes}
    return tuple(sorted((opens, closes) for opens, closes in sessions if opens < closes))


def _seconds(frame: pd.DataFrame) -> IntArray:
    index = pd.DatetimeIndex(frame.index)
    return np.array(index.as_unit("s").asi8, np.int64)  # pandas 3 may hold ns, us or s


def _local_dates(frame: pd.DataFrame) -> IntArray:
    index = pd.DatetimeIndex(frame.index)
    return np.array(index.tz_localize(None).normalize().as_unit("s").asi8, np.int64)
