"""The minutes of given sessions: noise, scaled so that each session aggregates exactly to its daily bar."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from candledesk.demo.prices.noise import hash_counters, noise_key, take_field, to_bell
from candledesk.domain.interval import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.demo.instruments.profile import Profile
    from candledesk.demo.prices.days import DayTable
    from candledesk.demo.prices.noise import UintArray
    from candledesk.domain.bars import BoolArray, FloatArray, IntArray

_FIELD_SIZE = 65_536


@dataclass(frozen=True, eq=False, slots=True)
class Minutes:
    """Minutes with a trade, ascending; arrays of shape ``(n,)``. ``session``: row of the day table; raw prices."""

    session: IntArray
    time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: IntArray

    def take(self, selection: slice | BoolArray | IntArray) -> Minutes:
        """Return the selected minutes."""
        return Minutes(*(getattr(self, field.name)[selection] for field in fields(self)))

    def with_prices(self, prices: Sequence[FloatArray], volume: IntArray) -> Minutes:
        """Return the same minutes with other prices (open, high, low, close), rounded to 32-bit floats, and volumes."""
        open_, high, low, close = (column.astype(np.float32).astype(np.float64) for column in prices)
        return Minutes(self.session, self.time, open_, high, low, close, volume)

    def divided(self, ratio: FloatArray) -> Minutes:
        """Return the minutes on another split basis: prices divided and volumes multiplied by ``ratio``."""
        prices = [column / ratio for column in (self.open, self.high, self.low, self.close)]
        return self.with_prices(prices, (self.volume * ratio).astype(np.int64))

    def __len__(self) -> int:
        """Return the number of minutes."""
        return len(self.time)


@dataclass(frozen=True, eq=False, slots=True)
class _Groups:
    """Runs of one session in a flat minute array: ``index`` maps a minute to its run, ``start`` to its first minute."""

    index: IntArray
    start: IntArray
    length: IntArray

    def spread(self, values: FloatArray) -> FloatArray:
        """Return for each minute the value of its run."""
        return values[self.index]


def _group(session: IntArray) -> _Groups:
    change = np.empty(len(session), np.bool_)
    change[:1] = True
    np.not_equal(session[1:], session[:-1], out=change[1:])
    start = np.flatnonzero(change)
    length = np.diff(np.append(start, len(session)))
    return _Groups(np.repeat(np.arange(len(start)), length), start, length)


def minute_grid(days: DayTable, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Return (session row, open time) of every trading minute of sessions ``[first, last)``, without breaks."""
    hours, rows = days.hours, slice(first, last)
    count = (hours.close[rows] - hours.open[rows]) // MINUTE_S
    session = np.repeat(np.arange(first, last), count)
    rank = np.arange(len(session)) - np.repeat(np.cumsum(count) - count, count)
    time = np.repeat(hours.open[rows], count) + rank * MINUTE_S
    if hours.break_end[rows].any():
        inside = (time >= np.repeat(hours.break_start[rows], count)) & (time < np.repeat(hours.break_end[rows], count))
        session, time = session[~inside], time[~inside]
    return session, time


