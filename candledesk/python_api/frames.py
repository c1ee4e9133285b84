"""The frame that ``yfinance.Ticker.history`` returns, from rows and corporate events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from candledesk.cache.bar_messages import EventKind
from candledesk.domain.calendar.sessions import wall_of_utc
from candledesk.domain.interval import DAY_S
from candledesk.python_api.rows import after, rows_by_date, rows_by_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.cache.bar_messages import CorporateEvent
    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.instrument import Instrument
    from candledesk.python_api.rows import PriceRows

PRICES = ["Open", "High", "Low", "Close", "Adj Close"]
ACTIONS = {
    EventKind.DIVIDEND: "Dividends",
    EventKind.SPLIT: "Stock Splits",
    EventKind.CAPITAL_GAIN: "Capital Gains",
}
_WITH_GAINS = ("MUTUALFUND", "ETF")
_INTRADAY = ("m", "h")


@dataclass(frozen=True, slots=True)
class FrameOptions:
    """The arguments of a call that shape its frame."""

    interval: str = "1d"
    auto_adjust: bool = True
    back_adjust: bool = False
    actions: bool = True
    keepna: bool = False
    rounding: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """What a frame is made of. ``rows``: intraday by UTC seconds, daily and longer by their date at 00:00 UTC.

    ``events``: those of the range, by date; ``open_time`` of each is the opening instant of its session.
    """

    instrument: Instrument
    rows: PriceRows
    events: Sequence[CorporateEvent] = ()


def is_intraday(interval: str) -> bool:
    """Tell whether rows of an interval are shorter than a day."""
    return interval[-1] in _INTRADAY


def has_gains(instrument: Instrument) -> bool:
    """Tell whether a frame has a column of capital gains: that of a fund has, even an empty one."""
    return instrument.quote_type in _WITH_GAINS


def empty_frame() -> pd.DataFrame:
    """Return what yfinance returns for a symbol or a range without prices."""
    frame = pd.DataFrame(dict.fromkeys([*PRICES, "Volume"], np.nan), index=[])
    frame.index.name = "Date"
    return frame


def history_frame(series: Series, options: FrameOptions) -> pd.DataFrame:
    """Return the frame of a call: columns, dtypes, index name and zone as yfinance 1.7.0 has them."""
    if not len(series.rows):
        return empty_frame()
    frame = _with_actions(_price_frame(series, options.interval), series, options.interval)
    if options.auto_adjust or options.back_adjust:
        frame = _adjusted(frame, keeps_close=not options.auto_adjust)
    if options.rounding:
        frame = frame.round(series.instrument.price_decimals)
    frame["Volume"] = frame["Volume"].fillna(0).astype(np.int64)
    frame.index.name = "Datetime" if is_intraday(options.interval) else "Date"
    names = [*ACTIONS.values()]
    if not options.actions:
        frame = frame.drop(columns=names, errors="ignore")
    if not options.keepna:
        frame = frame[(frame.notna() & (frame != 0)).any(axis=1)]
    return frame


def local_dates(dates: IntArray, zone: str) -> pd.DatetimeIndex:
    """Return midnights at the exchange of dates (00:00 UTC); of a midnight that comes twice the second."""
    naive = pd.to_datetime(dates, unit="s")  # the unit that pandas gives yfinance, too
    return naive.tz_localize(zone, ambiguous=np.ones(len(naive), bool), nonexistent="shift_forward")


def instants(times: IntArray, zone: str) -> pd.DatetimeIndex:
    """Return UTC seconds as instants in the exchange's zone."""
    return pd.to_datetime(times, unit="s").tz_localize("UTC").tz_convert(zone)


def _price_frame(series: Series, interval: str) -> pd.DataFrame:
    bars, zone = series.rows.bars, series.instrument.tz
    index = instants(bars.open_time, zone) if is_intraday(interval) else local_dates(bars.open_time, zone)
    columns = (bars.open, bars.high, bars.low, bars.close, series.rows.adj_close, bars.volume)
    return pd.DataFrame(dict(zip([*PRICES, "Volume"], columns, strict=True)), index=index)


def _with_actions(frame: pd.DataFrame, series: Series, interval: str) -> pd.DataFrame:
    """Add the columns of events; an event behind the last row gets a row of its own, as yfinance makes it."""
    zone, times = series.instrument.tz, series.rows.bars.open_time
    first = int((wall_of_utc(zone, times[:1]) if is_intraday(interval) else times[:1])[0]) // DAY_S * DAY_S
    events = [one for one in series.events if one.date >= first]
    late = _late_dates(times, events, interval)
    if len(late):
        frame = pd.concat([frame, _rows_without_prices(late, zone)])
    placed = _place(np.append(times, late), events, zone, interval)
    for kind, name in ACTIONS.items():
        if kind is not EventKind.CAPITAL_GAIN or has_gains(series.instrument):
            own = [(row, one.value) for row, one in zip(placed, events, strict=True) if one.kind is kind]
            frame[name] = _event_column(own, len(frame), is_product=kind is EventKind.SPLIT)
    return frame


def _event_column(events: Sequence[tuple[int, float]], n_rows: int, *, is_product: bool) -> FloatArray:
    """Return the values of one kind by row, 0 without any; several of a row are added up, splits multiplied."""
    values = np.zeros(n_rows)
    for row, value in events:
        if row >= 0:
            values[row] = values[row] * value if is_product and values[row] else values[row] + value
    return values


def _place(times: IntArray, events: Sequence[CorporateEvent], zone: str, interval: str) -> list[int]:
    """Return the row of each event, -1 for none."""
    dates = np.array([one.date for one in events], np.int64)
    if interval.endswith("m"):
        return [int(row) for row in rows_by_date(wall_of_utc(zone, times) // DAY_S * DAY_S, dates)]
    moments = np.array([one.open_time for one in events], np.int64) if is_intraday(interval) else dates
    return [int(row) for row in rows_by_time(times, moments, after(int(times[-1]), interval))]


def _late_dates(times: IntArray, events: Sequence[CorporateEvent], interval: str) -> IntArray:
    """Return the dates of rows that only tell of an event: behind the last row, of longer rows in the next one."""
    if is_intraday(interval):
        return np.empty(0, np.int64)
    start = after(int(times[-1]), interval)
    dates = np.unique(np.array([one.date for one in events if one.date >= start], np.int64))
    return dates if interval == "1d" else dates[dates < after(start, interval)]


def _rows_without_prices(dates: IntArray, zone: str) -> pd.DataFrame:
    columns = dict.fromkeys(PRICES, np.full(len(dates), np.nan)) | {"Volume": np.zeros(len(dates))}
    return pd.DataFrame(columns, index=local_dates(dates, zone))


def _adjusted(frame: pd.DataFrame, *, keeps_close: bool) -> pd.DataFrame:
    """Multiply the prices by what Adj Close is of Close; ``keeps_close``: the close stays as it is (back_adjust)."""
    ratio = frame["Adj Close"] / frame["Close"]
    changed = {name: frame[name] * ratio for name in PRICES[:3]}
    if not keeps_close:
        changed["Close"] = frame["Adj Close"]
    return frame.assign(**changed).drop(columns="Adj Close")
