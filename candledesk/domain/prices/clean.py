"""Checks of the rows that a provider sent: each is kept, kept and flagged, or dropped (DESIGN.md, rule 2)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import is_on_grid, session_of, wall_of_utc
from candledesk.domain.interval import DAY_S, MINUTE_S
from candledesk.domain.prices.oddity import Oddity

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.span import Span

FLOAT_NOISE = 1e-6  # the provider's prices are float32 widened to double (yahoo.md §4.19)
NO_CLOSE = "no_close"
PHANTOM = "phantom"
OFF_GRID = "off_grid"
AT_CLOSE = "at_close"
UNRECORDED = frozenset({"outside_span", "future", "duplicate", "live_row", AT_CLOSE})
"""Reasons that are not recorded for the bar: it was not requested, has not begun, or came twice."""


@dataclass(frozen=True, slots=True)
class CleanBars:
    """The checked rows of an answer: the bars that can be stored, ascending and unique, and the dropped rows.

    ``bars``: n bars that can be stored; ``odd``: int64 ``(n,)``, their flags (``domain.prices.oddity``); ``sent``:
    float64 ``(4, n)``, their open, high, low and close as received (NaN: missing); ``dropped``: the number of dropped
    rows by reason; ``lost``: ascending open times of rows without a close; ``untraded``: those of ``lost`` without
    volume; ``impossible``: open time and reason of each dropped row whose reason is recorded (not in ``UNRECORDED``).
    """

    bars: Bars
    dropped: dict[str, int]
    odd: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    sent: FloatArray = field(default_factory=lambda: np.empty((4, 0)))
    lost: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    untraded: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    impossible: tuple[tuple[int, str], ...] = ()


def clean_bars(
    raw: Bars, calendar: SessionCalendar, interval: Interval, span: Span, now: int, previous: float | None = None
) -> CleanBars:
    """Check the rows ``raw`` and return those that can be stored; a kept bar keeps its close as received.

    ``raw`` may be unsorted, doubled and off the grid; daily bars are keyed by session date already. ``now``: UTC
    seconds; ``previous``: the close before the first row, ``None`` when unknown. A row is dropped for the first of
    these reasons that holds: ``outside_span``; ``no_close``; ``future`` (it has not begun at ``now``); ``at_close``
    (some answers add a row at the very end of a session, yahoo.md §4.12); ``live_row`` and ``off_grid`` (a time that no
    bar of this interval can have, §4.9); ``phantom`` (no volume, all prices equal to the close before, and no session
    in the calendar); ``duplicate`` (the last row with volume is kept, else the last). All other rows are kept, and are
    flagged where calendar or prices contradict them. A missing volume becomes 0: zero volume is normal (§4.8).
    """
    order = np.argsort(raw.open_time, kind="stable")
    raw = raw.take(order)
    volume = np.where(np.isfinite(raw.volume) & (raw.volume > 0), raw.volume, 0.0)
    row = session_of(calendar, interval, raw.open_time)
    expected = is_on_grid(calendar, interval, raw.open_time)
    stray = ~expected
    is_flat = _is_flat(raw) & (volume == 0)
    off_grid = stray.copy()
    off_grid[stray] = ~_is_on_any_grid(calendar, interval, raw.open_time[stray], row[stray])
    reasons: dict[str, BoolArray] = {
        "outside_span": (raw.open_time < span.start) | (raw.open_time >= span.end),
        NO_CLOSE: ~np.isfinite(raw.close),
        "future": _begins(calendar, interval, raw.open_time, row) > now,
        AT_CLOSE: stray & _is_at_close(calendar, interval, raw.open_time),
        "live_row": stray & (is_flat | off_grid) & _is_last(raw.open_time) & (not interval.is_daily),
        OFF_GRID: off_grid,
        PHANTOM: stray & is_flat & _repeats_close(raw.close, previous),
    }
    is_kept, dropped, impossible = _apply(reasons, raw.open_time)
    is_lost = reasons[NO_CLOSE] & ~reasons["outside_span"] & ~reasons["future"]
    lost = np.unique(raw.open_time[is_lost])
    untraded = np.setdiff1d(lost, raw.open_time[is_lost & (volume > 0)])
    unique = _unique_order(raw.open_time[is_kept], volume[is_kept])
    if len(unique) < int(is_kept.sum()):
        dropped["duplicate"] = int(is_kept.sum()) - len(unique)
    chosen = np.flatnonzero(is_kept)[unique]
    lost, untraded = (np.setdiff1d(times, raw.open_time[chosen]) for times in (lost, untraded))
    if not interval.is_daily:  # an empty minute row stands for a minute without trades (yahoo.md §4.7)
        impossible = tuple(row for row in impossible if row[1] != NO_CLOSE or row[0] not in set(untraded.tolist()))
    bars, odd, sent = _fit(raw.take(chosen), volume[chosen])
    unlisted = stray[chosen] | np.isin(_dates_of(calendar, row[chosen]), calendar.observed)
    return CleanBars(bars, dropped, odd | np.where(unlisted, int(Oddity.SESSION), 0), sent, lost, untraded, impossible)


def shape_flags(opens: FloatArray, highs: FloatArray, lows: FloatArray, closes: FloatArray) -> IntArray:
    """Return the flags of contradictions among the four prices of each bar, int64 ``(n,)``; NaN: missing.

    A zero among positive prices counts as missing (yahoo.md §4.5: old US history has opens of 0). It counts as a price
    where no other price is positive or one is negative.
    """
    sent = [opens, highs, lows, closes]
    others = (np.fmax.reduce(sent) > 0) & ~(np.fmin.reduce(sent) < 0)
    no_open = np.isnan(opens) | ((opens == 0) & others)
    no_high = np.isnan(highs) | ((highs == 0) & others & (closes > 0))
    no_low = np.isnan(lows) | ((lows == 0) & others & (np.fmin(opens, closes) > 0))
    top, bottom = _known(highs, no_high), _known(lows, no_low)
    noise = FLOAT_NOISE * np.fmax(np.abs(top), np.abs(bottom))
    noise = np.where(np.isnan(noise), FLOAT_NOISE * np.abs(closes), noise)
    flags = np.zeros(len(closes), np.int64)
    lowest = np.fmin.reduce([_known(opens, no_open), top, bottom, closes])
    for oddity, holds in (
        (Oddity.OPEN_UNKNOWN, no_open),
        (Oddity.RANGE_UNKNOWN, no_high | no_low),
        (Oddity.NON_POSITIVE, lowest <= 0),
        (Oddity.CROSSED, top < bottom - noise),
        (Oddity.OPEN_OUTSIDE, ~no_open & ((opens > top + noise) | (opens < bottom - noise))),
        (Oddity.CLOSE_OUTSIDE, (closes > top + noise) | (closes < bottom - noise)),
    ):
        flags |= np.where(holds, int(oddity), 0)
    return flags


def fit_prices(sent: FloatArray, flags: IntArray) -> FloatArray:
    """Return prices that can be stored and drawn, float64 ``(4, n)``: as received, with missing and crossed ones fixed.

    A missing open becomes 0, for which charts draw the bar from the close before. A missing high or low becomes that of
    the known prices. A high below its low is swapped with it.
    """
    opens, highs, lows, closes = (np.array(column) for column in sent)
    opens[(flags & Oddity.OPEN_UNKNOWN) != 0] = 0.0
    body = np.where((flags & Oddity.OPEN_UNKNOWN) != 0, closes, opens)
    unknown = (flags & Oddity.RANGE_UNKNOWN) != 0
    no_high, no_low = unknown & (np.isnan(highs) | (highs == 0)), unknown & (np.isnan(lows) | (lows == 0))
    highs[no_high] = np.fmax.reduce([body, closes, lows])[no_high]
    lows[no_low] = np.fmin.reduce([body, closes, highs])[no_low]
    return np.stack([opens, np.maximum(highs, lows), np.minimum(highs, lows), closes])


def _fit(raw: Bars, volume: FloatArray) -> tuple[Bars, IntArray, FloatArray]:
    sent = np.stack([raw.open, raw.high, raw.low, raw.close])
    sent[~np.isfinite(sent)] = np.nan
    flags = shape_flags(*sent)
    opens, highs, lows, closes = fit_prices(sent, flags)
    return Bars(raw.open_time, opens, highs, lows, closes, volume), flags, sent


def _known(values: FloatArray, is_unknown: BoolArray) -> FloatArray:
    return np.where(is_unknown, np.nan, values)


def _apply(
    reasons: dict[str, BoolArray], open_time: IntArray
) -> tuple[BoolArray, dict[str, int], tuple[tuple[int, str], ...]]:
    """Return the mask of kept rows, the number of dropped rows by reason, and the dropped rows to be recorded."""
    is_kept = np.ones(len(open_time), np.bool_)
    dropped: dict[str, int] = {}
    impossible: list[tuple[int, str]] = []
    for reason, is_bad in reasons.items():
        mine = is_kept & is_bad
        if mine.any():
            dropped[reason] = int(mine.sum())
            is_kept &= ~is_bad
            if reason not in UNRECORDED:
                impossible += [(time, reason) for time in np.unique(open_time[mine]).tolist()]
    return is_kept, dropped, tuple(impossible)


def _begins(calendar: SessionCalendar, interval: Interval, open_time: IntArray, row: IntArray) -> IntArray:
    """Return the time at which each bar begins; a daily key can lie after its session's open (Sydney, FX on Sunday)."""
    if not interval.is_daily or not len(calendar):
        return open_time
    return np.where(row >= 0, calendar.open[row], open_time)


