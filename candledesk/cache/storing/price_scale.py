"""Brings the rows of an answer and the bars around them onto the instrument's own scale, and flags what is odd.

What was decided of a stored bar with less knowledge is decided again here, from what was sent (DESIGN.md, rule 2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from candledesk.cache.rules.split_basis import align_factors
from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import bar_dates
from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.clean import fit_prices
from candledesk.domain.prices.oddity import Oddity
from candledesk.domain.prices.scale import find_jumps, read_prices, read_scale
from candledesk.domain.span import HISTORY_START, Span
from candledesk.store.market import bars as bar_store
from candledesk.store.market import odd_bars as odd_store
from candledesk.store.market.odd_bars import OddBar

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar
    from candledesk.domain.interval import Interval
    from candledesk.domain.prices.clean import CleanBars
    from candledesk.domain.prices.scale import Evidence
    from candledesk.store import Connection

_FOREVER = 2**40
_AROUND_S = 60 * DAY_S  # of intraday bars so much is looked at on either side; of dailies everything
_ORDINARY = 0.3  # below this no logarithmic move is a step of any scale
_FOUND_HERE = int(Oddity.JUMP | Oddity.UNIT | Oddity.BASIS)


@dataclass(frozen=True, slots=True)
class Sent:
    """Bars as they were sent: n of them, with the flags that they have of themselves, and what is stored of them.

    ``prices``: float64 ``(4, n)``; ``is_new``: whether the answer has them; ``stored``: float64 ``(5, n)``, the stored
    prices and volume, NaN where none are; ``stored_flags``: int64 ``(n,)``.
    """

    open_time: IntArray
    prices: FloatArray
    volume: FloatArray
    flags: IntArray
    is_new: BoolArray
    stored: FloatArray
    stored_flags: IntArray


@dataclass(frozen=True, slots=True)
class OwnScale:
    """What is to be stored: n ``bars`` with the flags ``odd``, int64 ``(n,)``, and the flagged ones as rows.

    ``is_new``: whether the answer has the bar; else it is a stored one that is read otherwise from now on.
    """

    bars: Bars
    odd: IntArray
    sent: FloatArray
    sent_volume: FloatArray
    is_new: BoolArray

    def take(self, kept: BoolArray) -> OwnScale:
        """Return the bars that ``kept`` marks."""
        columns = self.sent[:, kept], self.sent_volume[kept], self.is_new[kept]
        return OwnScale(self.bars.take(kept), self.odd[kept], *columns)

    def odd_bars(self) -> list[OddBar]:
        """Return the flagged bars as the store keeps them."""
        found: list[OddBar] = []
        stored = np.stack([self.bars.open, self.bars.high, self.bars.low, self.bars.close, self.bars.volume])
        sent = np.vstack([self.sent, self.sent_volume])
        is_same = (stored == sent).all(axis=0)
        for row in np.flatnonzero(self.odd).tolist():
            time, flags = int(self.bars.open_time[row]), int(self.odd[row])
            opened, high, low, close, volume = sent[:, row].tolist()
            prices = None if is_same[row] else (opened, high, low, close)
            found.append(OddBar(time, flags, prices, None if prices is None else volume))
        return found


def settle_scale(
    connection: Connection,
    series_id: int,
    interval: Interval,
    clean: CleanBars,
    calendar: SessionCalendar,
    daily: Bars | None,
    evidence: Evidence,
) -> OwnScale:
    """Return the bars of ``clean`` as they are to be stored, with the stored bars around that are read otherwise now.

    ``daily``: stored 1d bars around, by which intraday bars are judged; ``None`` for 1d itself.
    """
    if not len(clean.bars):
        return OwnScale(clean.bars, clean.odd, clean.sent, clean.bars.volume, np.empty(0, np.bool_))
    around = _around(clean, interval)
    sent = _read_sent(connection, series_id, around if interval.is_daily else _next_to(clean, around), clean)
    if not interval.is_daily and not _is_ordinary(sent, evidence):
        sent = _read_sent(connection, series_id, around, clean)
    return _judge(sent, interval, calendar, daily, evidence)


def _around(clean: CleanBars, interval: Interval) -> Span:
    if interval.is_daily:
        return Span(HISTORY_START, _FOREVER)
    return Span(int(clean.bars.open_time[0]) - _AROUND_S, int(clean.bars.open_time[-1]) + _AROUND_S)


def _next_to(clean: CleanBars, around: Span) -> Span:
    """Return the part of ``around`` in which the nearest neighbours of an answer lie."""
    first, last = int(clean.bars.open_time[0]), int(clean.bars.open_time[-1])
    return Span(max(around.start, first - 5 * DAY_S), min(around.end, last + 5 * DAY_S))


def _is_ordinary(sent: Sent, evidence: Evidence) -> bool:
    """Tell whether nothing in an answer or beside it can be on another scale, so that no more need be looked at."""
    if (sent.stored_flags & _FOUND_HERE).any() or not (sent.prices > 0).all():
        return False
    logs = np.log(sent.prices)
    moves = np.abs(logs - np.append(logs[3, 0], logs[3, :-1]))
    if float(moves.max()) > _ORDINARY:
        return False
    return evidence.market is None or abs(logs[3, -1] - np.log(max(evidence.market[1], 1e-12))) < 1.0


def _read_sent(connection: Connection, series_id: int, span: Span, clean: CleanBars) -> Sent:
    """Return the answer's rows among the stored bars of ``span``, all of them as they were sent."""
    stored = bar_store.read_bars(connection, series_id, span)
    times = np.union1d(stored.open_time, clean.bars.open_time)
    old, new = np.searchsorted(times, stored.open_time), np.searchsorted(times, clean.bars.open_time)
    values = np.full((5, len(times)), np.nan)
    values[:, old] = np.stack([stored.open, stored.high, stored.low, stored.close, stored.volume])
    sent, stored_flags = values.copy(), np.zeros(len(times), np.int64)
    for bar in odd_store.read_odd(connection, series_id, span):
        at = int(np.searchsorted(times, bar.open_time))
        if at == len(times) or times[at] != bar.open_time:
            continue
        stored_flags[at] = bar.flags
        if bar.sent is not None:
            sent[:, at] = [np.nan if value is None else value for value in (*bar.sent, bar.volume)]
    flags = stored_flags & ~_FOUND_HERE
    is_new = np.zeros(len(times), np.bool_)
    is_new[new], flags[new] = True, clean.odd
    sent[:4, new], sent[4, new] = clean.sent, clean.bars.volume
    return Sent(times, sent[:4], sent[4], flags, is_new, values, stored_flags)


