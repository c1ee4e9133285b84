"""Random bars of five venues on their real calendars, as bars, as a market, and as the lists of the oracle."""

from datetime import UTC, date, datetime
from functools import cache

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.venue import TradingDays, Venue
from candledesk.indicators.declaration import Market
from candledesk.venues.calendars import load_calendar
from tests.indicators.oracle import Series

# Half days of New York; the lunch breaks of Tokyo and Hong Kong; London's change of the clock; every day and night.
VENUES = {
    "XNYS": (Venue("XNYS", "America/New_York", TradingDays.EXCHANGE, "XNYS"), "1d"),
    "XTKS": (Venue("XTKS", "Asia/Tokyo", TradingDays.EXCHANGE, "XTKS"), "5m"),
    "XLON": (Venue("XLON", "Europe/London", TradingDays.EXCHANGE, "XLON"), "1h"),
    "XHKG": (Venue("XHKG", "Asia/Hong_Kong", TradingDays.EXCHANGE, "XHKG"), "15m"),
    "24/7": (Venue("24/7", "UTC", TradingDays.EVERY_DAY), "1h"),
}
N_BARS = 1_300
START, END = date(2020, 1, 1), date(2026, 6, 30)


@cache
def calendar_of(venue):
    return load_calendar(VENUES[venue][0], START, END)


def walk(times, seed, swing=0.01):
    """Return bars of a random walk at some open times; prices have two decimals, and some bars no volume."""
    rng = np.random.default_rng(seed)
    n = len(times)
    close = 100 * np.exp(np.cumsum(rng.normal(0, swing, n)))
    opening = np.append(close[:1], close[:-1]) * np.exp(rng.normal(0, swing / 3, n))
    high = np.maximum(opening, close) * np.exp(np.abs(rng.normal(0, swing / 2, n)))
    low = np.minimum(opening, close) * np.exp(-np.abs(rng.normal(0, swing / 2, n)))
    volume = np.round(rng.lognormal(8, 1, n)) * (rng.random(n) > 0.02)
    return Bars(times, *(np.round(column, 2) for column in (opening, high, low, close)), volume)


@cache
def bars_of(venue, n_bars=N_BARS):
    calendar, interval = calendar_of(venue), INTERVALS[VENUES[venue][1]]
    start = int(datetime(2024, 10, 7, tzinfo=UTC).timestamp()) if not interval.is_daily else int(calendar.date[0])
    times = expected_open_times(calendar, interval, Span(start, int(calendar.date[-1])))[:n_bars]
    return walk(times, sum(map(ord, venue)))


@cache
def market_of(venue):
    calendar, interval = calendar_of(venue), INTERVALS[VENUES[venue][1]]
    daily = bars_of(venue) if interval.is_daily else walk(calendar.date[calendar.date < 1_780_000_000], 5, 0.02)
    return Market(calendar, interval, daily)


def session_dates(venue, times):
    """Return the date of the session of each bar by looking at all sessions, one after the other."""
    calendar = calendar_of(venue)
    if INTERVALS[VENUES[venue][1]].is_daily:
        return [int(time) for time in times]
    rows = list(zip(calendar.date.tolist(), calendar.open.tolist(), calendar.close.tolist(), strict=True))
    dates, row = [], 0
    for time in times.tolist():
        while time >= rows[row][2]:
            row += 1
        dates.append(rows[row][0])
    return dates


def month(day):
    moment = datetime.fromtimestamp(day, UTC)
    return moment.year, moment.month


def week(day):
    return (day // DAY_S + 3) // 7  # Monday to Sunday


def series_of(venue, key=lambda day: day):
    """Return the lists of the oracle; ``key``: the period of a session's date, for anchors and levels."""
    bars, daily = bars_of(venue), market_of(venue).daily
    columns = (getattr(bars, name).tolist() for name in ("open_time", "open", "high", "low", "close", "volume"))
    periods = [key(day) for day in session_dates(venue, bars.open_time)]
    grouped = {}
    names = ("open_time", "open", "high", "low", "close")
    for day, *prices in zip(*(getattr(daily, name).tolist() for name in names), strict=True):
        grouped.setdefault(key(day), []).append(prices)
    keys = list(dict.fromkeys(key(day) for day in calendar_of(venue).date.tolist()))
    previous = [_whole(grouped.get(keys[keys.index(one) - 1])) if keys.index(one) else None for one in periods]
    return Series(*columns, periods, previous)


def _whole(days):
    if not days:
        return None
    return days[0][0], max(day[1] for day in days), min(day[2] for day in days), days[-1][3]
