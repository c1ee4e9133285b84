"""One basis (DESIGN.md, rule 3): for which splits bars are adjusted, and how they come together. Pure.

A provider adjusts all history at once when a split takes effect (yahoo.md §4.1), says so only in answers that hold the
day itself, and sometimes serves intraday chunks that it forgot to adjust (§4.2). The evidence is always a comparison
of closes: of the same bars, which agree to float noise on one basis, or of a session's last close with its daily one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_dates
from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.clean import FLOAT_NOISE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.scale import Split

SAME_BARS = 1e-3
"""Logarithmic difference within which the median of the same bars' closes is one basis: any split is larger."""
SAME_SESSION = math.log(1.2)
"""The same for a session's last close and its daily close, which an auction can part (yahoo.md §4.13)."""
_NO_UNIT = math.log(10.0)  # halfway to the smallest factor between two units
SAME_MARKET = 0.005
"""Logarithmic difference up to which two market prices within two minutes speak of no split between them."""
_N_SMOOTHED = 5  # sessions of which the median decides: one odd close moves none, and a step stays where it is


def split_factors(dates: IntArray, splits: Sequence[Split]) -> FloatArray:
    """Return what bars of ``dates`` must be divided by, float64 ``(m + 1, n)``, for ``m`` splits.

    Row k is for prices that reflect the oldest k splits and not the later ones; the last row is 1.
    """
    ordered = sorted(splits)
    rows = [np.ones(len(dates))]
    for date, factor in reversed(ordered):
        rows.append(rows[-1] * np.where(dates < date, factor, 1.0))
    return np.stack(rows[::-1])


def compare_basis(
    new: Bars, old: Bars, splits: Sequence[Split], unit: float = 0.0, n_sure: int = 0
) -> tuple[int | None, int]:
    """Return how many of the oldest ``splits`` the prices of ``old`` reflect if those of ``new`` reflect all of them.

    And how many bars were compared: those that both have, at the same open times (1d: session dates). ``None``: the
    prices differ and no split explains it. All of them when nothing can be compared, or when the two differ by
    ``unit``, the factor between the two units of the currency, which says nothing of splits: unless one of that size
    explains it that is not among the ``n_sure`` oldest, which ``old`` is known to reflect.
    """
    n_splits = len(splits)
    times, ratios, n_compared = _same_bars(new, old)
    if not len(ratios):
        return n_splits, n_compared
    n_reflected = _most_agreed(ratios, np.log(split_factors(times, splits)))
    is_new_fact = n_reflected is not None and n_reflected >= n_sure
    if unit and not is_new_fact and abs(abs(float(np.median(ratios))) - math.log(unit)) < SAME_SESSION:
        return n_splits, n_compared
    return n_reflected, n_compared


def _same_bars(new: Bars, old: Bars) -> tuple[IntArray, FloatArray, int]:
    """Compare the closes of the bars that both have; also returns how many these are.

    Of those with closes above zero: open times, and the logarithm of the old close over the new one, both ``(k,)``.
    """
    _, left, right = np.intersect1d(new.open_time, old.open_time, return_indices=True)
    fresh, stored = new.close[left], old.close[right]
    usable = (fresh > 0) & (stored > 0)
    return new.open_time[left][usable], np.log(stored[usable]) - np.log(fresh[usable]), len(left)


def is_same_scale(new: Bars, old: Bars) -> bool:
    """Tell whether the bars that both have close within what a split or an auction can part, not a unit's factor."""
    _, ratios, _ = _same_bars(new, old)
    return len(ratios) > 0 and abs(float(np.median(ratios))) < _NO_UNIT


def _most_agreed(ratios: FloatArray, factors: FloatArray) -> int | None:
    """Return the row of ``factors`` that most ``ratios`` agree with (logarithms), ``None`` when less than half do.

    Of equals the last. A row that differs from the last in one of several bars is no evidence of a split: that is a
    correction of this bar.
    """
    n_agreed = (np.abs(ratios - factors) < SAME_BARS).sum(axis=1)
    n_given = np.count_nonzero(factors, axis=1)
    is_given = (n_given >= 2) | (n_given == len(ratios))  # noqa: PLR2004 - bars that make a ratio
    is_given[-1] = True
    best = len(n_agreed) - 1 - int(np.argmax(np.where(is_given, n_agreed, -1)[::-1]))
    return best if 2 * int(n_agreed[best]) > len(ratios) else None


def is_same_market(before: float | None, after: float | None) -> bool:
    """Tell whether two market prices, of minutes apart, can be on one basis; where one is unknown, they can."""
    if before is None or after is None or before <= 0 or after <= 0:
        return True
    return abs(math.log(after / before)) <= SAME_MARKET


