"""The first day of a venue's week in every year, found from its sessions despite holidays and special days."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.domain.calendar.periods import period_end, period_keys
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.calendar.weeks import week_of, week_starts
from candledesk.domain.interval import DAY_S, INTERVALS, parse_interval
from candledesk.domain.prices.resample import resample_bars
from candledesk.domain.span import Span
from tests.domain.strategies import all_days, bars_at, calendar_of, column

MON_TO_FRI, SUN_TO_THU, SAT_TO_WED, MON_TO_SAT = (0, 1, 2, 3, 4), (6, 0, 1, 2, 3), (5, 6, 0, 1, 2), (0, 1, 2, 3, 4, 5)
WEEK = INTERVALS["1wk"]


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def text_of(seconds):
    return str(np.datetime64(int(seconds), "s"))[:10]


def weekdays(first, last, days):
    """The dates from first to last (exclusive) that fall on these weekdays, Monday 0."""
    dates = np.arange(utc(first), utc(last), DAY_S, dtype=np.int64)
    return dates[np.isin((dates // DAY_S + 3) % 7, days)]


def venue(*parts, extra=(), holidays=()):
    dates = np.unique(np.concatenate([*(weekdays(*part) for part in parts), column([utc(day) for day in extra])]))
    dates = dates[~np.isin(dates, [utc(day) for day in holidays])]
    return calendar_of(*((date, 36_000, 57_600, 0, 0) for date in dates.tolist()))


def keys_by_day(calendar, *days):
    return [text_of(key) for key in period_keys(WEEK, column([utc(day) for day in days]), calendar)]


@pytest.mark.parametrize(
    ("days", "opens"),
    [
        (SUN_TO_THU, "2025-03-09"),
        (SAT_TO_WED, "2025-03-08"),
        (MON_TO_FRI, "2025-03-10"),
        (MON_TO_SAT, "2025-03-10"),
        (tuple(range(7)), "2025-03-10"),
        ((0, 1, 3, 4), "2025-03-10"),  # New York in the paperwork crisis of 1968: closed on Wednesdays too
    ],
)
def test_a_week_opens_on_the_venues_first_day(days, opens):
    calendar = venue(("2024-01-01", "2026-01-01", days))
    assert keys_by_day(calendar, opens, "2025-03-11", "2025-03-12") == [opens] * 3
    assert period_end(WEEK, utc(opens), calendar) == utc(opens) + 7 * DAY_S


def test_coins_and_empty_calendars_have_weeks_from_monday():
    assert keys_by_day(all_days(n_days=900), "2024-12-01", "2024-12-02") == ["2024-11-25", "2024-12-02"]
    few = calendar_of((utc("2024-11-30"), 0, 3_600, 0, 0), (utc("2024-12-01"), 0, 3_600, 0, 0))
    assert keys_by_day(few, "2024-12-01", "2024-12-02") == ["2024-11-25", "2024-12-02"]


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        # Dubai, 2022: Thursday 30 December was the last day of the old week, Monday 3 January the first of the new.
        (
            [("2019-01-01", "2021-12-31", SUN_TO_THU), ("2022-01-03", "2024-01-01", MON_TO_FRI)],
            ["2021-12-19", "2021-12-26", "2022-01-03", "2022-01-10"],
        ),
        # Riyadh, 2013: from Saturday to Wednesday until 26 June, from Sunday 30 June to Thursday after it.
        (
            [("2010-01-01", "2013-06-29", SAT_TO_WED), ("2013-06-29", "2015-01-01", SUN_TO_THU)],
            ["2013-06-15", "2013-06-22", "2013-06-30", "2013-07-07"],
        ),
        # Tel Aviv, 2026: Sunday 4 January is followed by the first Friday, so that this week has six days.
        (
            [("2023-01-01", "2026-01-05", SUN_TO_THU), ("2026-01-05", "2027-06-01", MON_TO_FRI)],
            ["2025-12-28", "2026-01-04", "2026-01-12", "2026-01-19"],
        ),
    ],
)
def test_a_changed_week_has_the_right_first_day_on_both_sides(parts, keys):
    calendar = venue(*parts)
    found = np.unique(period_keys(WEEK, calendar.date, calendar))
    at = int(np.searchsorted(found, utc(keys[0])))
    assert [text_of(key) for key in found[at : at + 4]] == keys
    ends = [text_of(period_end(WEEK, int(key), calendar)) for key in found[at : at + 3]]
    assert ends == keys[1:]


def test_special_days_and_holidays_do_not_change_the_week():
    usual = ("2025-01-01", "2026-12-31", MON_TO_FRI)
    mumbai = venue(usual, extra=["2026-02-01", "2025-11-01", "2025-02-01"], holidays=["2026-01-26", "2026-02-16"])
    assert keys_by_day(mumbai, "2026-01-30", "2026-02-01", "2026-02-02") == ["2026-01-26", "2026-01-26", "2026-02-02"]
    bars = bars_at(column([utc(f"2026-{day}") for day in ("01-29", "01-30", "02-01", "02-02", "02-03")]))
    weekly = resample_bars(bars, mumbai, WEEK)
    assert [text_of(key) for key in weekly.open_time] == ["2026-01-26", "2026-02-02"]
    assert weekly.close[0] == bars.close[2]
    assert weekly.volume[0] == bars.volume[:3].sum()


def test_a_bar_on_a_day_that_the_calendar_lacks_is_in_its_week():
    calendar = venue(("2025-01-01", "2026-12-31", MON_TO_FRI))
    bars = bars_at(column([utc(f"2026-{day}") for day in ("01-30", "02-01", "02-02")]))
    assert resample_bars(bars, calendar, WEEK).volume.tolist() == [bars.volume[:2].sum(), bars.volume[2]]


@given(
    st.sampled_from([SUN_TO_THU, SAT_TO_WED, MON_TO_FRI]),
    st.sampled_from([SUN_TO_THU, SAT_TO_WED, MON_TO_FRI]),
    st.integers(300, 700),
    st.sets(st.integers(0, 1_000), max_size=40),
)
def test_weeks_are_whole_and_follow_each_other(first, second, change, closed):
    start = utc("2022-01-01")
    days = [start + n * DAY_S for n in range(1_000) if n not in closed]
    dates = [day for day in days if (day // DAY_S + 3) % 7 in (first if day < start + change * DAY_S else second)]
    calendar = calendar_of(*((date, 0, 3_600, 0, 0) for date in dates))
    every = np.arange(start, start + 1_000 * DAY_S, DAY_S, dtype=np.int64)
    keys = period_keys(WEEK, every, calendar)
    assert (np.diff(keys) >= 0).all()
    assert (keys <= every).all()
    assert (every - keys < 14 * DAY_S).all()
    number = week_of(calendar, every)
    assert (week_starts(calendar, number) == keys).all()
    assert (np.diff(number) <= 1).all()
    # Far from the change each week begins on the usual first day, however the holidays lie.
    quiet = np.abs(every - start - change * DAY_S) > 30 * DAY_S
    for part, usual in ((every < start + change * DAY_S, first), (every > start + change * DAY_S, second)):
        inner = part & quiet & (every > start + 60 * DAY_S) & (every < start + 940 * DAY_S)
        assert set(((keys[inner] // DAY_S + 3) % 7).tolist()) <= {usual[0]}


@given(st.integers(0, 12), st.sampled_from([SUN_TO_THU, SAT_TO_WED]), st.booleans())
def test_the_change_is_found_to_the_week(offset, old, has_holidays):
    change = utc("2023-03-06") + offset * 7 * DAY_S  # a Monday
    span = ("2021-01-01", text_of(change)), (text_of(change), "2025-01-01")
    holidays = [text_of(change - n * 7 * DAY_S - DAY_S) for n in (2, 3, 5)] if has_holidays else []
    calendar = venue((*span[0], old), (*span[1], MON_TO_FRI), holidays=holidays)
    last_old = int(calendar.date[calendar.date < change][-1])
    key = int(period_keys(WEEK, column([last_old]), calendar)[0])
    assert (key // DAY_S + 3) % 7 == old[0]
    following = int(period_keys(WEEK, column([change + 7 * DAY_S]), calendar)[0])
    assert following == change + 7 * DAY_S


@pytest.mark.parametrize(("name", "n"), [("2wk", 2), ("3wk", 3), ("13wk", 13), ("53wk", 53)])
@pytest.mark.parametrize("days", [SUN_TO_THU, SAT_TO_WED, MON_TO_FRI])
def test_several_weeks_are_counted_from_the_week_of_the_epoch(name, n, days):
    calendar = venue(("2018-01-01", "2026-01-01", days))
    interval = parse_interval(name)
    keys = period_keys(interval, calendar.date, calendar)
    weeks = week_of(calendar, calendar.date)
    assert (week_of(calendar, keys) == weeks // n * n).all()
    assert set(((keys // DAY_S + 3) % 7).tolist()) == {days[0]}
    for key in np.unique(keys)[:5].tolist():
        assert period_end(interval, key, calendar) == key + n * 7 * DAY_S


def test_expected_weeks_of_a_sunday_market():
    calendar = venue(("2024-01-01", "2026-01-01", SUN_TO_THU))
    times = expected_open_times(calendar, WEEK, Span(utc("2025-03-03"), utc("2025-03-24")))
    assert [text_of(time) for time in times] == ["2025-03-09", "2025-03-16", "2025-03-23"]
