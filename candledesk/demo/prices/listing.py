"""One instrument of the demo at an instant: bars of any step, quote and split basis, without later data."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from candledesk.demo.instruments.hours import load_hours
from candledesk.demo.instruments.splits import split_ratio
from candledesk.demo.prices.days import DayMaker, DayTable
from candledesk.demo.prices.minutes import Minutes, make_minutes
from candledesk.domain.calendar.sessions import utc_of_wall
from candledesk.domain.interval import DAY_S, HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from candledesk.demo.instruments.profile import Profile
    from candledesk.domain.bars import FloatArray, IntArray

_KEPT_BLOCKS = 160
_BLOCK_SESSIONS = {True: 64, False: 4}  # by whether the step is an hour or more


@dataclass(frozen=True, slots=True)
class Quote:
    """The last trade: its price and time, and the row of its session."""

    price: float
    time: int
    session: int
    is_live: bool


class DemoListing:
    """One instrument with its daily table."""

    def __init__(self, profile: Profile, until: int) -> None:
        self.profile = profile
        self.hours = load_hours(profile, until)
        self.origins = self.hours.open  # of the grid of bars: a 24-hour venue's is anchored at local midnight
        if profile.is_24h:
            self.origins = utc_of_wall(profile.tz, self.hours.date)
        self.days: DayTable = DayMaker(profile).make_table(self.hours)
        self._blocks: OrderedDict[tuple[int, int], Minutes] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, step: int, start: int, end: int, now: int) -> Minutes:
        """Return raw bars of ``step`` seconds that open in ``[start, end)``, from the trades until ``now``."""
        hours = self.hours
        first = int(np.searchsorted(hours.close, start, side="right"))
        reach = min(end + step, now)  # a grid may begin before its session
        last = int(np.searchsorted(hours.open, reach, side="left"))
        if first >= last:
            return make_minutes(self.profile, self.days, 0, 0)
        live = int(np.searchsorted(hours.close, now, side="right"))
        parts = self._final_parts(step, first, min(last, live))
        if live < last:
            parts.append(aggregate(self.live_minutes(live, now), self.origins, step))
        joined = join(parts)
        lo, hi = np.searchsorted(joined.time, [start, end])
        return joined.take(slice(int(lo), int(hi)))

    def _final_parts(self, step: int, first: int, last: int) -> list[Minutes]:
        size = _BLOCK_SESSIONS[step >= HOUR_S]
        parts = []
        for block in range(first // size, -(-last // size)):
            rows = self._block(step, block, size)
            lo, hi = np.searchsorted(rows.session, [first, last])
            parts.append(rows.take(slice(int(lo), int(hi))))
        return parts

    def _block(self, step: int, block: int, size: int) -> Minutes:
        key = (step, block)
        with self._lock:
            found = self._blocks.get(key)
            if found is not None:
                self._blocks.move_to_end(key)
                return found
        first, last = block * size, min((block + 1) * size, len(self.hours))
        made = aggregate(make_minutes(self.profile, self.days, first, last), self.origins, step)
        with self._lock:
            self._blocks[key] = made
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return made

    def live_minutes(self, session: int, now: int) -> Minutes:
        """Return the minutes of ``session`` that began before ``now``; the forming one has part of its move."""
        minutes = make_minutes(self.profile, self.days, session, session + 1)
        minutes = minutes.take(minutes.time < now)
        if len(minutes) and minutes.time[-1] + MINUTE_S > now:
            share = (now - int(minutes.time[-1])) / MINUTE_S
            last = minutes.open[-1] + (minutes.close[-1] - minutes.open[-1]) * share
            minutes.close[-1] = round(float(last), self.profile.decimals)
            minutes.high[-1] = max(minutes.open[-1], minutes.close[-1])
            minutes.low[-1] = min(minutes.open[-1], minutes.close[-1])
            minutes.volume[-1] = int(minutes.volume[-1] * share)
        return minutes

    def known_sessions(self, now: int) -> int:
        """Return how many sessions have opened at ``now``."""
        return int(np.searchsorted(self.hours.open, now, side="right"))

    def daily(self, first: int, last: int, now: int) -> Minutes:
        """Return raw daily bars of sessions ``[first, last)``; ``time``: the session's date; a live bar is partial."""
        days = self.days
        last = min(last, self.known_sessions(now))
        rows = slice(first, max(first, last))
        done = Minutes(
            np.arange(rows.start, rows.stop),
            days.hours.date[rows].copy(),
            days.open[rows].copy(),
            days.high[rows].copy(),
            days.low[rows].copy(),
            days.close[rows].copy(),
            days.volume[rows].copy(),
        )
        if not len(done) or self.hours.close[rows.stop - 1] <= now:
            return done
        live = aggregate(self.live_minutes(rows.stop - 1, now), self.origins, 4 * DAY_S)
        if not len(live):
            return done.take(slice(0, -1))
        for name in ("open", "high", "low", "close", "volume"):
            getattr(done, name)[-1] = getattr(live, name)[-1]
        return done

    def quote(self, now: int) -> Quote:
        """Return the last trade at ``now``; ``is_live`` inside a session, breaks excepted."""
        known = self.known_sessions(now)
        if self.profile.is_fund:
            known = int(np.searchsorted(self.hours.close, now, side="right"))
            session = max(known - 1, 0)
            return Quote(float(self.days.close[session]), int(self.hours.close[session]), session, is_live=False)
        for session in range(known - 1, max(-1, known - 3), -1):
            minutes = self.live_minutes(session, now)
            if len(minutes):
                hours = self.hours
                in_break = hours.break_start[session] <= now < hours.break_end[session]
                is_open = bool(now < hours.close[session] and not in_break)
                stamp = now if is_open else int(min(now, minutes.time[-1] + MINUTE_S))
                return Quote(float(minutes.close[-1]), stamp, session, is_open)
        return Quote(float(self.days.open[0]), int(self.hours.open[0]), 0, is_live=False)

    def stamps(self, sessions: IntArray) -> IntArray:
        """Return the instants with which the provider stamps daily bars (yahoo.md §4.14)."""
        if not self.profile.is_24h:
            return self.hours.open[sessions]
        return self.origins[sessions]

    def split_ratio(self, sessions: IntArray, now: int) -> FloatArray:
        """Return the number by which the prices of each session are divided at ``now`` (yahoo.md §4.1)."""
        return split_ratio(self.profile.splits, self.hours, sessions, now)

    def adjusted(self, rows: Minutes, now: int) -> Minutes:
        """Return the rows on the split basis of ``now``, prices rounded to 32-bit floats (yahoo.md §4.19)."""
        return rows.divided(self.split_ratio(rows.session, now))


