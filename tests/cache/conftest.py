"""A cache whose provider is a script in this process: a real database, real threads, no network and no waiting."""

import itertools
import threading
import time

import numpy as np
import pytest

from candledesk.cache.context import RetryPauses
from candledesk.cache.messages import BarsRequest, ViewportRequest
from candledesk.cache.runtime.answer_watch import AnswerWatch
from candledesk.cache.service import CacheService
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.domain.venue import TradingDays
from candledesk.providers.answers import BarsAnswer, MatchesAnswer, RefusalKind, RefusedAnswer, SymbolMatch
from candledesk.settings import Settings
from tests.empty_candles import write_empty_candles

WAIT_S = 20
CLOSING_LIMIT_S = 5.0  # three seconds (DESIGN.md, "Threads"), and what a busy machine takes; what hangs here takes 20
# Wednesday 2026-11-25 18:31:30 UTC: the session of 14:30 to 21:00 UTC is open.
NOW = 1_795_631_490
FIRST_DAY = 20_000 * DAY_S  # 2024-10-04, a Friday


def weekday_calendar(first=FIRST_DAY - 400 * DAY_S, last=NOW + 200 * DAY_S):
    days = np.arange(first // DAY_S, last // DAY_S, dtype=np.int64)
    days = days[(days + 3) % 7 < 5] * DAY_S
    none = np.zeros(len(days), np.int64)
    return SessionCalendar("XTST", "UTC", days, days + 52_200, days + 75_600, none, none)


def all_day_calendar(first=FIRST_DAY - 400 * DAY_S, last=NOW + 200 * DAY_S):
    days = np.arange(first // DAY_S, last // DAY_S, dtype=np.int64) * DAY_S
    none = np.zeros(len(days), np.int64)
    return SessionCalendar("24/7", "UTC", days, days, days + DAY_S, none, none, 0, True)


def instrument(symbol="AAA", first_open_time=FIRST_DAY + 52_200):
    kind = "CRYPTOCURRENCY" if symbol.endswith("-USD") else "EQUITY"
    return Instrument(symbol, "TST", kind, "UTC", "USD", 2, first_open_time)


def make_bars(times, salt=0.0):
    """Bars that depend on nothing but their time (and ``salt``, for bars that still change)."""
    price = 100.0 + (times // 60 % 97) / 10.0 + salt
    return Bars(
        times.copy(), price, price + 2.0, price - 2.0, price + 1.0, (times // 60 % 1000 + 1.0).astype(np.float64)
    )


class FakeYahoo:
    """Answers as the market would; ``script`` may answer in its place (return ``None`` to let it)."""

    def __init__(self):
        self.now = NOW
        self.listed_at = FIRST_DAY + 52_200
        self.unknown = set()
        self.requests = []
        self.searches = []
        self.search_answer = MatchesAnswer((SymbolMatch("AAPL", "Apple Inc.", "NMS", "EQUITY"),))
        self.script = None
        self.salt = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.n_calendars = 0
        self.lock = threading.Lock()
        self.calendars = {"EQUITY": weekday_calendar(), "CRYPTOCURRENCY": all_day_calendar()}

    def calendar(self, symbol="AAA"):
        return self.calendars[instrument(symbol).quote_type]

    def truth(self, symbol, name, span):
        calendar, interval = self.calendar(symbol), INTERVALS[name]
        times = expected_open_times(calendar, interval, span)
        begins = times + 52_200 if interval.is_daily and symbol != "BTC-USD" else times
        listed = self.listed_at // DAY_S * DAY_S
        return make_bars(times[(begins <= self.now) & (times >= listed)])

    def fetch(self, request):
        with self.lock:
            self.requests.append(request)
        self.gate.wait(WAIT_S)
        answer = self.script(request) if self.script else None
        if answer is not None:
            return answer
        if request.symbol in self.unknown:
            return RefusedAnswer(RefusalKind.UNKNOWN_SYMBOL, "No data found, symbol may be delisted")
        return self.bars_answer(request)

    def bars_answer(self, request, change=lambda bars: bars):
        bars = self.truth(request.symbol, request.interval.name, request.span)
        if len(bars) and self.salt:
            last = bars.open_time >= self.now - 4 * 3_600
            bars = Bars(
                bars.open_time,
                *(np.where(last, p + self.salt, p) for p in (bars.open, bars.high, bars.low, bars.close)),
                bars.volume,
            )
        return BarsAnswer(change(bars), instrument(request.symbol, self.listed_at))

    def load_calendar(self, venue, start):
        self.n_calendars += 1
        return self.calendars["CRYPTOCURRENCY" if venue.days is TradingDays.EVERY_DAY else "EQUITY"]

    def search(self, provider, query, deadline_s):
        with self.lock:
            self.searches.append(query)
        self.gate.wait(WAIT_S)
        return self.search_answer

    def warm_up(self):
        pass

    def close(self):
        self.gate.set()

    def asked(self, name, symbol="AAA"):
        """The requests of one interval, without the one that discovers the instrument."""
        return [r for r in self.requests if r.interval.name == name and r.symbol == symbol and r.tz is not None]


class CacheHarness:
    """A service with the fake provider, and shorthands."""

    def __init__(self, folder, yahoo):
        self.folder, self.yahoo = folder, yahoo
        self.events = []
        self.generations = itertools.count(1)
        self.elapsed_s = 0.0
        self.open()

    def open(self, **options):
        settings = Settings(requests_per_minute=6000, request_burst=600, breaker_pause_s=0.05, request_timeout_s=5)
        pauses = RetryPauses(retry_s=(0.005,), fault_s=0.3)
        self.service = CacheService(
            self.folder / "candles.db",
            settings,
            self.folder,
            now=lambda: self.yahoo.now,
            elapsed=lambda: self.elapsed_s,
            pauses=pauses,
            child=self.yahoo,
            **options,
        )
        self.cache = self.service.controller
        self.cache.subscribe(self.events.append)

    def bars(self, name, span=None, symbol="AAA", **options):
        options = {"timeout_s": WAIT_S, **options}
        return self.cache.load_bars(BarsRequest(symbol, INTERVALS[name], span, **options)).result(WAIT_S)

    def view(self, name, anchor=None, n_before=50, n_after=0, symbol="AAA", view_id=1, stride=1):
        at = view_id, next(self.generations), symbol, INTERVALS[name]
        request = ViewportRequest(*at, anchor, n_before, n_after, stride)
        return self.cache.load_viewport(request).result(WAIT_S)

    def settle(self):
        """Wait until no fill task lives."""
        wait_until(lambda: not self.service._fill_scheduler._live)

    def backfill(self, name, span=None, symbol="AAA"):
        job = self.cache.start_backfill(symbol, INTERVALS[name], span).result(WAIT_S)
        return self.cache.wait_job(job.job_id).result(WAIT_S)

    def coverage(self, name, symbol="AAA"):
        return list(self.cache.describe_series(symbol, INTERVALS[name]).result(WAIT_S).coverage)


def is_answer_watch(call):
    """Tell whether a delayed call is one of ``AnswerWatch``."""
    return isinstance(getattr(getattr(call, "func", call), "__self__", None), AnswerWatch)


def wait_until(condition, timeout_s=WAIT_S):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def yahoo():
    return FakeYahoo()


@pytest.fixture
def harness(tmp_path, yahoo):
    write_empty_candles(tmp_path / "candles.db")
    harness = CacheHarness(tmp_path, yahoo)
    yield harness
    started = time.monotonic()
    harness.service.close()
    assert time.monotonic() - started < CLOSING_LIMIT_S


def days_back(n, now=NOW):
    return Span((now // DAY_S - n) * DAY_S, now)


@pytest.fixture
def primed_harness(harness):
    """The symbols are known, and what follows counts its own events."""
    week = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)
    for symbol in ("AAA", "BBB", "CCC"):
        harness.bars("1d", week, symbol=symbol)
    harness.events.clear()
    return harness


HOUR = Span(NOW // DAY_S * DAY_S - 7 * DAY_S, NOW // DAY_S * DAY_S - DAY_S)


def same(bars, truth):
    np.testing.assert_array_equal(bars.open_time, truth.open_time)
    np.testing.assert_array_equal(bars.close, truth.close)
    return len(bars) > 0


def spoilt(change):
    return lambda bars: Bars(
        bars.open_time, *(change(np.array(p)) for p in (bars.open, bars.high, bars.low, bars.close)), bars.volume
    )
