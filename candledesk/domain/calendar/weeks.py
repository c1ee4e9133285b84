"""Where a venue's week begins: on its own first session day, determined from its sessions. Pure.

A Sunday-to-Thursday market's week begins on Sunday, a Saturday-to-Wednesday one's on Saturday; Monday-to-Friday, FX
and 24/7 venues keep Monday (DESIGN.md, rule 4). Weeks are numbered by the Monday that they begin on, or begin shortly
before: week 0 holds Monday 1969-12-29. A venue that changes its week has one long or short week at the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from candledesk.domain.interval import DAY_S

if TYPE_CHECKING:
    from candledesk.domain.bars import BoolArray, IntArray
    from candledesk.domain.calendar.session_calendar import SessionCalendar

EPOCH_MONDAY_S = -3 * DAY_S  # 1969-12-29, the Monday of the epoch's week
WEEK_S = 7 * DAY_S
_N_BESIDE = 6  # weeks on either side that tell which weekdays are usual: with its own a quarter of a year
_SATURDAY, _SUNDAY = 5, 6
_STEADY = 4  # weeks that a new first day must hold; shorter ones are holidays

# Found once for each calendar object. Two threads may find the same at the same time; that is harmless.
_SHIFTS: WeakKeyDictionary[SessionCalendar, tuple[int, IntArray]] = WeakKeyDictionary()


def week_starts(calendar: SessionCalendar, week: IntArray) -> IntArray:
    """Return the first day of each numbered week at 00:00 UTC, int64 ``(n,)``."""
    first, shifts = _week_shifts(calendar)
    at = np.clip(week - first, 0, len(shifts) - 1)
    return EPOCH_MONDAY_S + week * WEEK_S + shifts[at] * DAY_S


def week_of(calendar: SessionCalendar, date: IntArray) -> IntArray:
    """Return the number of the week that holds each date, int64 ``(n,)``; any order."""
    monday_week = (date - EPOCH_MONDAY_S) // WEEK_S
    return monday_week + (date >= week_starts(calendar, monday_week + 1))


def _week_shifts(calendar: SessionCalendar) -> tuple[int, IntArray]:
    """Return the first numbered week and, from it on, how many days from its Monday each week begins (0, -1, -2)."""
    found = _SHIFTS.get(calendar)
    return _SHIFTS.setdefault(calendar, _find_shifts(calendar.date)) if found is None else found


def _find_shifts(date: IntArray) -> tuple[int, IntArray]:
    """Find where each week begins from ascending session dates; before and after them the outermost week's way."""
    weekday = (date - EPOCH_MONDAY_S) // DAY_S % 7
    if not (weekday >= _SATURDAY).any():
        return 0, np.zeros(1, np.int64)
    week = (date - EPOCH_MONDAY_S) // WEEK_S
    first = int(week[0])
    is_open = np.zeros((int(week[-1]) - first + 1, 7), np.bool_)
    is_open[week - first, weekday] = True
    usual = _usual_days(is_open, int(weekday[0]), int(weekday[-1]))
    shifts = _settled(_shift_of(usual))
    for change in np.flatnonzero(np.diff(shifts)) + 1:
        _place_change(shifts, int(change), is_open)
    return first, shifts


def _usual_days(is_open: BoolArray, first_weekday: int, last_weekday: int) -> BoolArray:
    """Tell for each week which weekdays are usually open around it: on more than half of the weeks with a session.

    A weekday that the calendar does not reach in those weeks counts as open: nothing says that it is closed.
    """
    could = np.repeat(is_open.any(axis=1, keepdims=True), 7, axis=1)
    could[0, :first_weekday] = False
    could[-1, last_weekday + 1 :] = False
    n_open, n_possible = _sum_around(is_open), _sum_around(could)
    usual: BoolArray = (2 * n_open > n_possible) | (n_possible == 0)
    return usual


