"""Sessions that a provider reports in its answers: they replace the calendar's, which lacks some early closes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.domain.interval import DAY_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from candledesk.domain.bars import IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

SessionTimes = tuple[int, int]
"""``(open, close)`` of one regular session, UTC seconds."""

SHORTEST_S = 10 * MINUTE_S


@dataclass(frozen=True, slots=True)
class SessionOverrides:
    """The session changes found in one answer, and the ``calendar`` with them applied.

    ``reported``: sessions in the answer that differ from the calendar; ``observed``: sessions that the calendar
    lacks and for which there are bars; ``idle``: sessions of the calendar in which the venue never trades.
    """

    calendar: SessionCalendar
    reported: tuple[SessionTimes, ...] = ()
    observed: tuple[SessionTimes, ...] = ()
    idle: tuple[SessionTimes, ...] = ()


def find_overrides(
    calendar: SessionCalendar, reported: Sequence[SessionTimes], shortest_s: int = SHORTEST_S
) -> dict[int, SessionTimes]:
    """Return by date (00:00 UTC) the reported sessions that the calendar has with other hours or not at all.

    Several periods of one date, as around a break, count as one session. The result is empty for 24-hour venues,
    because the provider reports their days without the last minute (yahoo.md §4.11). A session that is *not* reported
    is never removed: whole sessions disappear at the provider and come back (§4.6).
    """
    if calendar.is_24h or not reported:
        return {}
    zone = ZoneInfo(calendar.tz)
    by_date: dict[int, SessionTimes] = {}
    for opened, closed in reported:
        date = _date_of(opened, zone)
        first, last = by_date.get(date, (opened, closed))
        by_date[date] = (min(first, opened), max(last, closed))
    known = set(zip(calendar.open.tolist(), calendar.close.tolist(), strict=True))
    sane = {date: row for date, row in by_date.items() if shortest_s <= row[1] - row[0] <= DAY_S}
    return {date: row for date, row in sorted(sane.items()) if row not in known}


def apply_overrides(
    calendar: SessionCalendar, reported: Sequence[SessionTimes], *, is_observed: bool = False
) -> SessionCalendar:
    """Return the calendar with each reported session replacing that of its date, or added where there was none.

    A break stays if it lies within the reported hours. ``is_observed``: the sessions were concluded from bars; their
    dates are added to ``SessionCalendar.observed``. Returns the same object when nothing changes.
    """
    overrides = find_overrides(calendar, reported, MINUTE_S if is_observed else SHORTEST_S)
    if not overrides:
        return calendar
    dates = np.array(list(overrides), np.int64)
    opens, closes = np.array(list(overrides.values()), np.int64).T
    kept = ~np.isin(calendar.date, dates)
    starts, ends = _breaks(calendar, dates, opens, closes)
    order = np.argsort(np.concatenate([calendar.date[kept], dates]), kind="stable")

    def merge(old: IntArray, new: IntArray) -> IntArray:
        return np.concatenate([old[kept], new])[order]

    observed = np.union1d(calendar.observed, dates) if is_observed else np.setdiff1d(calendar.observed, dates)
    return replace(
        calendar,
        observed=observed,
        date=merge(calendar.date, dates),
        open=merge(calendar.open, opens),
        close=merge(calendar.close, closes),
        break_start=merge(calendar.break_start, starts),
        break_end=merge(calendar.break_end, ends),
    )


def session_dates(calendar: SessionCalendar, sessions: Sequence[SessionTimes]) -> IntArray:
    """Return the dates of sessions in the calendar's zone (00:00 UTC), ascending and unique, int64."""
    zone = ZoneInfo(calendar.tz)
    return np.array(sorted({_date_of(opened, zone) for opened, _ in sessions}), np.int64)


def _date_of(time: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(time, zone)
    return int(datetime(local.year, local.month, local.day, tzinfo=UTC).timestamp())


def _breaks(calendar: SessionCalendar, dates: IntArray, opens: IntArray, closes: IntArray) -> tuple[IntArray, IntArray]:
    at = np.minimum(np.searchsorted(calendar.date, dates), max(0, len(calendar) - 1))
    if not len(calendar):
        return np.zeros(len(dates), np.int64), np.zeros(len(dates), np.int64)
    starts, ends = calendar.break_start[at], calendar.break_end[at]
    holds = (calendar.date[at] == dates) & (starts > opens) & (ends < closes)
    return np.where(holds, starts, 0), np.where(holds, ends, 0)
