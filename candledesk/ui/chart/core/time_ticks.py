"""Time labels that follow the calendar: longer units come first, and panning changes no label. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from candledesk.domain.interval import DAY_S
from candledesk.ui.chart.core.calendar.future_days import days_beyond, local_time_at, n_beyond

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.ui.chart.core.axis import BarAxis
    from candledesk.ui.chart.core.viewport import Placed

# English in every locale, and several times as fast as strftime.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPLIT_S = 100 * DAY_S  # no zone changes its clock twice within this


class Weight(IntEnum):
    """The heaviest calendar unit that begins with a bar."""

    NONE = 0
    MINUTE = 1
    MINUTE_5 = 2
    MINUTE_15 = 3
    MINUTE_30 = 4
    HOUR = 5
    HOUR_2 = 6
    HOUR_4 = 7
    HOUR_12 = 8
    DAY = 9
    WEEK = 10
    HALF_MONTH = 11
    MONTH = 12
    QUARTER = 13
    YEAR = 14
    YEAR_5 = 15
    YEAR_10 = 16
    YEAR_20 = 17
    YEAR_50 = 18


@dataclass(frozen=True, slots=True, eq=False)
class TimeAxisData:
    """The wall clock of a window of bars: ``local_s`` seconds since 1970 in the zone, ``weight`` per bar.

    ``n_from``: how many bars have each weight or a heavier one; ``is_session_start``: which intraday bars are the
    first of their date at the exchange, whatever zone is shown; ``tz``: that zone.
    """

    local_s: IntArray
    weight: IntArray
    n_from: tuple[int, ...]
    is_daily: bool
    is_session_start: BoolArray
    tz: str = "UTC"


@dataclass(frozen=True, slots=True)
class TimeTick:
    """A label on the time axis under bar ``index``, the first of its row; ``is_major`` for the heavier units."""

    index: int
    text: str
    is_major: bool


def utc_offsets(open_time: IntArray, zone: ZoneInfo) -> IntArray:
    """Return the zone's UTC offset in seconds at each ascending instant."""
    out = np.zeros(len(open_time), np.int64)
    stack = [(0, len(open_time) - 1)] if len(open_time) else []
    while stack:
        lo, hi = stack.pop()
        first, last = (_offset(int(open_time[at]), zone) for at in (lo, hi))
        if hi - lo <= 1 or (first == last and open_time[hi] - open_time[lo] < _SPLIT_S):
            out[lo : hi + 1] = first
            out[hi] = last
        else:
            middle = (lo + hi) // 2
            stack += [(lo, middle), (middle, hi)]
    return out


def _offset(instant: int, zone: ZoneInfo) -> int:
    delta = datetime.fromtimestamp(instant, zone).utcoffset()
    return int(delta.total_seconds()) if delta else 0


