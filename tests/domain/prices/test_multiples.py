"""Bars of any multiple are what a plain loop over the base bars gives."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.outside_bars import outside_open_times
from candledesk.domain.calendar.periods import period_end, period_keys
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import (
    bar_close_times,
    expected_open_times,
    is_on_grid,
    session_of,
    utc_of_wall,
)
from candledesk.domain.interval import (
    DAY_S,
    HOUR_S,
    parse_interval,
)
from candledesk.domain.prices.resample import base_span, derived_open_times, resample_bars
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, all_days, bars_at, calendar_of, calendars, column, spans

MULTIPLES = ["3m", "7m", "10m", "45m", "2h", "3h", "6h", "8h", "12h", "23h", "210m", "270m"]
LONG = ["2d", "3d", "7d", "2wk", "5wk", "2mo", "5mo", "6mo", "1y", "2y", "10y"]
EVER = Span(FIRST_DAY_S - 200 * DAY_S, FIRST_DAY_S + 400 * DAY_S)
multiples = st.sampled_from([parse_interval(name) for name in MULTIPLES + LONG])


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def keys_slowly(calendar, interval, open_time):
    """What bar each base bar inside a session belongs to, by loops over sessions and dates."""
    if interval.is_daily:
        return [_period_slowly(calendar, interval, time) for time in open_time.tolist()]
    keys = []
    for time in open_time.tolist():
        for row in range(len(calendar)):
            first = int(calendar.open[row])
            if calendar.is_24h:
                midnight = int(utc_of_wall(calendar.tz, calendar.date[row : row + 1])[0])
                first = midnight + (first - midnight) // interval.step_s * interval.step_s
            if first <= time < calendar.close[row]:
                keys.append(first + (time - first) // interval.step_s * interval.step_s)
                break
    return keys


def _period_slowly(calendar, interval, time):
    day, n = datetime.fromtimestamp(time, UTC), interval.n_units
    if interval.unit == "y":
        return int(day.replace(year=day.year // n * n, month=1, day=1).timestamp())
    if interval.unit == "mo":
        return int(day.replace(month=(day.month - 1) // n * n + 1, day=1).timestamp())
    if interval.unit == "wk":
        monday = day - timedelta(days=day.weekday())
        week = (monday - datetime(1969, 12, 29, tzinfo=UTC)).days // 7
        return int((monday - timedelta(weeks=week % n)).timestamp())
    year = [date for date in calendar.date.tolist() if datetime.fromtimestamp(date, UTC).year == day.year]
    return year[year.index(time) // n * n]


def aggregate_slowly(bars, keys):
    rows = {}
    for at, key in enumerate(keys):
        row = rows.setdefault(key, [key, bars.open[at], -np.inf, np.inf, 0.0, 0.0])
        row[2], row[3] = max(row[2], bars.high[at]), min(row[3], bars.low[at])
        row[4], row[5] = bars.close[at], row[5] + bars.volume[at]
    return Bars.from_rows(list(rows.values()))


def monday_calendars():
    """Random calendars without a weekend session: their weeks surely begin on Monday."""

    def keep(calendar):
        kept = (calendar.date // DAY_S + 3) % 7 < 5
        columns = (calendar.date, calendar.open, calendar.close, calendar.break_start, calendar.break_end)
        return SessionCalendar("TEST", calendar.tz, *(c[kept] for c in columns), is_24h=calendar.is_24h)

    return calendars().map(keep).filter(len)


@given(monday_calendars(), multiples, st.data())
def test_bars_of_any_multiple_are_what_a_loop_gives(calendar, interval, data):
    every = expected_open_times(calendar, interval.base, EVER)
    kept = column(sorted(data.draw(st.sets(st.integers(0, len(every) - 1), max_size=60))))
    base = bars_at(every[kept])
    assume(len(base))
    found = resample_bars(base, calendar, interval)
    expected = aggregate_slowly(base, keys_slowly(calendar, interval, base.open_time))
    assert found.open_time.tolist() == expected.open_time.tolist()
    np.testing.assert_allclose(found.volume, expected.volume)
    for name in ("open", "high", "low", "close"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(calendars(), multiples)
def test_a_complete_base_gives_exactly_the_expected_bars(calendar, interval):
    base = bars_at(expected_open_times(calendar, interval.base, EVER))
    bars = resample_bars(base, calendar, interval)
    grid = Span(EVER.start - interval.longest_s, EVER.end)
    assert bars.open_time.tolist() == expected_open_times(calendar, interval, grid).tolist()
    assert is_on_grid(calendar, interval, bars.open_time).all()
    assert (session_of(calendar, interval, bars.open_time) >= 0).all()
    ends = bar_close_times(calendar, interval, bars.open_time)
    assert (np.diff(ends) > 0).all()
    assert ends[-1] == calendar.close[-1]


@given(calendars(), multiples, spans(), st.data())
def test_reading_in_parts_gives_what_the_whole_gives(calendar, interval, span, data):
    """With bars outside every session, too, and whatever is missing."""
    inside = expected_open_times(calendar, interval.base, EVER)
    step = interval.base.step_s
    offsets = data.draw(st.lists(st.integers(0, 130 * DAY_S // step), max_size=20))
    outside = FIRST_DAY_S + column(offsets) * step if offsets else column([])
    times = np.unique(np.concatenate((inside, outside)))
    base = bars_at(times)
    whole = resample_bars(base, calendar, interval)
    assert (np.diff(whole.open_time) > 0).all()
    assert whole.volume.sum() == base.volume.sum()
    assert (derived_open_times(calendar, interval, times) <= times).all() or interval.unit == "d"
    cut = data.draw(st.integers(1, 150 * DAY_S))
    cut = min(span.start + cut, span.end)
    parts = [Span(a, b) for a, b in ((span.start, cut), (cut, span.end)) if a < b]
    read = [
        resample_bars(base.within(base_span(interval, calendar, part)), calendar, interval).within(part)
        for part in parts
    ]
    assert np.concatenate([bars.open_time for bars in read]).tolist() == whole.within(span).open_time.tolist()
    assert np.concatenate([bars.volume for bars in read]).tolist() == whole.within(span).volume.tolist()


def london(first, last):
    """A venue with the wall-clock hours 08:00 to 16:30 in London, clock changes included."""
    dates = np.arange(utc(first), utc(last), DAY_S, dtype=np.int64)
    dates = dates[(dates // DAY_S + 3) % 7 < 5]
    none = np.zeros(len(dates), np.int64)
    opens, closes = (utc_of_wall("Europe/London", dates + at) for at in (8 * HOUR_S, 16 * HOUR_S + 1_800))
    return SessionCalendar("XLON", "Europe/London", dates, opens, closes, none, none)


def whole_days(first, last):
    dates = np.arange(utc(first), utc(last), DAY_S, dtype=np.int64)
    opens, closes = utc_of_wall("Europe/London", dates), utc_of_wall("Europe/London", dates + DAY_S)
    none = np.zeros(len(dates), np.int64)
    return SessionCalendar("FX", "Europe/London", dates, opens, closes, none, none, is_24h=True)


@pytest.mark.parametrize("name", MULTIPLES)
@pytest.mark.parametrize("make", [london, whole_days])
@pytest.mark.parametrize("first", ["2026-03-26", "2026-10-22"])
def test_weeks_of_a_clock_change(name, make, first):
    calendar, interval = make(first, str(np.datetime64(first) + np.timedelta64(8, "D"))), parse_interval(name)
    base = bars_at(expected_open_times(calendar, interval.base, Span(utc(first) - DAY_S, utc(first) + 9 * DAY_S)))
    found = resample_bars(base, calendar, interval)
    expected = aggregate_slowly(base, keys_slowly(calendar, interval, base.open_time))
    assert found.open_time.tolist() == expected.open_time.tolist()
    assert found.high.tolist() == expected.high.tolist()
    opens = np.unique(calendar.open)
    assert np.isin(opens, found.open_time).all()  # each session begins with a bar of its own


def test_days_are_counted_from_the_first_session_of_the_year():
    dates = [utc(day) for day in ("2025-12-30", "2025-12-31", "2026-01-02", "2026-01-05", "2026-01-06", "2026-01-07")]
    calendar = calendar_of(*((date, 0, HOUR_S, 0, 0) for date in dates))
    keys = period_keys(parse_interval("2d"), column(dates), calendar)
    assert [dates.index(key) for key in keys.tolist()] == [0, 0, 2, 2, 4, 4]
    assert period_end(parse_interval("2d"), dates[0], calendar) == dates[2]
    assert period_end(parse_interval("2d"), dates[2], calendar) == dates[4]
    assert period_end(parse_interval("2d"), dates[4], calendar) == dates[4] + 2 * DAY_S
    strays = column([utc("2025-12-29"), utc("2026-01-01"), utc("2026-01-03")])
    assert [str(np.datetime64(int(key), "s"))[:10] for key in period_keys(parse_interval("2d"), strays, calendar)] == [
        "2025-12-29",
        "2025-12-30",
        "2026-01-02",
    ]


def test_days_after_the_last_group_of_the_calendar_stand_alone():
    interval, dates = parse_interval("2d"), [utc(day) for day in ("2026-01-05", "2026-01-06", "2026-01-07")]
    calendar = calendar_of(*((date, 0, HOUR_S, 0, 0) for date in dates))
    after = [dates[2], dates[2] + DAY_S, dates[2] + 2 * DAY_S, dates[2] + 3 * DAY_S]
    keys = period_keys(interval, column(after), calendar).tolist()
    assert keys == [dates[2], dates[2], *after[2:]]
    assert [period_end(interval, key, calendar) for key in keys] == [after[2], after[2], after[3], after[3] + DAY_S]


@pytest.mark.parametrize(
    ("name", "key", "end"),
    [
        *[
            ("6mo", "2026-07-01", "2027-01-01"),
            ("5mo", "2026-11-01", "2027-01-01"),
            ("2mo", "2026-11-01", "2027-01-01"),
        ],
        *[("1y", "2026-01-01", "2027-01-01"), ("2y", "2026-01-01", "2028-01-01"), ("10y", "2020-01-01", "2030-01-01")],
        *[("7mo", "2026-08-01", "2027-01-01"), ("4mo", "2026-09-01", "2027-01-01")],
    ],
)
def test_months_and_years_begin_with_the_calendars(name, key, end):
    interval, day = parse_interval(name), column([utc("2026-11-17")])
    assert period_keys(interval, day, all_days()).tolist() == [utc(key)]
    assert period_end(interval, utc(key), all_days()) == utc(end)


def test_a_multiple_longer_than_the_session_is_one_bar_a_session():
    calendar = calendar_of(*((FIRST_DAY_S + n * DAY_S, 9 * HOUR_S, 16 * HOUR_S, 0, 0) for n in range(3)))
    times = expected_open_times(calendar, parse_interval("12h"), EVER)
    assert times.tolist() == calendar.open.tolist()
    assert bar_close_times(calendar, parse_interval("12h"), times).tolist() == calendar.close.tolist()


def test_bars_of_a_venue_without_sessions_are_kept():
    none = SessionCalendar("NONE", "America/New_York", *(np.empty(0, np.int64) for _ in range(5)))
    times = column([utc("2026-03-02T05:10"), utc("2026-03-02T06:00"), utc("2026-03-02T12:00")])
    keys = outside_open_times(none, parse_interval("6h"), times)
    assert keys.tolist() == [utc("2026-03-02T05:00"), utc("2026-03-02T05:00"), utc("2026-03-02T11:00")]
    assert len(resample_bars(bars_at(column([0, DAY_S, 40 * DAY_S])), none, parse_interval("2d"))) == 3
    assert len(resample_bars(bars_at(column([0, DAY_S, 40 * DAY_S])), none, parse_interval("1wk"))) == 2
