"""Makes a big home: ``python -m tests.bench.big_home [--bars 10000000] [--series 1200] DIR``.

Ten million bars in 1,200 series: a few long series of minutes, some of hours, and many of days, on exchanges of four
countries. All bars go through the cache's own import, so that coverage, instruments and calendars are as in life. Every
price follows from the symbol and the time: two runs with the same ``--end`` make the same bars.
"""

from __future__ import annotations

import argparse
import sys
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.providers.answers import BarsAnswer, MatchesAnswer
from candledesk.settings import Settings
from candledesk.venues.calendars import load_calendar
from tests.bench.command import say

FIRST_DATE = date(1990, 1, 2)
CALENDAR_AHEAD_S = 400 * DAY_S
N_MINUTES, N_HOURS = 12, 40  # series; the others are of days
SHARE_MINUTES, SHARE_HOURS = 0.45, 0.02  # of all bars
WAIT_S = 600


@dataclass(frozen=True)
class Exchange:
    """An exchange as the provider names it, with what its shares cost."""

    code: str
    suffix: str
    tz: str
    currency: str
    decimals: int
    price: float


EXCHANGES = (
    Exchange("NMS", "", "America/New_York", "USD", 2, 120.0),
    Exchange("NYQ", "", "America/New_York", "USD", 2, 60.0),
    Exchange("LSE", ".L", "Europe/London", "GBp", 1, 450.0),
    Exchange("GER", ".DE", "Europe/Berlin", "EUR", 2, 80.0),
)


@dataclass(frozen=True)
class Share:
    """One instrument of the home; ``number`` counts them."""

    number: int

    @property
    def exchange(self):
        return EXCHANGES[self.number % len(EXCHANGES)]

    @property
    def symbol(self):
        return f"BIG{self.number:04}{self.exchange.suffix}"

    @property
    def instrument(self):
        exchange = self.exchange
        opened = int(datetime(FIRST_DATE.year, FIRST_DATE.month, FIRST_DATE.day, 14, 30, tzinfo=UTC).timestamp())
        name = f"Company {self.number} plc"
        return Instrument(
            self.symbol, exchange.code, "EQUITY", exchange.tz, exchange.currency, exchange.decimals, opened, name
        )


def make_bars(share, times):
    """Make bars of ascending open ``times``: a random walk with the exchange's decimals and whole volumes."""
    dice = np.random.default_rng([zlib.crc32(share.symbol.encode()), len(times)])
    n, exchange = len(times), share.exchange
    level = exchange.price * np.exp(0.35 * np.sin(np.cumsum(dice.normal(0, 0.004, n))))
    spread = exchange.price * 0.004
    close = level + dice.normal(0, spread / 4, n)
    opened = np.append(close[:1], close[:-1]) + dice.normal(0, spread / 8, n)
    high = np.maximum(opened, close) + dice.random(n) * spread
    low = np.minimum(opened, close) - dice.random(n) * spread
    prices = (np.round(column, exchange.decimals) for column in (opened, high, low, close))
    return Bars(times, *prices, np.floor(np.exp(dice.normal(10.5, 1.2, n))))


class Provider:
    """Stands in for the fetch process: it knows the shares and their calendars, and answers a few daily bars."""

    def __init__(self, shares):
        self._shares = {share.symbol: share for share in shares}
        self.calendars = {}

    def fetch(self, request):
        return BarsAnswer(Bars.empty(), self._shares[request.symbol].instrument)

    def load_calendar(self, venue, start):
        key = (venue, start)
        if key not in self.calendars:
            first = datetime.fromtimestamp(start, UTC).date()
            last = datetime.fromtimestamp(time.time() + CALENDAR_AHEAD_S, UTC).date()
            self.calendars[key] = load_calendar(venue, first, last)
        return self.calendars[key]

    def search(self, _provider, _query, _deadline_s):
        return MatchesAnswer(())

    def warm_up(self):
        pass

    def close(self):
        pass


@dataclass(frozen=True)
class Task:
    """One series to make: its newest ``n_bars`` bars."""

    share: Share
    interval: str
    n_bars: int


def plan(n_bars, n_series):
    """Return the series of the home, ``n_bars`` bars in all."""
    n_minutes, n_hours = min(N_MINUTES, n_series // 3), min(N_HOURS, n_series // 3)
    n_days = n_series - n_minutes - n_hours
    of_minutes = int(n_bars * SHARE_MINUTES) // max(n_minutes, 1)
    of_hours = int(n_bars * SHARE_HOURS) // max(n_hours, 1)
    shares = [Share(number) for number in range(n_days)]
    tasks = [Task(share, "1m", of_minutes) for share in shares[:n_minutes]]
    tasks += [Task(share, "1h", of_hours) for share in shares[:n_hours]]
    left = n_bars - sum(task.n_bars for task in tasks)
    return tasks + [
        Task(share, "1d", left // n_days + (1 if at < left % n_days else 0)) for at, share in enumerate(shares)
    ]


def make_home(folder, n_bars, n_series, end):
    """Import all series, up to the day ``end``, into the home ``folder``; return the seconds that it took."""
    end_s = int(datetime(end.year, end.month, end.day, tzinfo=UTC).timestamp())
    folder.mkdir(parents=True, exist_ok=True)
    tasks = plan(n_bars, n_series)
    provider = Provider(task.share for task in tasks)
    settings = Settings(requests_per_minute=6000, request_burst=600)
    started = time.perf_counter()
    service = CacheService(folder / "candles.db", settings, folder, child=provider)
    n_done = n_lost = 0
    try:
        for at, task in enumerate(tasks):
            bars = make_bars(task.share, open_times(service, task, end_s))
            report = service.controller.import_bars(task.share.symbol, INTERVALS[task.interval], bars).result(WAIT_S)
            n_done, n_lost = n_done + report.n_stored, n_lost + sum(report.refused.values())
            if at % 50 == 0 or at == len(tasks) - 1:
                seconds = time.perf_counter() - started
                say(f"{at + 1:,} of {len(tasks):,} series, {n_done:,} bars, {n_lost:,} refused, {seconds:.0f} s")
    finally:
        service.close()
    return time.perf_counter() - started


def open_times(service, task, end):
    """Return the open times of the newest bars of a series before ``end`` (UTC seconds)."""
    interval, exchange = INTERVALS[task.interval], task.share.exchange
    venue = service._providers.of(task.share.symbol).find_venue(exchange.code, "EQUITY", exchange.tz)
    calendar = service.child.load_calendar(venue, 0)
    times = expected_open_times(calendar, interval, Span(int(calendar.open[0]), end))
    assert len(times) >= task.n_bars, f"{task.interval}: {len(times):,} bars are possible, {task.n_bars:,} wanted"
    return times[-task.n_bars :]


def last_friday():
    today = datetime.now(UTC).date()
    return today - timedelta(days=(today.weekday() - 4) % 7 or 7)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--bars", type=int, default=10_000_000)
    parser.add_argument("--series", type=int, default=1_200)
    parser.add_argument("--end", type=date.fromisoformat, default=last_friday(), help="the last day, exclusive")
    options = parser.parse_args()
    seconds = make_home(options.folder, options.bars, options.series, options.end)
    size = (options.folder / "candles.db").stat().st_size
    say(f"{options.bars:,} bars in {seconds:.0f} s, {size:,} bytes, {size / options.bars:.1f} bytes a bar")
    return 0


if __name__ == "__main__":
    sys.exit(main())
