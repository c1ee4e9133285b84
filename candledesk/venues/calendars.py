"""Loading the session calendar of a venue from the calendar libraries (PACKAGES.md, calendars row)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np

from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import utc_of_wall
from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.domain.venue import TradingDays, UnknownCalendarError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # both libraries warn under pandas 3 (Pandas4Warning); nothing to act on
    import exchange_calendars
    import pandas_market_calendars

if TYPE_CHECKING:
    import pandas as pd

    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.venue import Venue

_FX_TURN_S = 17 * HOUR_S  # the FX week begins and ends at 17:00 New York; usually 22:00 London
_FX_LONDON_END_S = 22 * HOUR_S
_NEW_YORK = "America/New_York"
_LONDON = "Europe/London"
_MONDAY, _FRIDAY = 0, 4
_MARGIN_S = 60 * DAY_S
_NEVER_S = 100_000 * DAY_S
_MON_TO_FRI = "1111100"
_SUN_TO_THU = "1111001"
# Zones whose exchanges keep a Sunday-to-Thursday week and are not in exchange_calendars.
_SUNDAY_ZONES = frozenset({"Asia/Kuwait", "Asia/Qatar", "Africa/Cairo", "Asia/Bahrain", "Asia/Amman", "Asia/Riyadh"})


def load_calendar(venue: Venue, start: date, end: date) -> SessionCalendar:
    """Return the sessions of a venue from ``start`` to ``end`` (session dates, both inclusive).

    Outside a calendar's bounds, its ordinary week is assumed. Slow (pandas): New York since 1980 takes 0.9 s, Seoul
    and Tel Aviv 5 to 10 s; keep what was loaded. Raises ``UnknownCalendarError`` for a name that no
    library has.
    """
    days = np.arange(_seconds(start), _seconds(end) + DAY_S, DAY_S, dtype=np.int64)
    match venue.days:
        case TradingDays.EVERY_DAY:
            return _whole_days(venue.mic, venue.tz, days)
        case TradingDays.CURRENCY:
            return _currency_calendar(days)
        case TradingDays.WEEKDAYS:
            mask = _SUN_TO_THU if venue.tz in _SUNDAY_ZONES else _MON_TO_FRI
            # The hours are taken later from the provider's answers, except for 24-hour venues
            # (domain/calendar/session_overrides.py).
            return replace(_whole_days(venue.mic, venue.tz, days[_is_open_day(days, mask)]), is_24h=venue.is_24h)
        case _:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if venue.days is TradingDays.FUTURES:
                    return _futures_calendar(venue, start, end)
                return _exchange_calendar(venue, days)


def _whole_days(mic: str, tz: str, days: IntArray) -> SessionCalendar:
    """Return sessions from 00:00 to 24:00 in zone ``tz``."""
    none = np.zeros_like(days)
    return SessionCalendar(mic, tz, days, utc_of_wall(tz, days), utc_of_wall(tz, days + DAY_S), none, none, is_24h=True)


def _currency_calendar(days: IntArray) -> SessionCalendar:
    """Return FX sessions by London day; Sunday evening belongs to Monday.

    The provider has bars on Sunday evening, no daily bar of Sunday, and stamps by London (yahoo.md §4.16).
    """
    weekday = _weekday(days)
    calendar = _whole_days("FX", _LONDON, days[weekday <= _FRIDAY])
    weekday = weekday[weekday <= _FRIDAY]
    # The later of both: a bar outside the session would be dropped, a missing one only costs a request.
    turn = np.maximum(
        utc_of_wall(_NEW_YORK, calendar.date + _FX_TURN_S), utc_of_wall(_LONDON, calendar.date + _FX_LONDON_END_S)
    )
    sunday_turn = utc_of_wall(_NEW_YORK, calendar.date - DAY_S + _FX_TURN_S)
    opens = np.where(weekday == _MONDAY, sunday_turn, calendar.open)
    closes = np.where(weekday == _FRIDAY, turn, calendar.close)
    return replace(calendar, open=opens, close=closes)


def _futures_calendar(venue: Venue, start: date, end: date) -> SessionCalendar:
    """Return futures sessions by local day, the daily halt as the break.

    A trade date runs from the evening before to the afternoon. The provider's daily bars are days of the zone
    without a Sunday (yahoo.md §4.16), so an evening belongs to its own day, or to the next session when its own day
    has none (Sunday, holidays).
    """
    schedule = pandas_market_calendars.get_calendar(venue.calendar).schedule(start, end)
    dates = _to_seconds(schedule.index)
    opens, closes = _to_seconds(schedule["market_open"]), _to_seconds(schedule["market_close"])
    midnight, next_midnight = utc_of_wall(venue.tz, dates), utc_of_wall(venue.tz, dates + DAY_S)
    # The evening of row i - 1 is the beginning of trade date i, if that begins on the day of row i - 1.
    follows = (opens[1:] >= midnight[:-1]) & (opens[1:] < next_midnight[:-1])
    has_evening, starts_at_midnight = np.append(follows, False), np.insert(follows, 0, False)
    return SessionCalendar(
        mic=venue.mic,
        tz=venue.tz,
        date=dates,
        open=np.where(starts_at_midnight, midnight, opens),
        close=np.where(has_evening, next_midnight, closes),
        break_start=np.where(has_evening, closes, 0),
        break_end=np.where(has_evening, np.append(opens[1:], 0), 0),
        settle_s=venue.settle_s,
        is_24h=True,
    )


def _exchange_calendar(venue: Venue, days: IntArray) -> SessionCalendar:
    """Return the sessions of exchange_calendars, and ordinary weeks outside its bounds."""
    dispatcher = exchange_calendars.calendar_utils.global_calendar_dispatcher
    factory = dispatcher._calendar_factories.get(dispatcher.resolve_alias(venue.calendar))  # noqa: SLF001
    if factory is None:
        raise UnknownCalendarError(f"there is no calendar {venue.calendar}")
    lo, hi = _bound(factory.bound_min(), -_NEVER_S), _bound(factory.bound_max(), _NEVER_S)
    # With the margin there are sessions with ordinary hours even when all days are outside the bounds.
    first, last = np.clip([days[0] - _MARGIN_S, days[-1] + _MARGIN_S], lo, hi)
    if last - first < _MARGIN_S:
        first, last = np.clip([first - _MARGIN_S, last + _MARGIN_S], lo, hi)
    source = exchange_calendars.get_calendar(venue.calendar, start=_day(first), end=_day(last))
    dates = _to_seconds(source.opens.index)
    calendar = SessionCalendar(
        mic=venue.mic,
        tz=str(source.tz),
        date=dates,
        open=_to_seconds(source.opens) + venue.open_shift_s,
        close=_to_seconds(source.closes),
        break_start=_to_seconds(source.break_starts),
        break_end=_to_seconds(source.break_ends),
        settle_s=venue.settle_s,
    )
    is_open = _is_open_day(days, source.weekmask)
    return _within(_extended(calendar, days[is_open & (days < lo)], days[is_open & (days > hi)]), days[0], days[-1])


def _extended(calendar: SessionCalendar, before: IntArray, after: IntArray) -> SessionCalendar:
    """Return the calendar with ordinary sessions on the dates ``before`` and ``after`` it, without holidays."""
    parts = [_ordinary(calendar, before, slice(0, 20)), calendar, _ordinary(calendar, after, slice(-20, None))]
    return _with_columns(calendar, [np.concatenate(columns) for columns in zip(*map(_columns, parts), strict=True)])


def _ordinary(calendar: SessionCalendar, dates: IntArray, models: slice) -> SessionCalendar:
    """Return sessions on ``dates`` with the wall-clock times of the longest session in ``models``."""
    model = np.arange(len(calendar))[models][np.argmax((calendar.close - calendar.open)[models])]
    midnight = int(utc_of_wall(calendar.tz, calendar.date[[model]])[0])

    def moved(column: IntArray) -> IntArray:
        if column[model] == 0:
            return np.zeros_like(dates)
        return utc_of_wall(calendar.tz, dates + int(column[model]) - midnight)

    return _with_columns(calendar, [dates, *(moved(column) for column in _columns(calendar)[1:])])


def _within(calendar: SessionCalendar, first: np.int64, last: np.int64) -> SessionCalendar:
    """Return the sessions dated from ``first`` to ``last``, both inclusive."""
    rows = slice(*np.searchsorted(calendar.date, [first, last + 1]))
    return _with_columns(calendar, [column[rows] for column in _columns(calendar)])


def _columns(calendar: SessionCalendar) -> list[IntArray]:
    """Return the date, open, close, break_start and break_end columns."""
    return [calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end]


def _with_columns(calendar: SessionCalendar, columns: list[IntArray]) -> SessionCalendar:
    """Return the same venue with other sessions, columns as ``_columns`` orders them."""
    dates, opens, closes, break_starts, break_ends = columns
    return replace(calendar, date=dates, open=opens, close=closes, break_start=break_starts, break_end=break_ends)


def _bound(bound: pd.Timestamp | None, default: int) -> int:
    """Return a calendar's bound as a date in seconds."""
    return default if bound is None else int(bound.timestamp())


def _to_seconds(column: pd.Series[pd.Timestamp] | pd.DatetimeIndex) -> IntArray:
    """Return UTC seconds, 0 for a missing value."""
    values = column.to_numpy("datetime64[ns]").astype("datetime64[s]")
    return np.where(np.isnat(values), 0, values.astype(np.int64))


def _weekday(days: IntArray) -> IntArray:
    """Return 0 for Monday to 6 for Sunday."""
    return (days // DAY_S + 3) % 7


def _is_open_day(days: IntArray, weekmask: str) -> BoolArray:
    """Tell which days a mask such as ``1111100`` (Monday first) marks."""
    return np.array([flag == "1" for flag in weekmask])[_weekday(days)]


def _seconds(day: date) -> int:
    """Return 00:00 UTC of the day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _day(seconds: np.int64) -> str:
    """Return the ISO date."""
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()
