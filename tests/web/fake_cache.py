"""A cache without disk or network: invented bars, a ledger of spans, fills that take ``fill_s`` seconds."""

import itertools
import threading
import zlib
from collections import Counter
from concurrent.futures import Future
from dataclasses import replace

import numpy as np

from candledesk.cache.messages import (
    ArchiveEntry,
    BackfillEstimate,
    BarsReply,
    BarsStored,
    BreakerState,
    Gap,
    Job,
    JobChanged,
    JobsChanged,
    JobState,
    LimiterState,
    SeriesReport,
    SymbolFound,
)
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import Coverage, CoverageState
from candledesk.domain.errors import JobStateError, UnknownJobError, UnknownSymbolError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.job_states import ENDED, JobKind, JobVerb, describe_refusal, next_state
from candledesk.domain.prices.oddity import count_tokens
from candledesk.domain.span import Span, merge_spans, subtract_spans

NOW = 1_795_446_000  # 2026-11-23T15:00:00Z
FIRST = 345_479_400  # 1980-12-12T14:30:00Z
INSTRUMENTS = {
    row.symbol: row
    for row in (
        Instrument("AAPL", "NMS", "EQUITY", "America/New_York", "USD", 2, FIRST, "Apple Inc."),
        Instrument("7203.T", "JPX", "EQUITY", "Asia/Tokyo", "JPY", 1, 1_420_070_400, "Toyota Motor"),
        Instrument("BTC-USD", "CCC", "CRYPTOCURRENCY", "UTC", "USD", 2, None, "Bitcoin USD"),
    )
}


