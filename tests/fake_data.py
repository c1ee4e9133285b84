"""Bars, instruments and jobs for tests, made up and repeatable."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.messages import Job, JobState
from candledesk.domain.bars import Bars
from candledesk.domain.instrument import Instrument
from candledesk.domain.interval import DAY_S, INTERVALS, Interval
from candledesk.domain.job_states import JobKind
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.span import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from candledesk.domain.bars import IntArray
    from candledesk.ui.chart.core.geometry.odd_bars import Usual

NOW = 1_763_942_400  # 2025-11-24T00:00:00Z, a Monday
FIRST = 345_479_400  # 1980-12-12T14:30:00Z, Apple's first session
REGULAR_HOURS_S = 14 * 3_600 + 1_800, 21 * 3_600  # New York's session in winter, in seconds of the UTC day


def _is_weekday(open_time: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (open_time // DAY_S + 3) % 7 < 5


def make_bars(n: int, interval: Interval = INTERVALS["1d"], *, end: int = NOW, seed: int = 7) -> Bars:
    """Return ``n`` weekday (or New York session) bars of a seeded random walk that end before ``end``."""
    if interval.is_daily:
        days = np.arange(end - (n * 2 + 10) * DAY_S, end, DAY_S, dtype=np.int64) // DAY_S * DAY_S
        times = days[_is_weekday(days)][-n:]
    else:
        per_day = 23_400 // interval.step_s
        days = np.arange(end - (n // per_day * 2 + 10) * DAY_S, end, DAY_S, dtype=np.int64) // DAY_S * DAY_S
        days = days[_is_weekday(days)]
        times = (days[:, None] + REGULAR_HOURS_S[0] + np.arange(per_day) * interval.step_s).ravel()[-n:]
    rng = np.random.default_rng(seed)
    swing = 0.012 if interval.is_daily else 0.0012
    close = 160 * np.exp(np.cumsum(rng.normal(0.0003, swing, n)))
    opening = np.concatenate(([close[0]], close[:-1])) * np.exp(rng.normal(0, swing / 3, n))
    high = np.maximum(opening, close) * np.exp(np.abs(rng.normal(0, swing / 2, n)))
    low = np.minimum(opening, close) * np.exp(-np.abs(rng.normal(0, swing / 2, n)))
    volume = np.round(rng.lognormal(17.5, 0.35, n))
    opening, high, low, close = (np.round(column, 2) for column in (opening, high, low, close))
    return Bars(times, opening, high, low, close, volume)


def make_span_bars(instrument: Instrument, interval: Interval, span: Span) -> Bars:
    """Return the bars of a span: weekdays (every day for a coin), prices as a function of symbol and open time."""
    step = interval.step_s
    times = np.arange(-(-span.start // step) * step, span.end, step, dtype=np.int64)
    if instrument.quote_type == "EQUITY":
        times = times[_is_weekday(times)]
        if not interval.is_daily:
            times = times[(times % DAY_S >= REGULAR_HOURS_S[0]) & (times % DAY_S < REGULAR_HOURS_S[1])]
    seed = zlib.crc32(instrument.symbol.encode()) % 97
    phase = times / DAY_S
    middle = 150 + 60 * np.sin(phase / 211 + seed) + 14 * np.sin(phase / 17) + 5 * np.sin(phase * 1.7) + phase / 200
    swing = 2.5 * np.sin(phase * 2.9 + 1)
    opening, close = middle - swing, middle + swing
    high, low = np.maximum(opening, close) + 1.2, np.minimum(opening, close) - 1.1
    volume = np.round(1e6 * (2 + np.sin(phase * 3.3)) + 1e5 * np.abs(swing))
    opening, high, low, close = (np.round(column, 2) for column in (opening, high, low, close))
    return Bars(times, opening, high, low, close, volume)


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
    name = "Apple Inc." if symbol == "AAPL" else f"{symbol} Inc."
    return Instrument(symbol, "NMS", "EQUITY", "America/New_York", "USD", 2, FIRST, name, "NASDAQ")


def make_job(job_id: int = 1, state: JobState = JobState.RUNNING, **changes: object) -> Job:
    """Return a backfill job."""
    span = Span(NOW - 400 * DAY_S, NOW)
    job = Job(job_id, JobKind.BACKFILL, "AAPL", INTERVALS["1d"], span, state, 120, 400, 1, "", NOW, NOW)
    return replace(job, **changes)  # type: ignore[arg-type]
