"""A cache in memory with plausible bars: answers at once unless ``is_holding``."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from candledesk.cache.messages import (
    ArchiveEntry,
    BackfillEstimate,
    BarsReply,
    BarsRequest,
    BarsStored,
    BreakerState,
    EdgeState,
    Event,
    Job,
    JobChanged,
    JobsChanged,
    JobState,
    LimiterState,
    SymbolFound,
    ViewportReply,
    ViewportRequest,
)
from candledesk.domain.bars import Bars
from candledesk.domain.coverage import CoverageMark
from candledesk.domain.errors import JobStateError
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import INTERVALS, Interval
from candledesk.domain.job_states import ENDED, JobKind, JobVerb, describe_refusal, next_state
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span
from candledesk.ui.chart.core.scene import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.countdown import TradingHours
    from candledesk.ui.chart.core.geometry.odd_bars import Usual


T = TypeVar("T")
NOW = 1_763_942_400  # 2025-11-24 00:00 UTC


def make_bars(n: int, interval: Interval = INTERVALS["1d"], *, end: int = NOW, seed: int = 7) -> Bars:
    """Return ``n`` weekday (or New York session) bars of a seeded random walk that end before ``end``."""
    if interval.is_daily:
        days = np.arange(end - (n * 2 + 10) * 86_400, end, 86_400, dtype=np.int64) // 86_400 * 86_400
        times = days[((days // 86_400 + 3) % 7) < 5][-n:]
    else:
        per_day = 23_400 // interval.step_s
        days = np.arange(end - (n // per_day * 2 + 10) * 86_400, end, 86_400, dtype=np.int64) // 86_400 * 86_400
        days = days[((days // 86_400 + 3) % 7) < 5]
        times = (days[:, None] + 14 * 3_600 + 1_800 + np.arange(per_day) * interval.step_s).ravel()[-n:]
    rng = np.random.default_rng(seed)
    swing = 0.012 if interval.is_daily else 0.0012
    close = 160 * np.exp(np.cumsum(rng.normal(0.0003, swing, n)))
    opening = np.concatenate(([close[0]], close[:-1])) * np.exp(rng.normal(0, swing / 3, n))
    high = np.maximum(opening, close) * np.exp(np.abs(rng.normal(0, swing / 2, n)))
    low = np.minimum(opening, close) * np.exp(-np.abs(rng.normal(0, swing / 2, n)))
    volume = np.round(rng.lognormal(17.5, 0.35, n))
    return Bars(times, *(np.round(column, 2) for column in (opening, high, low, close)), volume)


def in_rows(bars: Bars, width: int) -> tuple[Bars, IntArray]:
    """Return one row per bucket of ``width`` seconds, as the pyramid has, and the index of each row's first bar."""
    keys = bars.open_time // width
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.empty(0, np.int64)
    starts = np.append(first, len(keys))
    if not len(first):
        return bars, starts
    ends = bars.high, bars.low, bars.volume
    high, low, volume = (
        how.reduceat(values, first) for how, values in zip((np.maximum, np.minimum, np.add), ends, strict=True)
    )
    rows = Bars(bars.open_time[first], bars.open[first], high, low, bars.close[starts[1:] - 1], volume)
    return rows, starts


def odd_in_rows(bars: Bars, flags: Mapping[int, int], rows: Bars) -> tuple[dict[int, int], Usual | None]:
    """Return the flags of each row of ``bars``, and the rows' ranges without jumps, as the cache answers them."""
    odd: dict[int, int] = {}
    high, low = rows.high.copy(), rows.low.copy()
    row_of = np.searchsorted(rows.open_time, bars.open_time, side="right") - 1
    is_jump = np.array([bool(flags.get(time, 0) & Oddity.JUMP) for time in bars.open_time.tolist()], np.bool_)
    for row, time in zip(row_of.tolist(), bars.open_time.tolist(), strict=True):
        if time in flags:
            odd[int(rows.open_time[row])] = odd.get(int(rows.open_time[row]), 0) | flags[time]
    for row in set(row_of[is_jump].tolist()):
        kept = bars.take((row_of == row) & ~is_jump)
        high[row], low[row] = (kept.high.max(), kept.low.min()) if len(kept) else (np.nan, np.nan)
    return odd, (high, low) if is_jump.any() else None


def make_instrument(symbol: str = "AAPL") -> Instrument:
    """Return a NASDAQ stock."""
    return Instrument(symbol, "NMS", "EQUITY", "America/New_York", "USD", 2, 345_479_400, "Apple Inc.")


def series_of(bars: Bars, interval: str = "1d") -> Series:
    """Return the loaded window of a series that begins with its first bar and ends with its latest."""
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], None, 500, 0)
    return Series.from_reply(ViewportReply(request, bars, make_instrument(), EdgeState.START, "Listed on 12 Dec 1980"))


