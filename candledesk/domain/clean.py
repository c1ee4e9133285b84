"""Cleaning: which raw bars may be stored (DESIGN.md, rule 2), and the comparison with what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.sessions import is_on_grid, session_of

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar
    from candledesk.domain.span import Span

FLOAT_NOISE = 1e-6  # the provider's prices are float32 widened to double (yahoo.md §4.19)


@dataclass(frozen=True, slots=True)
class CleanBars:
    """The bars that may be stored, ascending and unique, and how many were dropped for each reason."""

    bars: Bars
    dropped: dict[str, int]


def clean_bars(raw: Bars, calendar: SessionCalendar, interval: Interval, span: Span, now: int) -> CleanBars:
    """Return the bars of ``raw`` that may be stored; repeating it on its own result changes nothing.

    ``raw`` may be unsorted, doubled and off the grid; daily bars are keyed by session date already. Reasons, the first
    that holds counts (yahoo.md §4): ``nan`` (any price not finite), ``non_positive``, ``high_low`` (high or low does
    not bound the other prices; float32 noise of 1e-6 is kept as it is, prices are never repaired), ``outside_span``,
    ``out_of_session`` (the closing row of a half day too), ``off_grid`` (the live row, a bar inside the break),
    ``future`` (has not begun at ``now``, UTC seconds), ``duplicate`` (the last row that has volume wins, else the
    last). A missing or negative volume becomes 0: zero volume is normal (yahoo.md §4.8).
    """
    reasons = {
        "nan": ~np.isfinite([raw.open, raw.high, raw.low, raw.close]).all(axis=0),
        "non_positive": np.minimum(np.minimum(raw.open, raw.close), np.minimum(raw.low, raw.high)) <= 0,
        "high_low": _is_unbounded(raw),
        "outside_span": (raw.open_time < span.start) | (raw.open_time >= span.end),
        **_calendar_faults(calendar, interval, raw.open_time, now),
    }
    is_kept = np.ones(len(raw), np.bool_)
    dropped: dict[str, int] = {}
    for reason, is_bad in reasons.items():
        n_bad = int(np.count_nonzero(is_kept & is_bad))
        if n_bad:
            dropped[reason] = n_bad
            is_kept &= ~is_bad
    valid = raw.take(is_kept)
    volume = np.where(valid.volume > 0, valid.volume, 0.0)
    volume[~np.isfinite(volume)] = 0.0
    order = _unique_order(valid.open_time, volume)
    if len(order) < len(valid):
        dropped["duplicate"] = len(valid) - len(order)
    times = valid.open_time[order]
    bars = Bars(times, valid.open[order], valid.high[order], valid.low[order], valid.close[order], volume[order])
    return CleanBars(bars, dropped)


def jump_ratio(new: Bars, stored: Bars) -> float | None:
    """Return the median of new close / stored close over the shared open_times, ``None`` when none is shared.

    About 1 means the same basis; about 100 or 0.01 is a pence error (yahoo.md §4.17); a split ratio means that the
    provider has re-based its prices (yahoo.md §4.1).
    """
    _, left, right = np.intersect1d(new.open_time, stored.open_time, assume_unique=True, return_indices=True)
    if not len(left):
        return None
    return float(np.median(new.close[left] / stored.close[right]))


def _is_unbounded(raw: Bars) -> BoolArray:
    """Tell which bars have a price above the high or below the low by more than float32 noise."""
    top = np.maximum(np.maximum(raw.open, raw.close), raw.low)
    bottom = np.minimum(np.minimum(raw.open, raw.close), raw.high)
    return (raw.high < top * (1 - FLOAT_NOISE)) | (raw.low > bottom * (1 + FLOAT_NOISE))


def _calendar_faults(
    calendar: SessionCalendar, interval: Interval, open_time: IntArray, now: int
) -> dict[str, BoolArray]:
    """Return the reasons that need the calendar."""
    row = session_of(calendar, interval, open_time)
    has_session = row >= 0
    # A daily key can lie after its session's open (Sydney, FX on Sunday evening): it is future only before the open.
    begins = np.where(has_session, calendar.open[row], open_time) if interval.is_daily and len(calendar) else open_time
    return {
        "out_of_session": ~has_session,
        "off_grid": ~is_on_grid(calendar, interval, open_time),
        "future": begins > now,
    }


def _unique_order(open_time: IntArray, volume: FloatArray) -> IntArray:
    """Return the indices of one row per open_time, ascending: the last with volume, else the last."""
    order: IntArray = np.lexsort((np.arange(len(open_time)), volume > 0, open_time))
    times = open_time[order]
    return order[np.flatnonzero(np.append(times[1:] != times[:-1], True))[: len(times)]]