def unstated_split(new: Bars, old: Bars) -> Split | None:
    """Return the split that the same daily bars show where the provider states none: one ratio up to a date, 1 after.

    ``None`` where the differences are not of that kind (corrections of single bars).
    """
    times, ratios, _ = _same_bars(new, old)
    moved = np.flatnonzero(np.abs(ratios) > SAME_BARS)
    if len(moved) < 2 or np.ptp(ratios[: moved[-1] + 1]) > SAME_BARS:  # noqa: PLR2004 - two bars make a ratio
        return None
    return int(times[moved[-1]]) + DAY_S, float(np.exp(np.median(ratios[moved])))


def align_factors(
    open_time: IntArray,
    closes: FloatArray,
    calendar: SessionCalendar,
    interval: Interval,
    daily: Bars,
    splits: Sequence[Split],
    n_reflected: int | None = None,
) -> FloatArray:
    """Return what intraday bars must be divided by to be on the basis of ``daily``, float64 ``(n,)``.

    Each session's last close (NaN: unknown) is compared with the daily close of its date; a session without a daily bar
    follows the nearest one that has. Works for chunks that were sent unadjusted and for bars stored before a split.
    ``n_reflected``: how many of the oldest ``splits`` the bars reflect where no session can be compared (``None``: all
    of them).
    """
    n = len(open_time)
    if not n or not splits:
        return np.ones(n)
    dates = bar_dates(calendar, interval, open_time)
    last = np.flatnonzero(np.append(dates[1:] != dates[:-1], True))
    sessions, ratios = dates[last], _session_ratios(dates[last], closes[last], daily)
    if np.isnan(ratios).all():
        return np.asarray(split_factors(dates, splits)[len(splits) if n_reflected is None else n_reflected])
    factors = split_factors(sessions, splits)
    distance = np.abs(_smoothed(_fill_nearest(ratios)) - np.log(factors))[::-1]  # the last row, no split, wins a tie
    best = np.argmin(distance, axis=0)
    chosen = factors[::-1][best, np.arange(len(sessions))]
    chosen = np.where(distance[best, np.arange(len(sessions))] < SAME_SESSION, chosen, 1.0)
    return np.asarray(chosen[np.searchsorted(sessions, dates)])


def align_to_daily(
    bars: Bars, calendar: SessionCalendar, interval: Interval, daily: Bars, splits: Sequence[Split]
) -> tuple[Bars, int]:
    """Return intraday ``bars`` on the basis of ``daily``, and how many of them had another (``align_factors``)."""
    closes = np.where(bars.close > 0, bars.close, np.nan)
    divisor = align_factors(bars.open_time, closes, calendar, interval, daily, splits)
    return divide(bars, divisor), int(np.count_nonzero(divisor != 1.0))


def _session_ratios(sessions: IntArray, closes: FloatArray, daily: Bars) -> FloatArray:
    ratio = np.full(len(sessions), np.nan)
    _, left, right = np.intersect1d(sessions, daily.open_time, assume_unique=True, return_indices=True)
    known = np.where(daily.close[right] > 0, daily.close[right], np.nan)
    ratio[left] = np.log(closes[left]) - np.log(known)
    return ratio


def _fill_nearest(ratio: FloatArray) -> FloatArray:
    known = np.flatnonzero(~np.isnan(ratio))
    at = np.arange(len(ratio))
    after = np.clip(np.searchsorted(known, at), 0, len(known) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(np.abs(known[before] - at) < np.abs(known[after] - at), known[before], known[after])
    filled: FloatArray = ratio[nearer]
    return filled


def _smoothed(ratio: FloatArray) -> FloatArray:
    """Return the running median; at either end of what is there."""
    half = _N_SMOOTHED // 2
    padded = np.concatenate([np.full(half, np.nan), ratio, np.full(half, np.nan)])
    smoothed: FloatArray = np.nanmedian(np.lib.stride_tricks.sliding_window_view(padded, _N_SMOOTHED), axis=1)
    return smoothed


def divide(bars: Bars, divisor: FloatArray, *, is_split: bool = True) -> Bars:
    """Return the bars with prices divided; float32 prices stay float32, as they are served.

    ``is_split``: volumes are multiplied.
    """
    if (divisor == 1.0).all():
        return bars
    prices = [bars.open, bars.high, bars.low, bars.close]
    is_single = all(np.array_equal(price, price.astype(np.float32)) for price in prices)
    divided = [price / divisor for price in prices]
    if is_single:
        divided = [price.astype(np.float32).astype(np.float64) for price in divided]
    opens, highs, lows, closes = divided
    volume = np.round(bars.volume * divisor) if is_split else bars.volume
    return Bars(bars.open_time, opens, highs, lows, closes, volume)


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