def make_minutes(profile: Profile, days: DayTable, first: int, last: int) -> Minutes:
    """Return the minutes of sessions ``[first, last)``: a pure function of profile, session and minute.

    First open, highest high, lowest low, last close and summed volume of each session equal its daily bar. A fund has
    no minutes.
    """
    session, time = minute_grid(days, first, last)
    if len(session) == 0 or profile.is_fund:
        session, time, none = session[:0], time[:0], np.empty(0)
        return Minutes(session, time, none, none, none, none, time)
    texture = hash_counters(noise_key(profile.noise_name, "texture"), time // MINUTE_S)
    if profile.traded < 1:
        kept = take_field(texture, 3) < profile.traded * _FIELD_SIZE
        kept[_group(session).start] = True  # a session has at least one trade
        session, time, texture = session[kept], time[kept], texture[kept]
    groups = _group(session)
    rows = session[groups.start]
    bell = to_bell(hash_counters(noise_key(profile.noise_name, "minute"), time // MINUTE_S))
    close = _close_path(days, groups, rows, bell)
    close = np.round(close, profile.decimals)
    close[groups.start + groups.length - 1] = days.close[rows]
    open_ = np.empty_like(close)
    open_[1:] = close[:-1]
    open_[groups.start] = days.open[rows]
    high, low = _wicks(profile, days, groups, rows, (open_, close, texture))
    volume = _volumes(groups, days.volume[rows], texture, is_patchy=profile.quote_type == "CRYPTOCURRENCY")
    return Minutes(session, time, open_, high, low, close, volume)


def _position(groups: _Groups) -> FloatArray:
    """Return the position of each minute's end in its session, in ``(0, 1]``."""
    rank = np.arange(1, len(groups.index) + 1) - groups.start[groups.index]
    share: FloatArray = rank / groups.length[groups.index]
    return share


def _close_path(days: DayTable, groups: _Groups, rows: IntArray, bell: IntArray) -> FloatArray:
    """Return minute closes: a random bridge from the session's open to its close, scaled to its high and low."""
    x = _position(groups)
    edge = 2.0 * x - 1.0
    total = np.cumsum(bell * (2 + (2.0 * edge * edge * edge * edge).astype(np.int64)))  # exact: the same in any chunk
    base = np.concatenate([[0], total])[groups.start]
    walk = (total - base[groups.index]).astype(np.float64)
    walk -= x * groups.spread(walk[groups.start + groups.length - 1])
    spread = np.maximum.reduceat(walk, groups.start) - np.minimum.reduceat(walk, groups.start)
    high, low, open_, close = (column[rows] for column in (days.high, days.low, days.open, days.close))
    scale = 0.9 * (high - low) / np.maximum(spread, 1.0)
    path = groups.spread(open_) + groups.spread(close - open_) * x + groups.spread(scale) * walk
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    peak, trough = np.maximum.reduceat(path, groups.start), np.minimum.reduceat(path, groups.start)
    stretch_up = (high - top) / np.maximum(peak - top, 1e-9)
    stretch_down = (bottom - low) / np.maximum(bottom - trough, 1e-9)
    above = path - groups.spread(top)
    below = groups.spread(bottom) - path
    path += np.where(above > 0, above * groups.spread(stretch_up - 1), 0.0)
    path -= np.where(below > 0, below * groups.spread(stretch_down - 1), 0.0)
    clipped: FloatArray = np.clip(path, groups.spread(low), groups.spread(high))
    return clipped


def _wicks(
    profile: Profile,
    days: DayTable,
    groups: _Groups,
    rows: IntArray,
    inner: tuple[FloatArray, FloatArray, UintArray],
) -> tuple[FloatArray, FloatArray]:
    """Return minute highs and lows; the extreme minutes of each session have its daily high and low."""
    open_, close, texture = inner
    day_high, day_low = days.high[rows], days.low[rows]
    size = groups.spread(0.8 * (day_high - day_low) / np.sqrt(groups.length)) / _FIELD_SIZE
    high = np.maximum(open_, close) + size * take_field(texture, 0)
    low = np.minimum(open_, close) - size * take_field(texture, 1)
    high = np.minimum(np.round(high, profile.decimals), groups.spread(day_high))
    low = np.maximum(np.round(low, profile.decimals), groups.spread(day_low))
    high[_first_at(high, groups, np.maximum.reduceat(high, groups.start))] = day_high
    low[_first_at(low, groups, np.minimum.reduceat(low, groups.start))] = day_low
    return high, low


def _first_at(values: FloatArray, groups: _Groups, wanted: FloatArray) -> IntArray:
    """Return for each run the first minute whose value is that of ``wanted``."""
    hits = np.flatnonzero(values == groups.spread(wanted))
    _, first = np.unique(groups.index[hits], return_index=True)
    return hits[first]


def _volumes(groups: _Groups, total: IntArray, texture: UintArray, *, is_patchy: bool) -> IntArray:
    """Return integer volumes per minute that sum to the session's; ``is_patchy``: 0 in a third of the minutes."""
    x = _position(groups)
    draw = take_field(texture, 2)
    weight = draw // 256 + 16
    if not is_patchy:
        weight *= 16 + (56.0 * (2 * x - 1) ** 4).astype(np.int64)
    else:
        weight[draw % 3 == 0] = 0
    parts = np.maximum(np.add.reduceat(weight, groups.start), 1)
    volume = (weight * (total / parts)[groups.index]).astype(np.int64)
    volume[groups.start + groups.length - 1] += total - np.add.reduceat(volume, groups.start)
    return volume