def _judge(
    sent: Sent, interval: Interval, calendar: SessionCalendar, daily: Bars | None, evidence: Evidence
) -> OwnScale:
    align = np.ones(len(sent.open_time))
    if not interval.is_daily:
        reference = _reference(sent.open_time, calendar, interval, daily)
        closes = np.where(sent.prices[3] > 0, sent.prices[3], np.nan)
        if daily is not None and evidence.splits:
            align = align_factors(sent.open_time, closes, calendar, interval, daily, evidence.splits)
        evidence = replace(evidence, splits=(), reference=reference)
    divisor, flags = read_scale(sent.open_time, sent.prices / align, evidence)
    flags |= np.where(align != 1.0, int(Oddity.BASIS), 0)
    prices, is_mixed = read_prices(sent.prices, align * divisor, evidence.unit)
    flags = sent.flags | flags | np.where(is_mixed, int(Oddity.UNIT), 0)
    fitted = fit_prices(prices, flags)
    flags |= np.where(find_jumps(sent.open_time, fitted), int(Oddity.JUMP), 0)
    split = align * np.where(flags & Oddity.BASIS, divisor, 1.0)
    volume = np.where(split == 1.0, sent.volume, np.round(sent.volume * split))
    values = np.vstack([fitted, volume])
    with np.errstate(invalid="ignore"):
        is_other = (values != sent.stored).any(axis=0) | (flags != sent.stored_flags)
    opens, highs, lows, closes = fitted
    bars = Bars(sent.open_time, opens, highs, lows, closes, volume)
    whole = OwnScale(bars, flags, sent.prices, sent.volume, sent.is_new)
    return whole.take(sent.is_new | is_other)


def _reference(
    open_time: IntArray, calendar: SessionCalendar, interval: Interval, daily: Bars | None
) -> FloatArray | None:
    """Return the daily close of each intraday bar's session, NaN where none is known."""
    if daily is None or not len(daily):
        return None
    dates = bar_dates(calendar, interval, open_time)
    at = np.minimum(np.searchsorted(daily.open_time, dates), len(daily) - 1)
    holds = (daily.open_time[at] == dates) & (daily.close[at] > 0)
    return np.where(holds, daily.close[at], np.nan)
