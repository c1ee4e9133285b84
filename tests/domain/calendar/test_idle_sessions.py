"""Weekdays on which a calendar expects sessions and the venue never trades."""

import numpy as np
import pytest

from candledesk.domain.calendar.observed_sessions import N_IDLE_WEEKS, idle_sessions, without_sessions
from candledesk.domain.interval import DAY_S, HOUR_S
from tests.domain.strategies import FIRST_DAY_S, calendar_of, column

MONDAY = FIRST_DAY_S + 3 * DAY_S  # 2024-10-07
N_WEEKS = 30


def weekdays(days=range(5), opens=9 * HOUR_S, closes=16 * HOUR_S, n_weeks=N_WEEKS):
    dates = sorted(MONDAY + (7 * week + day) * DAY_S for week in range(n_weeks) for day in days)
    return calendar_of(*((date, opens, closes, 0, 0) for date in dates))


@pytest.mark.parametrize(("n_idle", "n_found"), [(N_IDLE_WEEKS - 1, 0), (N_IDLE_WEEKS, N_IDLE_WEEKS)])
def test_a_weekday_without_bars_for_weeks_is_not_a_session(n_idle, n_found):
    calendar = weekdays()
    fridays = MONDAY + 4 * DAY_S + np.arange(N_WEEKS) * 7 * DAY_S
    idle = fridays[5 : 5 + n_idle]
    found = idle_sessions(calendar, np.setdiff1d(calendar.date, idle))
    assert [opened // DAY_S * DAY_S for opened, _ in found] == idle.tolist()[:n_found]
    assert all(closed - opened == 7 * HOUR_S for opened, closed in found)


def test_thin_and_halted_shares_have_no_idle_weekday():
    calendar = weekdays()
    mondays = calendar.date[calendar.date // DAY_S % 7 == MONDAY // DAY_S % 7]
    assert idle_sessions(calendar, mondays) == []
    halted = np.concatenate([calendar.date[:20], calendar.date[-20:]])
    assert idle_sessions(calendar, halted) == []


def test_a_changed_week_is_handled_before_and_after_the_change():
    calendar = weekdays(range(7))
    change = MONDAY + 15 * 7 * DAY_S
    day = (calendar.date - MONDAY) // DAY_S % 7
    trades = np.where(calendar.date < change, np.isin(day, [6, 0, 1, 2, 3]), np.isin(day, range(5)))
    idle = idle_sessions(calendar, calendar.date[trades])
    dates = column([opened // DAY_S * DAY_S for opened, _ in idle])
    kept = without_sessions(calendar, dates)
    last = calendar.date[trades][-1]
    assert kept.date[kept.date <= last].tolist() == calendar.date[trades].tolist()
    assert len(kept) == len(kept.open)


def test_removing_no_session_returns_the_same_calendar():
    calendar = weekdays()
    assert without_sessions(calendar, column([])) is calendar


def test_only_the_time_of_the_answer_is_judged():
    """Before its first bar and after its last one a weekday without bars was not asked for."""
    calendar = weekdays()
    week = (calendar.date - MONDAY) // (7 * DAY_S)
    is_friday = (calendar.date - MONDAY) // DAY_S % 7 == 4
    answered = (week >= 8) & (week < 28) & (~is_friday | (week >= 20))
    dates = [opened // DAY_S * DAY_S for opened, _ in idle_sessions(calendar, calendar.date[answered])]
    assert dates == calendar.date[is_friday & (week >= 8) & (week < 20)].tolist()