def build_calendar(
    open_time: IntArray, tz: str, *, is_daily: bool, exchange_tz: str = "", n_upcoming: int = 0
) -> TimeAxisData:
    """Weigh every bar in the zone ``tz``; daily and longer bars are their own date in every zone.

    ``exchange_tz``: the zone in which sessions have their dates, when that is another one; ``n_upcoming``: how many of
    the last bars have not come yet: they do not count when it is decided which units have room.
    """
    local = open_time if is_daily else open_time + utc_offsets(open_time, ZoneInfo(tz))
    is_start = np.zeros(len(local), np.bool_)
    if not is_daily and len(local):
        at_home = open_time + utc_offsets(open_time, ZoneInfo(exchange_tz)) if exchange_tz else local
        is_start[1:] = np.diff(at_home // DAY_S) != 0
    weight = _weigh(local, is_daily=is_daily)
    counts = np.bincount(
        weight[: len(weight) - n_upcoming], minlength=len(Weight)
    )  # the first bar has no weight: the bar before it is not known
    return TimeAxisData(local, weight, tuple(counts[::-1].cumsum()[::-1].tolist()), is_daily, is_start, tz)


def _weigh(local: IntArray, *, is_daily: bool) -> IntArray:
    """Return the heaviest unit that begins with each bar; a unit begins only where every lighter unit begins."""
    weight = np.zeros(len(local), np.int64)
    rows = np.arange(1, len(local))
    units = _CALENDAR_UNITS if is_daily else (*_CLOCK_UNITS, *_CALENDAR_UNITS)
    for unit, number_of in units:
        rows = rows[number_of(local[rows]) != number_of(local[rows - 1])]
        weight[rows] = unit
    return weight


def _months_of(local: IntArray) -> tuple[IntArray, IntArray]:
    """Return the number of each instant's month and the days since its first."""
    day = (local // DAY_S).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    in_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    return month.astype(np.int64) + _YEAR_0 * 12, in_month


def _week_of(local: IntArray) -> IntArray:
    months, in_month = _months_of(local)
    return months * 4 + np.minimum(in_month // 7, 3)


def _half_month_of(local: IntArray) -> IntArray:
    months, in_month = _months_of(local)
    return months * 2 + (in_month >= _HALF_MONTH_DAYS)


def _clock(seconds: int) -> Callable[[IntArray], IntArray]:
    return lambda local: local // seconds


def _months(n_months: int) -> Callable[[IntArray], IntArray]:
    return lambda local: _months_of(local)[0] // n_months


_MOST_MARKS = 3.0  # a unit with more marks than this multiple of the room is not tried between heavier labels
_TIGHT = 0.7  # the least distance between two labels, as a fraction of the usual one
_ROOMY = 1.5  # with this multiple of the usual distance there are mostly lighter labels between two marks
_YEAR_0 = 1970
_HALF_MONTH_DAYS = 14
# Each unit, the lightest first, with the function that numbers it: where a heavier unit begins every lighter one does.
_CLOCK_UNITS = (
    (Weight.MINUTE, _clock(60)),
    (Weight.MINUTE_5, _clock(300)),
    (Weight.MINUTE_15, _clock(900)),
    (Weight.MINUTE_30, _clock(1_800)),
    (Weight.HOUR, _clock(3_600)),
    (Weight.HOUR_2, _clock(7_200)),
    (Weight.HOUR_4, _clock(14_400)),
    (Weight.HOUR_12, _clock(43_200)),
)
_CALENDAR_UNITS = (
    (Weight.DAY, _clock(DAY_S)),
    (Weight.WEEK, _week_of),
    (Weight.HALF_MONTH, _half_month_of),
    (Weight.MONTH, _months(1)),
    (Weight.QUARTER, _months(3)),
    (Weight.YEAR, _months(12)),
    (Weight.YEAR_5, _months(60)),
    (Weight.YEAR_10, _months(120)),
    (Weight.YEAR_20, _months(240)),
    (Weight.YEAR_50, _months(600)),
)


def time_ticks(calendar: TimeAxisData, placed: Placed, min_gap_px: float) -> list[TimeTick]:
    """Return the labels on screen, left to right, about ``min_gap_px`` apart, heavier units first.

    Units for which there is room everywhere are labelled everywhere; lighter ones where there is room between those,
    counted from the heavier label at their left, so that panning changes none of them. Bars to come have labels; those
    whose times are not known follow each other evenly (``calendar.future_days``).
    """
    lo, hi = placed.visible_slots()
    if len(calendar.weight) == 0 or hi <= lo:
        return []
    grain = 1 << max(0, (hi - lo).bit_length() - 3)  # an eighth of the screen or more: the next pan finds them cached
    lo_kept, hi_kept = lo // grain * grain, min(-(-hi // grain) * grain, placed.axis.n_slots)
    n_ahead = n_beyond(placed)
    n_ahead = -(-n_ahead // grain) * grain
    ticks = _ticks_of(calendar, placed.axis, (lo_kept, hi_kept), n_ahead, placed.view.spacing, min_gap_px)
    reach = _reach(placed.view.spacing, min_gap_px)
    first, last = placed.left_edge - reach, placed.right_edge + reach
    return [tick for tick in ticks if first <= tick.index <= last]


def _reach(spacing: float, min_gap_px: float) -> int:
    """Return how many bars beyond the edge a label still matters."""
    return int(min_gap_px / spacing) + 1


@lru_cache(maxsize=4)
def _ticks_of(
    calendar: TimeAxisData, axis: BarAxis, rows: tuple[int, int], n_ahead: int, spacing: float, min_gap_px: float
) -> list[TimeTick]:
    """Return the labels of the slots ``[lo, hi)``, of some beside them, and of ``n_ahead`` bars behind the last one."""
    room = axis.n_bars * spacing / min_gap_px
    least = next((w for w in range(1, len(Weight)) if calendar.n_from[w] <= room), int(Weight.YEAR_50))
    reach = _reach(spacing, min_gap_px)
    lo, hi = axis.slot_at(axis.start_of(rows[0]) - reach), axis.slot_at(axis.start_of(rows[1] - 1) + 1 + 2 * reach)
    lightest = _lightest(calendar, least, room)
    before = (calendar.weight[:lo] >= least).nonzero()[0]
    lo = int(before[-1]) if len(before) else 0
    marks = lo + (calendar.weight[lo : hi + 1] >= lightest).nonzero()[0]
    gap = min_gap_px * _TIGHT / spacing
    is_clear = axis.starts_of(marks) >= gap  # the first bar may begin a heavier unit
    marks = marks[is_clear | (calendar.weight[marks] >= least)]
    found = axis.starts_of(marks).tolist(), calendar.weight[marks].tolist(), calendar.local_s[marks].tolist()
    heavier = [int(row) for row in before[-2:-1]] + marks[calendar.weight[marks] >= least].tolist()[-2:]
    ahead = _marks_ahead(calendar, axis, n_ahead, lightest) if n_ahead else ([_next_start(axis, heavier)], [least], [0])
    starts, weights, local_s = (mine + others for mine, others in zip(found, ahead, strict=True))
    taken = _spread(starts, weights, local_s, gap)
    major_from = _major_from(calendar, least, room)
    return [
        TimeTick(index, _tick_text(weight, instant), weight >= major_from)
        for index, weight, instant in taken
        if index < axis.start_of(axis.n_slots) + n_ahead
    ]


def _lightest(calendar: TimeAxisData, least: int, room: float) -> int:
    """Return the lightest unit with labels between those of ``least``; years stand at even steps: 2000, 2005, 2010."""
    if least > Weight.YEAR:
        return least
    lightest = least
    while lightest > Weight.MINUTE and calendar.n_from[lightest] <= room >= calendar.n_from[lightest - 1] / _MOST_MARKS:
        lightest -= 1
    return lightest


def _marks_ahead(
    calendar: TimeAxisData, axis: BarAxis, n_ahead: int, lightest: int
) -> tuple[list[int], list[int], list[int]]:
    """Return index, weight and wall clock of the units that begin behind the last slot."""
    days, index = days_beyond(axis, calendar.local_s, n_ahead)
    weight = _weigh(np.append(calendar.local_s[-1:], days), is_daily=True)[1:]
    heavy = weight >= lightest
    return index[heavy].tolist(), weight[heavy].tolist(), days[heavy].tolist()


def _next_start(axis: BarAxis, rows: list[int]) -> int:
    """Return where the next unit probably begins: as far from the last of ``rows`` as that from the one before."""
    starts = [axis.start_of(row) for row in rows[-2:]]
    behind = axis.start_of(axis.n_slots)
    return max(behind, 2 * starts[-1] - starts[0]) if starts else behind


def _major_from(calendar: TimeAxisData, least: int, room: float) -> int:
    """Return the lightest unit with bold labels (days, months, years): heavier than the lightest that mostly fits."""
    lightest = least
    while lightest > Weight.MINUTE and calendar.n_from[lightest] * _ROOMY <= room:
        lightest -= 1
    while lightest < Weight.YEAR_50 and calendar.n_from[lightest] == calendar.n_from[lightest + 1]:
        lightest += 1  # no bar begins with it: hours of daily bars, days of monthly ones
    units = (Weight.DAY, Weight.MONTH, Weight.YEAR, Weight.YEAR_10)
    return next((unit for unit in units if unit > lightest), Weight.YEAR_50)


def _spread(starts: list[int], weights: list[int], local_s: list[int], gap: float) -> list[tuple[int, int, int]]:
    """Return index, weight and local time at least ``gap`` apart, ascending; the heavier and then the older wins."""
    taken: list[tuple[int, int, int]] = []
    for weight, start, instant in sorted(zip((-weight for weight in weights), starts, local_s, strict=True)):
        at = bisect_left(taken, (start,))
        if (at == 0 or start - taken[at - 1][0] >= gap) and (at == len(taken) or taken[at][0] - start >= gap):
            taken.insert(at, (start, -weight, instant))
    return taken


@lru_cache(maxsize=512)
def _tick_text(weight: int, local_s: int) -> str:
    when = datetime.fromtimestamp(local_s, UTC)
    if weight >= Weight.YEAR:
        return f"{when:%Y}"
    if weight >= Weight.MONTH:
        return _MONTHS[when.month - 1]
    return str(when.day) if weight >= Weight.DAY else f"{when:%H:%M}"


def zone_label(calendar: TimeAxisData, open_time: int) -> str:
    """Return the abbreviation of the zone at an instant, ``EST``, ``UTC``, ``+08``; empty for daily bars."""
    return "" if calendar.is_daily else datetime.fromtimestamp(open_time, ZoneInfo(calendar.tz)).tzname() or ""


def format_slot(calendar: TimeAxisData, axis: BarAxis, slot: int, *, is_monthly: bool = False) -> str:
    """Return the date and time of a slot, or of a bar behind the last one, as ``format_open_time`` does."""
    if slot < axis.n_slots:
        return format_open_time(calendar, slot, is_monthly=is_monthly)
    local = local_time_at(axis, calendar.local_s, axis.start_of(slot), is_daily=calendar.is_daily)
    return _format_time(local, is_daily=calendar.is_daily, is_monthly=is_monthly)


def format_open_time(calendar: TimeAxisData, row: int, *, is_monthly: bool = False) -> str:
    """Return the date (and time, for intraday bars) of a bar, ``Tue 03 Nov 2026  09:30``; of a month ``Nov 2026``."""
    return _format_time(int(calendar.local_s[row]), is_daily=calendar.is_daily, is_monthly=is_monthly)


def _format_time(local_s: int, *, is_daily: bool, is_monthly: bool) -> str:
    when = datetime.fromtimestamp(local_s, UTC)
    if is_monthly:
        return f"{_MONTHS[when.month - 1]} {when.year}"
    date = f"{_DAYS[when.weekday()]} {when.day:02} {_MONTHS[when.month - 1]} {when.year}"
    return date if is_daily else f"{date}  {when.hour:02}:{when.minute:02}"
