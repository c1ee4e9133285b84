"""What rows show of sessions that a calendar lacks, or has without trading."""

import numpy as np
import pytest

from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.observed import N_IDLE_WEEKS, idle_sessions, observed_sessions, without_sessions
from tests.domain.strategies import FIRST_DAY_S, all_days, calendar_of, column

DAY, HOUR = INTERVALS["1d"], INTERVALS["1h"]
MONDAY = FIRST_DAY_S + 3 * DAY_S  # 2024-10-07
N_WEEKS = 30


def weekdays(days=range(5), opens=9 * HOUR_S, closes=16 * HOUR_S, n_weeks=N_WEEKS):
    dates = sorted(MONDAY + (7 * week + day) * DAY_S for week in range(n_weeks) for day in days)
    return calendar_of(*((date, opens, closes, 0, 0) for date in dates))


def test_a_daily_bar_of_a_date_without_a_session_gets_ordinary_hours():
    sunday = MONDAY + 6 * DAY_S
    times = column([MONDAY, sunday, MONDAY + 7 * DAY_S])
    assert observed_sessions(weekdays(), DAY, times) == [(sunday + 9 * HOUR_S, sunday + 16 * HOUR_S)]
    assert observed_sessions(weekdays(), DAY, times[:1]) == []


def test_ordinary_hours_are_the_longest_nearby_on_the_wall_clock():
    rows = [(MONDAY + day * DAY_S, 9 * HOUR_S, (12 if day == 4 else 17) * HOUR_S, 0, 0) for day in range(5)]
    saturday = MONDAY + 5 * DAY_S
    assert observed_sessions(calendar_of(*rows), DAY, column([saturday])) == [
        (saturday + 9 * HOUR_S, saturday + 17 * HOUR_S)
    ]


def test_intraday_bars_show_the_hours_of_a_date_without_a_session():
    sunday = MONDAY + 6 * DAY_S
    times = column([MONDAY + 9 * HOUR_S, sunday + 18 * HOUR_S, sunday + 19 * HOUR_S])
    assert observed_sessions(weekdays(), HOUR, times) == [(sunday + 18 * HOUR_S, sunday + 20 * HOUR_S)]


def test_intraday_bars_correct_assumed_hours_and_leave_listed_ones_alone():
    from candledesk.domain.stated import apply_stated

    sunday = MONDAY + 6 * DAY_S
    assumed = apply_stated(weekdays(), observed_sessions(weekdays(), DAY, column([sunday])), is_observed=True)
    inside, outside = column([sunday + 10 * HOUR_S]), column([sunday + 15 * HOUR_S, sunday + 16 * HOUR_S])
    assert observed_sessions(assumed, HOUR, inside) == []
    assert observed_sessions(assumed, HOUR, outside) == [(sunday + 15 * HOUR_S, sunday + 17 * HOUR_S)]
    assert observed_sessions(assumed, HOUR, column([sunday + 8 * HOUR_S])) == [
        (sunday + 8 * HOUR_S, sunday + 9 * HOUR_S)
    ]
    assert observed_sessions(assumed, HOUR, column([MONDAY + 20 * HOUR_S])) == []


def test_a_venue_that_never_closes_has_all_its_days():
    assert observed_sessions(all_days(), DAY, column([FIRST_DAY_S + 1_000 * DAY_S])) == []
    assert observed_sessions(weekdays(), DAY, column([])) == []


@pytest.mark.parametrize(("n_idle", "n_found"), [(N_IDLE_WEEKS - 1, 0), (N_IDLE_WEEKS, N_IDLE_WEEKS)])
def test_a_weekday_without_bars_for_weeks_is_no_session(n_idle, n_found):
    calendar = weekdays()
    fridays = MONDAY + 4 * DAY_S + np.arange(N_WEEKS) * 7 * DAY_S
    idle = fridays[5 : 5 + n_idle]
    found = idle_sessions(calendar, np.setdiff1d(calendar.date, idle))
    assert [opened // DAY_S * DAY_S for opened, _ in found] == idle.tolist()[:n_found]
    assert all(closed - opened == 7 * HOUR_S for opened, closed in found)


def test_a_thin_share_and_a_halted_one_say_nothing_of_the_week():
    calendar = weekdays()
    mondays = calendar.date[calendar.date // DAY_S % 7 == MONDAY // DAY_S % 7]
    assert idle_sessions(calendar, mondays) == []
    halted = np.concatenate([calendar.date[:20], calendar.date[-20:]])
    assert idle_sessions(calendar, halted) == []


def test_a_week_that_changed_is_right_before_and_after():
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


def test_nothing_to_leave_out_changes_nothing():
    calendar = weekdays()
    assert without_sessions(calendar, column([])) is calendar