def _is_flat(raw: Bars) -> BoolArray:
    is_flat: BoolArray = (raw.open == raw.close) & (raw.high == raw.close) & (raw.low == raw.close)
    return is_flat


def _is_last(open_time: IntArray) -> BoolArray:
    return open_time == open_time[-1] if len(open_time) else np.zeros(0, np.bool_)


def _repeats_close(close: FloatArray, previous: float | None) -> BoolArray:
    """Tell which rows have the same close as the last known close before them; true for a row without one before."""
    known = np.append(np.nan if previous is None else previous, close)[:-1]
    at = np.where(np.isfinite(known), np.arange(len(known)), 0)
    before = known[np.maximum.accumulate(at)] if len(at) else known
    repeats: BoolArray = ~(np.abs(close - before) > FLOAT_NOISE * np.abs(close))
    return repeats


def _is_at_close(calendar: SessionCalendar, interval: Interval, open_time: IntArray) -> BoolArray:
    if interval.is_daily or calendar.is_24h or not len(calendar):
        return np.zeros(len(open_time), np.bool_)
    at = np.minimum(np.searchsorted(calendar.close, open_time), len(calendar) - 1)
    return np.asarray(calendar.close[at] == open_time)


def _is_on_any_grid(calendar: SessionCalendar, interval: Interval, open_time: IntArray, row: IntArray) -> BoolArray:
    """Tell which times are possible open times of a bar although the calendar does not expect one.

    Daily: every date. Intraday: whole minutes on the session's grid (inside its break), on a grid from midnight
    (outside all sessions), or on a grid that another of these times on the same local date shares. A live row shares
    its grid with no other row, so it does not qualify (yahoo.md §4.9).
    """
    if interval.is_daily or not len(open_time):
        return np.ones(len(open_time), np.bool_)
    wall = wall_of_utc(calendar.tz, open_time)
    phase = wall % DAY_S % interval.step_s
    _, inverse, counts = np.unique(wall // DAY_S * DAY_S + phase, return_inverse=True, return_counts=True)
    is_shared = counts[inverse] > 1
    is_own = phase == 0
    if len(calendar) and not calendar.is_24h:
        is_own = np.where(row >= 0, (open_time - calendar.open[row]) % interval.step_s == 0, is_own)
    on_grid: BoolArray = (open_time % MINUTE_S == 0) & (is_own | is_shared)
    return on_grid


def _dates_of(calendar: SessionCalendar, row: IntArray) -> IntArray:
    if not len(calendar):
        return np.full(len(row), np.iinfo(np.int64).min)
    return np.where(row >= 0, calendar.date[row], np.iinfo(np.int64).min)


def _unique_order(open_time: IntArray, volume: FloatArray) -> IntArray:
    """Return the indices of one row per open_time, ascending: the last with volume, else the last."""
    order: IntArray = np.lexsort((np.arange(len(open_time)), volume > 0, open_time))
    times = open_time[order]
    return order[np.flatnonzero(np.append(times[1:] != times[:-1], True))[: len(times)]]


def without_bars(clean: CleanBars, is_out: BoolArray) -> CleanBars:
    """Return ``clean`` without the bars that ``is_out`` marks."""
    kept = ~is_out
    return replace(clean, bars=clean.bars.take(kept), odd=clean.odd[kept], sent=clean.sent[:, kept])
