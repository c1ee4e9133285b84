"""One basis (DESIGN.md, rule 3): whether bars are adjusted for the same splits, and how they come together. Pure.

Yahoo adjusts all history at once when a split takes effect (yahoo.md §4.1), says so only in answers that hold the day
itself, and sometimes serves intraday chunks that it forgot to adjust (§4.2). The evidence is always the same: the last
close of each session, compared between two sets of bars.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.interval import DAY_S
from candledesk.domain.sessions import session_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.interval import Interval
    from candledesk.domain.sessions import SessionCalendar

SAME_WITHIN = 1.2
"""Medians within this factor are one basis: the smallest usual split is 5:4, and auctions move closes by far less."""
FLOAT_NOISE = 1e-6  # yahoo.md §4.19: prices are float32 widened to double

Split = tuple[int, float]  # (ex-date at 00:00 UTC, new shares per old)


def close_ratio(new: Bars, old: Bars) -> float | None:
    """Return the median of new / old closes over shared open_times; ``None`` when none is shared."""
    _, left, right = np.intersect1d(new.open_time, old.open_time, assume_unique=True, return_indices=True)
    return float(np.median(new.close[left] / old.close[right])) if len(left) else None


def is_near(ratio: float, expected: float) -> bool:
    """Tell whether a ratio is ``expected`` rather than 1: nearer to it in proportion, and within its tolerance."""
    return bool(_is_near(np.array([ratio]), expected)[0])


def is_same(ratio: float | None) -> bool:
    """Tell whether a ratio of closes means one basis."""
    return ratio is None or 1 / SAME_WITHIN < ratio < SAME_WITHIN


def align_to_daily(
    bars: Bars, calendar: SessionCalendar, interval: Interval, daily: Bars, splits: Sequence[Split]
) -> tuple[Bars, int]:
    """Return intraday ``bars`` on the basis of ``daily``, and how many of them had another.

    Each session's last close is compared with the daily close of its date; a session without a daily bar follows the
    nearest one that has. Works for chunks that Yahoo forgot to adjust and for bars that were stored before a split.
    """
    if not len(bars) or not len(daily) or not splits:
        return bars, 0
    row = session_of(calendar, interval, bars.open_time)
    dates = np.where(row < 0, bars.open_time // DAY_S * DAY_S, calendar.date[row])
    last = np.flatnonzero(np.append(dates[1:] != dates[:-1], True))
    sessions, closes = dates[last], bars.close[last]
    divisor = np.ones(len(bars))
    for date, factor in splits:
        ratio = _session_ratios(sessions, closes, daily)
        is_early = sessions < date
        if not is_early.any() or np.isnan(ratio[is_early]).all():
            continue
        is_stale = is_early & _is_near(_fill_nearest(ratio), factor)
        divisor *= np.where(is_stale[np.searchsorted(sessions, dates)], factor, 1.0)
        closes = closes / np.where(is_stale, factor, 1.0)
    return _divide(bars, divisor), int(np.count_nonzero(divisor != 1.0))


def _session_ratios(sessions: IntArray, closes: FloatArray, daily: Bars) -> FloatArray:
    ratio = np.full(len(sessions), np.nan)
    _, left, right = np.intersect1d(sessions, daily.open_time, assume_unique=True, return_indices=True)
    ratio[left] = closes[left] / daily.close[right]
    return ratio


def _fill_nearest(ratio: FloatArray) -> FloatArray:
    known = np.flatnonzero(~np.isnan(ratio))
    at = np.arange(len(ratio))
    after = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(np.abs(known[before] - at) < np.abs(known[after] - at), known[before], known[after])
    filled: FloatArray = ratio[nearer]
    return filled


def _is_near(ratio: FloatArray, expected: float) -> BoolArray:
    distance = np.abs(np.log(ratio / expected))
    near: BoolArray = (distance < np.abs(np.log(ratio))) & (distance < math.log(SAME_WITHIN))
    return near


def _divide(bars: Bars, divisor: FloatArray) -> Bars:
    """Return the bars with prices divided and volumes multiplied; float32 prices stay float32, as they are served."""
    if (divisor == 1.0).all():
        return bars
    prices = [bars.open, bars.high, bars.low, bars.close]
    is_single = all(np.array_equal(price, price.astype(np.float32)) for price in prices)
    divided = [price / divisor for price in prices]
    if is_single:
        divided = [price.astype(np.float32).astype(np.float64) for price in divided]
    opens, highs, lows, closes = divided
    return Bars(bars.open_time, opens, highs, lows, closes, np.round(bars.volume * divisor))


def rebase(bars: Bars, before: int, factor: float) -> Bars:
    """Return the bars with those that open earlier than ``before`` divided by a split's ``factor``."""
    return _divide(bars, np.where(bars.open_time < before, factor, 1.0))


def changed_only(new: Bars, stored: Bars) -> Bars:
    """Return the new bars that differ from the stored ones by more than float noise, or are not stored."""
    at = np.searchsorted(stored.open_time, new.open_time)
    has_old = at < len(stored)
    has_old[has_old] = stored.open_time[at[has_old]] == new.open_time[has_old]
    is_same_bar = has_old.copy()
    for name in ("open", "high", "low", "close", "volume"):
        old, fresh = getattr(stored, name)[at[has_old]], getattr(new, name)[has_old]
        is_same_bar[has_old] &= np.abs(fresh - old) <= FLOAT_NOISE * np.abs(old)
    return new.take(~is_same_bar)
