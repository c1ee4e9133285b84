"""A venue's sessions as the UDF protocol writes them: an ordinary week, its holidays, and days with other hours. Pure.

``HHMM-HHMM`` in the venue's zone, several of a day with commas, the weekdays behind a colon (Sunday is 1), groups of
weekdays separated by bars. What starts at or after its end began on the day before and belongs to the day on which it
ends, such as ``1800-1700:23456`` of futures; a day and night without a pause is cut into pieces of 24 hours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.sessions import wall_of_utc
from candledesk.domain.calendar.weeks import week_of, week_starts
from candledesk.domain.interval import DAY_S, MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

Pieces = tuple[tuple[int, int], ...]
"""The trading times of one date as ``(start, end)`` in seconds of its wall clock; a start below 0: the day before."""

ROUND_THE_CLOCK = "24x7"
_USUAL_S = 60 * DAY_S  # on either side of now: the sessions that say what an ordinary week is
_EXACT_S = 5 * 365 * DAY_S  # as far back holidays and other hours are listed: intraday bars reach less far
_EDGE_DAYS = 8  # at both ends of a calendar: what never pauses from week to week may be cut there
_EDGE_S = _EDGE_DAYS * DAY_S
_EPOCH_WEEKDAY = 4  # 1970-01-01 was a Thursday; Sunday is 0
_WHOLE_DAY: Pieces = ((0, DAY_S),)


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """The fields ``session``, ``session_holidays`` and ``corrections`` of a symbol."""

    session: str
    holidays: str
    corrections: str


def describe_sessions(calendar: SessionCalendar, now: int) -> SessionTexts:
    """Return the texts for a calendar at ``now`` (UTC seconds).

    The ordinary hours of a weekday are those that most of its dates about now have. A date since five years ago that
    has others is a correction, one that has none a holiday, as far ahead as the calendar knows. Of older dates only
    those on a weekday that has no session now are listed, because daily bars need no more.
    """
    exact_from = (now - _EXACT_S) // DAY_S * DAY_S
    usual = _usual_week(_pieces_by_date(_since(calendar, now - _USUAL_S - _EDGE_S)), now)
    if not usual:
        return SessionTexts(ROUND_THE_CLOCK, "", "")
    recent = _pieces_by_date(_since(calendar, exact_from - _EDGE_S))
    dates = [date for date in sorted(recent) if date >= exact_from][:-_EDGE_DAYS]
    every = range(dates[0], dates[-1] + DAY_S, DAY_S) if dates else range(0)
    holidays = [date for date in every if date not in recent and _weekday(date) in usual]
    found = _special_weekdays(calendar, usual, exact_from)
    found |= {date: recent[date] for date in dates if recent[date] != usual.get(_weekday(date))}
    is_sunday_first = _first_weekday(calendar, now) == 0
    return SessionTexts(
        ("1;" if is_sunday_first else "") + _week_text(usual),
        ",".join(map(_date_text, holidays)),
        _corrections_text(found),
    )


def _special_weekdays(calendar: SessionCalendar, usual: Mapping[int, Pieces], until: int) -> dict[int, Pieces]:
    """Return the sessions before ``until`` on weekdays that have none now, such as the Saturdays of former decades."""
    weekday = (calendar.date // DAY_S + _EPOCH_WEEKDAY) % 7
    return _pieces_by_date(_part(calendar, (calendar.date < until) & ~np.isin(weekday, [*usual])))


def _since(calendar: SessionCalendar, time: int) -> SessionCalendar:
    return _part(calendar, calendar.date >= time)


def _part(calendar: SessionCalendar, rows: BoolArray) -> SessionCalendar:
    columns = ("date", "open", "close", "break_start", "break_end")
    return replace(calendar, **{name: getattr(calendar, name)[rows] for name in columns})


def _pieces_by_date(calendar: SessionCalendar) -> dict[int, Pieces]:
    """Return the trading times by the date on which they end, whatever the sessions are called that they belong to."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    starts, ends = _joined(calendar)
    for start, end in zip(wall_of_utc(calendar.tz, starts).tolist(), _wall_ends(calendar.tz, ends), strict=True):
        for piece_start, piece_end in _cut_to_days(start, end):
            date = (piece_end - 1) // DAY_S * DAY_S
            found[date].append((piece_start - date, piece_end - date))
    return {date: tuple(sorted(pieces)) for date, pieces in found.items()}


