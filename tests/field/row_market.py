"""A provider in this process that serves rows from tables, on a clock of its own, and a cache over it.

A table holds rows as they traded on their day. What is served is on the basis of the market's clock, as Yahoo does it:
rows before a split in force are divided by it, and the split is stated only in answers whose span holds its date.
"""

import tempfile
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import Phase, settings

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import expected_open_times, utc_of_wall
from candledesk.domain.coverage import CoverageState
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import (
    BarsAnswer,
    CorporateAction,
    FaultAnswer,
    MatchesAnswer,
    RefusalKind,
    RefusedAnswer,
)
from candledesk.providers.yahoo.exchanges import find_venue
from candledesk.store.market import instruments as instrument_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.database import connect_reader
from tests.cache.conftest import CacheHarness

NONE = float("nan")
_FOREVER = 2**40
through_a_cache = settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Each example starts a cache: shrinking would take minutes."""


def when(text):
    """Return the UTC second of an ISO date or instant."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOW = when("2026-11-25T18:31:30")  # a Wednesday; the sessions of the default week are open from 14:30 to 21:00


def week_calendar(tz="UTC", opens="14:30", closes="21:00", days=(0, 1, 2, 3, 4), first="2000-01-03", without=()):
    """Return sessions of fixed local hours on weekdays ``days`` (Monday is 0) from ``first`` to June 2027."""
    dates = np.arange(when(first), when("2027-06-01"), DAY_S, dtype=np.int64)
    dates = dates[np.isin((dates // DAY_S + 3) % 7, days) & ~np.isin(dates, [when(day) for day in without])]
    lo, hi = (int(text[:2]) * HOUR_S + int(text[3:]) * 60 for text in (opens, closes))
    none = np.zeros(len(dates), np.int64)
    return SessionCalendar("XTST", tz, dates, utc_of_wall(tz, dates + lo), utc_of_wall(tz, dates + hi), none, none)


@dataclass
class Share:
    """One symbol. ``rows``: by interval, rows by open time; ``splits``: (date, new shares per old), whenever they come.

    ``cash``: dividends and gains; ``stated``: sessions that intraday answers state; ``market``: time and price of the
    regular market, or nothing.
    """

    symbol: str
    calendar: SessionCalendar = field(default_factory=week_calendar)
    currency: str = "USD"
    quote_type: str = "EQUITY"
    exchange: str = "TST"
    name: str = ""
    first: int | None = None
    rows: dict[str, dict[int, tuple[float, ...]]] = field(default_factory=dict)
    splits: list[tuple[int, float]] = field(default_factory=list)
    cash: list[CorporateAction] = field(default_factory=list)
    stated: list[tuple[int, int]] = field(default_factory=list)
    market: tuple[int, float] | None = None

    def put(self, name, rows):
        """Add rows ``(open_time, open, high, low, close, volume)``; the last of one time counts."""
        self.rows.setdefault(name, {}).update({int(row[0]): tuple(row[1:]) for row in rows})

    def instrument(self):
        """Return what every answer says of the symbol."""
        first = self.first if self.first is not None else min(self._times(), default=None)
        facts = self.exchange, self.quote_type, self.calendar.tz, self.currency, 2, first, self.name
        return Instrument(self.symbol, *facts)

    def venue(self):
        """Return the venue that the exchange code means."""
        return find_venue(self.exchange, self.quote_type, self.calendar.tz)

    def _times(self):
        return [time for rows in self.rows.values() for time in rows]

    def begin(self, name, time):
        """Return when a bar begins: a daily one with its session."""
        if not INTERVALS[name].is_daily:
            return time
        row = int(np.searchsorted(self.calendar.date, time))
        is_listed = row < len(self.calendar) and self.calendar.date[row] == time
        return int(self.calendar.open[row]) if is_listed else time + 10 * HOUR_S

    def date_of(self, name, time):
        """Return the date of a bar's session (00:00 UTC)."""
        if INTERVALS[name].is_daily:
            return time
        local = datetime.fromtimestamp(time, ZoneInfo(self.calendar.tz))
        return int(datetime(local.year, local.month, local.day, tzinfo=UTC).timestamp())

    def bars(self, name, span, now):
        """Return the rows of ``span`` that have begun by ``now``, on the basis of ``now``."""
        found = []
        for time, row in sorted(self.rows.get(name, {}).items()):
            if span.start <= time < span.end and self.begin(name, time) <= now:
                date = self.date_of(name, time)
                ratio = float(np.prod([factor for ex, factor in self.splits if date < ex <= now]))
                found.append((time, *(price / ratio for price in row[:4]), row[4] * ratio))
        return Bars.from_rows(found)

    def answer(self, request, now):
        """Return Yahoo's answer to a request."""
        bars = self.bars(request.interval.name, request.span, now)
        splits = [CorporateAction(date, "split", factor) for date, factor in self.splits if date <= now]
        actions = tuple(one for one in (*splits, *self.cash) if request.span.start <= one.date < request.span.end)
        stated = [one for one in self.stated if one[1] > request.span.start and one[0] < request.span.end]
        return BarsAnswer(bars, self.instrument(), actions, tuple(stated), market=self.market)


class RowMarket:
    """Serves shares; ``script(request)`` may answer in their place, and with ``is_offline`` nobody answers."""

    def __init__(self, *shares, now=NOW):
        self.now = now
        self.shares = {share.symbol: share for share in shares}
        self.requests = []
        self.script = None
        self.is_offline = False
        self._lock = threading.Lock()

    def fetch(self, request):
        with self._lock:
            self.requests.append(request)
        if self.is_offline:
            return FaultAnswer("connection refused", is_offline=True)
        answer = self.script(request) if self.script else None
        if answer is not None:
            return answer
        share = self.shares.get(request.symbol)
        if share is None:
            return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "No data found, symbol may be delisted")
        return share.answer(request, self.now)

    def load_calendar(self, venue, start):
        return next(one.calendar for one in self.shares.values() if venue == one.venue())

    def search(self, provider, query, deadline_s):
        return MatchesAnswer(())

    def warm_up(self):
        """There is nothing to import."""

    def close(self):
        """There is nothing to end."""

    def n_asked(self, name, symbol):
        """Return how many requests of an interval were sent."""
        return sum(request.interval.name == name and request.symbol == symbol for request in self.requests)


@contextmanager
def cache_over(market):
    """Open a cache of its own over ``market`` (a ``CacheHarness``), whose limiter waits for no network."""
    with tempfile.TemporaryDirectory() as folder, mock.patch("candledesk.providers.rate_limiter.MAX_OFFLINE_S", 0.01):
        harness = CacheHarness(Path(folder), market)
        try:
            yield harness
        finally:
            harness.service.close()


def read_sent(harness, name, symbol):
    """Return by open time the flags of the odd bars of a series, and their prices where they are read otherwise."""
    with closing(connect_reader(harness.folder / "candles.db")) as connection:
        series_id = instrument_store.series_id(connection, symbol, INTERVALS[name])
        found = odd_store.read_odd(connection, series_id, Span(-_FOREVER, _FOREVER))
    return {bar.open_time: (bar.flags, bar.sent) for bar in found}


def count_dropped(harness, name, symbol):
    """Return how many rows of a series were sent that cannot be a bar, by reason."""
    with closing(connect_reader(harness.folder / "candles.db")) as connection:
        series_id = instrument_store.series_id(connection, symbol, INTERVALS[name])
        return odd_store.count_dropped(connection, series_id, Span(-_FOREVER, _FOREVER))


def dates(start, n, days=(0, 1, 2, 3, 4)):
    """Return the first ``n`` dates from ``start`` on that are one of the weekdays ``days``."""
    found = [when(start) + DAY_S * i for i in range(n * 7 + 7)]
    return [date for date in found if (date // DAY_S + 3) % 7 in days][:n]


def ordinary(times, price=100.0, seed=0, volume=1000.0):
    """Return plain rows at ``times`` whose closes wander around ``price`` by less than a percent a bar."""
    closes = price * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0, 0.004, len(times))))
    opens = np.append(price, closes[:-1])
    rows = zip(times, opens.tolist(), closes.tolist(), strict=True)
    return [(int(t), o, max(o, c) * 1.002, min(o, c) * 0.998, c, volume + i) for i, (t, o, c) in enumerate(rows)]


def open_times(calendar, name, start, end):
    """Return the times of the bars that a calendar expects between two ISO dates."""
    return expected_open_times(calendar, INTERVALS[name], Span(when(start), when(end))).tolist()


def closes_of(bars):
    """Return the close of each bar by its open time."""
    return dict(zip(bars.open_time.tolist(), bars.close.tolist(), strict=True))


def is_complete_at_once(harness, name, span, symbol="AAA"):
    """Read a span twice: it is complete, the second reading asks nothing, and nothing is said to have failed."""
    reply = harness.bars(name, span, symbol)
    n_requests = len(harness.yahoo.requests)
    again = harness.bars(name, span, symbol)
    assert len(harness.yahoo.requests) == n_requests
    assert again.bars.equals(reply.bars)
    assert reply.complete
    assert all(row.state is not CoverageState.FAILED for row in harness.coverage(name, symbol))
    return reply.bars


def is_never_asked_again(harness, name, span, symbol="AAA"):
    """Tell whether nothing of a span is asked any more once it is older than every doubt, and was read once then."""
    harness.yahoo.now += 70 * DAY_S
    harness.bars(name, span, symbol)
    n_requests = len(harness.yahoo.requests)
    harness.yahoo.now += 40 * DAY_S
    assert all(row.state is not CoverageState.FAILED for row in harness.coverage(name, symbol))
    return harness.bars(name, span, symbol).complete and len(harness.yahoo.requests) == n_requests


OIL = [  # CL=F, the week in which the May contract fell below zero
    ("2020-04-16", 20.11, 20.58, 19.56, 19.87),
    ("2020-04-17", 19.84, 20.16, 17.31, 18.27),
    ("2020-04-20", 17.73, 17.85, -40.32, -37.63),
    ("2020-04-21", -14.0, 13.86, -16.74, 10.01),
    ("2020-04-22", 10.83, 16.18, 10.26, 13.78),
    ("2020-04-23", 14.16, 18.26, 13.64, 16.50),
    ("2020-04-24", 16.86, 18.05, 15.64, 16.94),
]