def widen(values: FloatArray) -> FloatArray:
    """Return the values rounded to 32-bit floats, as float64."""
    return values.astype(np.float32).astype(np.float64)


def join(parts: list[Minutes]) -> Minutes:
    """Return the parts one after the other."""

    def column(name: str) -> Any:  # noqa: ANN401 - an array of the field's own type
        return np.concatenate([getattr(part, name) for part in parts])

    return Minutes(**{field.name: column(field.name) for field in fields(Minutes)})


def aggregate(minutes: Minutes, origins: IntArray, step: int) -> Minutes:
    """Return bars of ``step`` seconds on a grid anchored at each session's origin (yahoo.md §4.13)."""
    if step == MINUTE_S or not len(minutes):
        return minutes
    origin = origins[minutes.session]
    time = origin + (minutes.time - origin) // step * step
    change = np.empty(len(time), np.bool_)
    change[0] = True
    change[1:] = (time[1:] != time[:-1]) | (minutes.session[1:] != minutes.session[:-1])
    start = np.flatnonzero(change)
    last = np.append(start[1:], len(time)) - 1
    return Minutes(
        minutes.session[start],
        time[start],
        minutes.open[start],
        np.maximum.reduceat(minutes.high, start),
        np.minimum.reduceat(minutes.low, start),
        minutes.close[last],
        np.add.reduceat(minutes.volume, start),
    )