def _wall_ends(tz: str, ends: IntArray) -> list[int]:
    """Return the ends on the wall clock: that of the last second, for a clock may change at the end itself."""
    return [int(end) + 1 for end in wall_of_utc(tz, ends - 1)]


def _joined(calendar: SessionCalendar) -> tuple[IntArray, IntArray]:
    """Return starts and ends of trading without a pause, UTC seconds ascending."""
    has_break = calendar.break_start > 0
    starts = np.sort(np.concatenate((calendar.open, calendar.break_end[has_break])))
    ends = np.sort(np.concatenate((calendar.close, calendar.break_start[has_break])))
    if not len(starts):
        return starts, ends
    is_pause = starts[1:] > ends[:-1]
    return starts[np.concatenate(([True], is_pause))], ends[np.concatenate((is_pause, [True]))]


def _cut_to_days(start: int, end: int) -> Iterable[tuple[int, int]]:
    """Cut a span into pieces of 24 hours that end at the time of day at which it ends; the oldest may be shorter."""
    cuts = [*range(end, start, -DAY_S), start]
    return [(earlier, later) for later, earlier in pairwise(cuts)]


def _usual_week(by_date: Mapping[int, Pieces], now: int) -> dict[int, Pieces]:
    """Return the trading times of each weekday on which there is trading about now; empty when that never pauses."""
    near = [date for date in by_date if abs(date - now) <= _USUAL_S]
    weeks = max(1, (max(near, default=0) - min(near, default=0)) // (7 * DAY_S))
    counts: dict[int, Counter[Pieces]] = defaultdict(Counter)
    for date in near:
        counts[_weekday(date)][by_date[date]] += 1
    usual = {day: found.most_common(1)[0][0] for day, found in sorted(counts.items()) if 2 * found.total() > weeks}
    return {} if all(usual.get(day) == _WHOLE_DAY for day in range(7)) else usual


def _first_weekday(calendar: SessionCalendar, now: int) -> int:
    """Return the weekday on which the venue's week begins at ``now``."""
    week = week_of(calendar, np.array([now // DAY_S * DAY_S], np.int64))
    return _weekday(int(week_starts(calendar, week)[0]))


def _week_text(usual: Mapping[int, Pieces]) -> str:
    groups: dict[Pieces, str] = {}
    for day, pieces in usual.items():
        groups[pieces] = groups.get(pieces, "") + str(day + 1)
    return "|".join(f"{_pieces_text(pieces)}:{days}" for pieces, days in groups.items())


def _corrections_text(by_date: Mapping[int, Pieces]) -> str:
    groups: dict[Pieces, list[int]] = {}
    for date, pieces in by_date.items():
        groups.setdefault(pieces, []).append(date)
    return ";".join(f"{_pieces_text(pieces)}:{','.join(map(_date_text, dates))}" for pieces, dates in groups.items())


def _pieces_text(pieces: Pieces) -> str:
    return ",".join(f"{_clock_text(start)}-{_clock_text(end)}" for start, end in pieces)


def _clock_text(seconds: int) -> str:
    minutes = seconds % DAY_S // MINUTE_S
    return f"{minutes // 60:02}{minutes % 60:02}"


def _date_text(date: int) -> str:
    return f"{datetime.fromtimestamp(date, UTC):%Y%m%d}"


def _weekday(date: int) -> int:
    """Return 0 for Sunday to 6 for Saturday."""
    return (date // DAY_S + _EPOCH_WEEKDAY) % 7