def make_job(job_id: int = 1, state: JobState = JobState.RUNNING, **changes: object) -> Job:
    """Return a backfill job."""
    job = Job(
        job_id,
        JobKind.BACKFILL,
        "AAPL",
        INTERVALS["1d"],
        Span(NOW - 400 * 86_400, NOW),
        state,
        120,
        400,
        1,
        "",
        NOW,
        NOW,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


def done(value: T) -> Future[T]:
    """Return a future that has ended."""
    future: Future[T] = Future()
    future.set_result(value)
    return future


class FakeCache:
    """Implements ``cache.api.CacheApi`` over a dictionary of bars."""

    def __init__(self) -> None:
        self.bars: dict[tuple[str, str], Bars] = {}
        self.flags: dict[tuple[str, str], dict[int, int]] = {}  # of flagged bars, by open time
        self.n_stored: dict[tuple[str, str], int] = {}  # of the newest bars; the others are "at Yahoo"
        self.requests: list[ViewportRequest] = []
        self.held: list[tuple[ViewportRequest, Future[ViewportReply]]] = []
        self.is_holding = False
        self.jobs: list[Job] = []
        self.calls: list[tuple[str, object]] = []
        self.archive: dict[tuple[str, str], ArchiveEntry] = {}
        self.in_front: list[tuple[str, str]] = []
        self.followed: list[tuple[str, str]] = []
        self.found: list[SymbolFound] = []
        self.marks: tuple[CoverageMark, ...] = ()
        self.limiter = LimiterState(6.0, 0.0, BreakerState.CLOSED)
        self.edge_reason = "Listed on 12 Dec 1980"
        self.hours: TradingHours | None = None
        self.upcoming: IntArray | None = None  # of every series whose latest bar is asked for
        self._callbacks: list[Callable[[Event], None]] = []

    def add(self, symbol: str, interval: str, bars: Bars, n_stored: int | None = None) -> None:
        self.bars[symbol, interval] = bars
        self.n_stored[symbol, interval] = len(bars) if n_stored is None else n_stored

    def store_older(self, symbol: str, interval: str, n: int) -> None:
        """Let ``n`` older bars arrive."""
        key = symbol, interval
        self.n_stored[key] = min(len(self.bars[key]), self.n_stored[key] + n)
        self.emit_stored(symbol, interval)

    def emit_stored(self, symbol: str, interval: str) -> None:
        self.emit(BarsStored(symbol, INTERVALS[interval], Span(0, NOW), 1))

    def emit(self, event: Event) -> None:
        for callback in list(self._callbacks):
            callback(event)

    def answer(self, request: ViewportRequest) -> ViewportReply:
        key = request.symbol, request.interval.name
        if key not in self.bars:
            return ViewportReply(
                request, Bars.empty(), None, EdgeState.FAILED, error=f"Yahoo knows no symbol {request.symbol!r}."
            )
        full, stored = self.bars[key], self.n_stored[key]
        bars = full.take(slice(len(full) - stored, len(full)))
        at = len(bars) if request.anchor is None else int(np.searchsorted(bars.open_time, request.anchor))
        lo, hi = max(0, at - request.n_before), min(len(bars), at + request.n_after)
        keys = bars.open_time // (request.interval.step_s * request.stride)
        while 0 < lo < len(bars) and keys[lo] == keys[lo - 1]:
            lo -= 1  # rows are whole
        while 0 < hi < len(bars) and keys[hi] == keys[hi - 1]:
            hi += 1
        edge = EdgeState.MORE if lo > 0 else EdgeState.START if stored == len(full) else EdgeState.LOADING
        reason = self.edge_reason if edge is EdgeState.START else ""
        rows = shown = bars.take(slice(lo, hi))
        starts = None
        if request.stride > 1:
            rows, starts = in_rows(rows, request.interval.step_s * request.stride)
        odd, usual = odd_in_rows(shown, self.flags.get(key, {}), rows)
        return ViewportReply(
            request,
            rows,
            make_instrument(request.symbol),
            edge,
            reason,
            hi == len(bars),
            hours=self.hours,
            starts=starts,
            upcoming=self.upcoming if hi == len(bars) else None,
            n_older=lo,
            n_newer=len(bars) - hi,
            odd=odd,
            usual=usual,
        )

    def load_viewport(self, request: ViewportRequest) -> Future[ViewportReply]:
        self.requests.append(request)
        if self.is_holding:
            future: Future[ViewportReply] = Future()
            self.held.append((request, future))
            return future
        return done(self.answer(request))

    def release(self) -> None:
        """Answer everything that is held."""
        held, self.held = self.held, []
        for request, future in held:
            future.set_result(self.answer(request))

    def read_marks(self, symbol: str, interval: Interval, span: Span) -> Future[tuple[CoverageMark, ...]]:
        self.calls.append(("read_marks", (symbol, interval.name, span)))
        return done(tuple(mark for mark in self.marks if mark.span.overlaps(span)))

    def load_bars(self, request: BarsRequest) -> Future[BarsReply]:
        raise NotImplementedError

    def start_backfill(self, symbol: str, interval: Interval, span: Span | None) -> Future[Job]:
        self.calls.append(("start_backfill", (symbol, interval.name, span)))
        return done(make_job(symbol=symbol, interval=interval))

    def start_backfills(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[list[Job]]:
        self.calls.append(("start_backfills", ([(symbol, interval.name) for symbol, interval in series], span)))
        first = max((job.job_id for job in self.jobs), default=0) + 1
        started = [
            make_job(first + n, JobState.QUEUED, symbol=symbol, interval=interval, bars_done=0)
            for n, (symbol, interval) in enumerate(series)
        ]
        self.jobs += started
        self.emit(JobsChanged(len(started)))
        return done(started)

    def estimate_backfill(self, series: Sequence[tuple[str, Interval]], span: Span | None) -> Future[BackfillEstimate]:
        unknown = tuple(sorted({symbol for symbol, _ in series} - {symbol for symbol, _ in self.bars}))
        n = 3 * len(series)
        return done(BackfillEstimate(len(series), n, n * 2.5, 1_000 * len(series), unknown))

    def start_update(self, series: Sequence[tuple[str, Interval]]) -> Future[Job]:
        self.calls.append(("start_update", [(symbol, interval.name) for symbol, interval in series]))
        return done(make_job(kind="update"))

    def wait_job(self, job_id: int) -> Future[Job]:
        return self.read_job(job_id)

    def list_jobs(
        self, *, state: str | None = None, limit: int | None = None, before: int | None = None
    ) -> Future[list[Job]]:
        return done([job for job in self.jobs if state in (None, job.state)][:limit])

    def read_job(self, job_id: int) -> Future[Job]:
        return done(next(job for job in self.jobs if job.job_id == job_id))

    def cancel_job(self, job_id: int) -> Future[Job]:
        self.calls.append(("cancel_job", job_id))
        return self._move_job(job_id, JobVerb.CANCEL)

    def pause_job(self, job_id: int) -> Future[Job]:
        self.calls.append(("pause_job", job_id))
        return self._move_job(job_id, JobVerb.PAUSE)

    def resume_job(self, job_id: int) -> Future[Job]:
        self.calls.append(("resume_job", job_id))
        return self._move_job(job_id, JobVerb.RESUME)

    def retry_job(self, job_id: int) -> Future[Job]:
        self.calls.append(("retry_job", job_id))
        return self._move_job(job_id, JobVerb.RETRY)

    def retry_failed_jobs(self) -> Future[int]:
        self.calls.append(("retry_failed_jobs", None))
        failed = [job for job in self.jobs if job.state is JobState.FAILED]
        for job in failed:
            self._move_job(job.job_id, JobVerb.RETRY)
        self.emit(JobsChanged(len(failed)))
        return done(len(failed))

    def clear_finished_jobs(self) -> Future[int]:
        self.calls.append(("clear_finished_jobs", None))
        n_before = len(self.jobs)
        self.jobs = [job for job in self.jobs if job.state not in ENDED]
        self.emit(JobsChanged(n_before - len(self.jobs)))
        return done(n_before - len(self.jobs))

    def _move_job(self, job_id: int, verb: JobVerb) -> Future[Job]:
        job = next(job for job in self.jobs if job.job_id == job_id)
        state = next_state(job.state, verb)
        if state is None:
            refused: Future[Job] = Future()
            refused.set_exception(JobStateError(describe_refusal(job_id, job.state, verb)))
            return refused
        job = replace(job, state=state)
        self.jobs = [job if other.job_id == job_id else other for other in self.jobs]
        self.emit(JobChanged(job))
        return done(job)

    def list_instruments(
        self, query: str = "", *, limit: int | None = None, after: str | None = None
    ) -> Future[list[Instrument]]:
        symbols = sorted({symbol for symbol, _interval in self.bars})
        return done([make_instrument(symbol) for symbol in symbols if query.upper() in symbol])

    def search_symbols(
        self, query: str, timeout_s: float, *, limit: int | None = None, after: str | None = None
    ) -> Future[list[SymbolFound]]:
        self.calls.append(("search_symbols", query))
        return done([row for row in self.found if query in row.symbol])

    def list_archive(self) -> Future[list[ArchiveEntry]]:
        return done(list(self.archive.values()))

    def set_archived(self, symbol: str, interval: Interval, *, is_on: bool) -> Future[ArchiveEntry]:
        self.calls.append(("set_harvest", (symbol, interval.name, is_on)))
        entry = ArchiveEntry(symbol, interval.base, NOW - 400 * 86_400, NOW, NOW + 86_400, "", is_on=is_on)
        self.archive.pop((symbol, interval.base.name), None)
        if is_on:
            self.archive[symbol, interval.base.name] = entry
        return done(entry)

    def follow(self, symbol: str, interval: Interval) -> Callable[[], None]:
        self.followed.append((symbol, interval.name))
        return lambda: self.followed.remove((symbol, interval.name))

    def set_in_front(self, series: Sequence[tuple[str, Interval]]) -> None:
        self.in_front = [(symbol, interval.name) for symbol, interval in series]

    def limiter_state(self) -> LimiterState:
        return self.limiter

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)