def make_bars(symbol, interval, span):
    """Weekday bars (every day for the coin) as a pure function of symbol and open time."""
    step = interval.step_s
    times = np.arange(-(-span.start // step) * step, span.end, step, dtype=np.int64)
    if INSTRUMENTS[symbol].quote_type == "EQUITY":
        times = times[(times // DAY_S + 3) % 7 < 5]
        if not interval.is_daily:
            times = times[(times % DAY_S >= 52_200) & (times % DAY_S < 75_600)]
    seed = zlib.crc32(symbol.encode()) % 97
    phase = times / DAY_S
    middle = 150 + 60 * np.sin(phase / 211 + seed) + 14 * np.sin(phase / 17) + 5 * np.sin(phase * 1.7) + phase / 200
    swing = 2.5 * np.sin(phase * 2.9 + 1)
    openp, close = middle - swing, middle + swing
    high, low = np.maximum(openp, close) + 1.2, np.minimum(openp, close) - 1.1
    volume = np.round(1e6 * (2 + np.sin(phase * 3.3)) + 1e5 * np.abs(swing))
    return Bars(times, *(np.round(column, 2) for column in (openp, high, low, close)), volume)


class FakeCache:
    """See ``candledesk.cache.api.CacheApi``."""

    def __init__(self, *, now=NOW, fill_s=0.0, stuck=None):
        self.now, self.fill_s, self.stuck = now, fill_s, stuck
        self.requests, self.updates, self.known, self.jobs, self.callbacks = [], [], {}, {}, []
        self.harvest, self.followed = {}, []
        self.odd, self.unsent, self.dropped = {}, (), {}  # flags by open time; opens that were not sent; by reason
        self.limiter = LimiterState(6.0, 0.0, BreakerState.CLOSED)
        self.error = None
        self.searches = []
        self.instruments = list(INSTRUMENTS.values())
        self._ids = itertools.count(1)
        self._lock = threading.RLock()
        self._rev = 0

    def store(self, symbol, interval, span):
        with self._lock:
            self._rev += 1
            key = (symbol, interval.name)
            self.known[key] = merge_spans([*self.known.get(key, []), span])
        self.emit(BarsStored(symbol, interval, span, self._rev))

    def emit(self, event):
        for callback in list(self.callbacks):
            callback(event)

    def load_viewport(self, request):
        raise NotImplementedError

    def load_bars(self, request):
        future = Future()
        self.requests.append(request)
        if self.error is not None or request.symbol not in INSTRUMENTS:
            future.set_exception(self.error or UnknownSymbolError(request.symbol))
        elif self.stuck is not None:
            self.stuck.append(future)
        elif request.fill == "none" or not self._gaps(request):
            future.set_result(self._reply(request))
        else:
            self._fill(request, future)
        return future

    def _span(self, request):
        return request.span or Span(self.now - 400 * DAY_S, self.now + 1)

    def _gaps(self, request):
        instrument, interval, span = INSTRUMENTS[request.symbol], request.interval, self._span(request)
        oldest = instrument.first_open_time or 1_000_000_000
        if interval.lookback_s is not None:
            oldest = max(oldest, self.now - interval.lookback_s)
        asked = span.intersect(Span(oldest - oldest % DAY_S, self.now + 1))
        return subtract_spans([asked] if asked else [], self.known.get((request.symbol, interval.name), []))

    def _fill(self, request, future):
        gaps = self._gaps(request)
        job = self._add_job(JobKind.VIEWPORT, request.symbol, request.interval, gaps[0], JobState.RUNNING)

        def run():
            for gap in gaps:
                self.store(request.symbol, request.interval, gap)
            self._move(job.job_id, JobState.SUCCEEDED)
            if request.fill == "wait":
                future.set_result(self._reply(request))

        if request.fill == "async":
            future.set_result(self._reply(request))
        if self.fill_s:
            timer = threading.Timer(self.fill_s, run)
            timer.daemon = True
            timer.start()
        else:
            run()

    def _reply(self, request):
        span = self._span(request)
        stored = [
            part
            for have in self.known.get((request.symbol, request.interval.name), [])
            if (part := have.intersect(span))
        ]
        pieces = [make_bars(request.symbol, request.interval, part) for part in stored]
        names = ("open_time", "open", "high", "low", "close", "volume")
        bars = Bars(*(np.concatenate([getattr(p, n) for p in pieces]) for n in names)) if pieces else Bars.empty()
        following = None
        if request.limit is not None and len(bars) > request.limit:
            following = int(bars.open_time[request.limit])
            bars = bars.take(slice(0, request.limit))
        final = tuple(bool(t + request.interval.step_s <= self.now) for t in bars.open_time)
        gaps = tuple(Gap(gap, "not fetched yet") for gap in self._gaps(request))
        odd = {time: self.odd[time] for time in bars.open_time.tolist() if time in self.odd}
        if request.raw:
            opens = np.where(np.isin(bars.open_time, self.unsent), np.nan, bars.open)
            bars = replace(bars, open=opens)
        return BarsReply(request, span, bars, final, INSTRUMENTS[request.symbol], gaps, following, self._rev, odd)

    def _add_job(self, kind, symbol, interval, span, state):
        job = Job(next(self._ids), kind, symbol, interval, span, state, 0, 500, 1, "", self.now, self.now, eta_s=3.0)
        self.jobs[job.job_id] = job
        self.emit(JobChanged(job))
        return job

    def _move(self, job_id, state):
        job = self.jobs[job_id] = replace(self.jobs[job_id], state=state, bars_done=500, eta_s=None)
        self.emit(JobChanged(job))
        return job

    def start_backfill(self, symbol, interval, span):
        span = span or Span(FIRST, self.now)
        return _done(lambda: self._add_job(JobKind.BACKFILL, symbol, interval, span, JobState.QUEUED))

    def start_update(self, series):
        self.updates.append(list(series))
        symbol, interval = (series or [("AAPL", INTERVALS["1d"])])[0]
        span = Span(self.now - DAY_S, self.now)
        return _done(lambda: self._add_job(JobKind.UPDATE, symbol, interval, span, JobState.RUNNING))

    def wait_job(self, job_id):
        return self.read_job(job_id)

    def list_jobs(self, *, state=None, limit=None, before=None):
        rows = [job for job in reversed(self.jobs.values()) if state in {None, job.state.value}]
        rows = [job for job in rows if before is None or job.job_id < before]
        return _done(lambda: rows[:limit])

    def _find(self, job_id):
        if job_id not in self.jobs:
            raise UnknownJobError(f"There is no job {job_id}.")
        return self.jobs[job_id]

    def read_job(self, job_id):
        return _done(lambda: self._find(job_id))

    def start_backfills(self, series, span):
        return _done(lambda: [self.start_backfill(symbol, interval, span).result() for symbol, interval in series])

    def estimate_backfill(self, series, span):
        unknown = tuple(dict.fromkeys(symbol for symbol, _ in series if symbol not in INSTRUMENTS))
        n = len(series)
        return _done(lambda: BackfillEstimate(n, 3 * n + len(unknown), 2.5 * n, 500 * n, unknown))

    def cancel_job(self, job_id):
        return _done(lambda: self._change(job_id, JobVerb.CANCEL))

    def pause_job(self, job_id):
        return _done(lambda: self._change(job_id, JobVerb.PAUSE))

    def resume_job(self, job_id):
        return _done(lambda: self._change(job_id, JobVerb.RESUME))

    def retry_job(self, job_id):
        return _done(lambda: self._change(job_id, JobVerb.RETRY))

    def retry_failed_jobs(self):
        failed = [job_id for job_id, job in self.jobs.items() if job.state is JobState.FAILED]
        return _done(lambda: len([self._change(job_id, JobVerb.RETRY) for job_id in failed]))

    def clear_finished_jobs(self):
        ended = [job_id for job_id, job in self.jobs.items() if job.state in ENDED]
        for job_id in ended:
            del self.jobs[job_id]
        self.emit(JobsChanged(len(ended)))
        return _done(lambda: len(ended))

    def _change(self, job_id, verb):
        state = next_state(self._find(job_id).state, verb)
        if state is None:
            raise JobStateError(describe_refusal(job_id, self.jobs[job_id].state, verb))
        return self._move(job_id, state)

    def describe_series(self, symbol, interval):
        spans = self.known.get((symbol, interval.name), [])
        rows = tuple(Coverage(span, CoverageState.HAVE, self.now) for span in spans)
        n_bars = sum(len(make_bars(symbol, interval, span)) for span in spans)
        odd = count_tokens(Counter(self.odd.values()))
        return _done(lambda: SeriesReport(rows, (), n_bars, odd, self.dropped))

    def list_instruments(self, query="", *, limit=None, after=None):
        rows = [row for row in self.instruments if query.upper() in f"{row.symbol} {row.name}".upper()]
        start = 0 if after is None else 1 + [row.symbol for row in rows].index(after)
        return _done(lambda: rows[start:][:limit])

    def search_symbols(self, query, timeout_s, *, limit=None, after=None):
        self.searches.append((query, timeout_s))
        rows = self.list_instruments(query, limit=limit, after=after).result()
        cached = [SymbolFound(row.symbol, row.name, row.exchange, row.quote_type, is_cached=True) for row in rows]
        if limit is not None and len(cached) >= limit:
            return _done(lambda: cached)
        return _done(lambda: [*cached, SymbolFound("APLE", "Apple Hospitality", "NYQ", "EQUITY")])

    def list_archive(self):
        return _done(lambda: list(self.harvest.values()))

    def set_archived(self, symbol, interval, *, is_on):
        entry = ArchiveEntry(symbol, interval.base, FIRST, self.now, self.now + DAY_S, "", is_on=is_on)

        def change():
            if symbol not in INSTRUMENTS:
                raise UnknownSymbolError(symbol)
            self.harvest.pop((symbol, interval.base.name), None)
            if is_on:
                self.harvest[symbol, interval.base.name] = entry
            return entry

        return _done(change)

    def follow(self, symbol, interval):
        self.followed.append((symbol, interval.name))
        return lambda: self.followed.remove((symbol, interval.name))

    def set_in_front(self, series):
        self.in_front = [(symbol, interval.name) for symbol, interval in series]

    def limiter_state(self):
        return self.limiter

    def subscribe(self, callback):
        self.callbacks.append(callback)
        return lambda: self.callbacks.remove(callback)


def _done(produce):
    future = Future()
    try:
        future.set_result(produce())
    except Exception as error:  # noqa: BLE001 a future carries whatever it is
        future.set_exception(error)
    return future