def _sum_around(flags: BoolArray) -> IntArray:
    """Return for each row the sum of the rows around it."""
    total = np.concatenate((np.zeros((1, flags.shape[1]), np.int64), np.cumsum(flags, axis=0, dtype=np.int64)))
    rows = np.arange(len(flags))
    return total[np.minimum(rows + _N_BESIDE + 1, len(flags))] - total[np.maximum(rows - _N_BESIDE, 0)]


def _shift_of(usual: BoolArray) -> IntArray:
    """Return where weeks with these usual weekdays begin: after the longest run of closed ones.

    Only Saturday (-2) and Sunday (-1) are distinguished from Monday (0): no market's week begins later.
    """
    is_first = {day: usual[:, day] & ~usual[:, day - 1] for day in (_SATURDAY, _SUNDAY, 0)}
    n_closed = {day: _n_closed_before(usual, day) for day in range(7)}
    longest = np.max([n_closed[day] for day in range(7)], axis=0)
    shifts = np.zeros(len(usual), np.int64)
    for day, shift in ((_SATURDAY, -2), (_SUNDAY, -1)):
        is_longest = is_first[day] & (n_closed[day] == longest)
        shifts[is_longest] = shift
    shifts[is_first[0] & (n_closed[0] == longest)] = 0
    return shifts


def _n_closed_before(usual: BoolArray, day: int) -> IntArray:
    """Return how many closed weekdays lie directly before ``day``."""
    closed = ~usual[:, [(day - back) % 7 for back in range(1, 7)]]
    n_closed: IntArray = np.cumprod(closed, axis=1, dtype=np.int64).sum(axis=1)
    return n_closed


def _settled(shifts: IntArray) -> IntArray:
    """Return the shifts with every run shorter than ``_STEADY`` weeks replaced by the run before it, or after it."""
    cuts = np.flatnonzero(np.diff(shifts)) + 1
    starts, ends = np.concatenate(([0], cuts)), np.concatenate((cuts, [len(shifts)]))
    is_steady = ends - starts >= _STEADY
    if is_steady.all() or not is_steady.any():
        return shifts if is_steady.all() else np.full_like(shifts, shifts[0])
    steady = np.flatnonzero(is_steady)
    model = steady[np.maximum(np.searchsorted(steady, np.arange(len(starts)), side="right") - 1, 0)]
    return np.repeat(shifts[starts[model]], ends - starts)


def _place_change(shifts: IntArray, change: int, is_open: BoolArray) -> None:
    """Move the first week of a new first day to where the sessions show it; writes into ``shifts``.

    Majorities find a change to within some weeks, for holidays count against their weekday. The change lies right
    after the last session on a weekday that only the old week has, but for sessions out of order (special ones).
    """
    old, new = int(shifts[change - 1]), int(shifts[change])
    lo, hi = max(change - 2 * _N_BESIDE, 0), min(change + 2 * _N_BESIDE, len(shifts))
    lo += int(np.argmax(shifts[lo:change] == old))
    hi = change + int(np.argmin(np.append(shifts[change:hi] == new, False)))
    is_usual_old = _is_usual(is_open[lo : max(change - 3, lo + 1)])
    is_usual_new = _is_usual(is_open[min(change + 3, hi - 1) : hi])
    days = is_open[lo:hi]
    only_old = (days & is_usual_old & ~is_usual_new).ravel()
    only_new = (days & is_usual_new & ~is_usual_old).ravel()
    late_old = only_old.sum() - np.concatenate(([0], np.cumsum(only_old)))
    early_new = np.concatenate(([0], np.cumsum(only_new)))
    first_day = int(np.argmin(late_old + early_new))  # of the new week, counted from the Monday of week ``lo``
    weeks = np.arange(hi - lo)
    shifts[lo:hi] = np.where(weeks * 7 + old < first_day, old, new)


def _is_usual(weeks: BoolArray) -> BoolArray:
    """Tell which weekdays are open in more than half of the weeks that have a session."""
    n_weeks = max(int(weeks.any(axis=1).sum()), 1)
    usual: BoolArray = 2 * weeks.sum(axis=0) > n_weeks
    return usual
