"""Where anchors lie among the bars: the rules of WORKBENCH.md §2.2, for every interval and around every hole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from candledesk.cache.rules.anchor_places import neighbours_among
from candledesk.domain.calendar.session_calendar import SessionCalendar
from candledesk.domain.calendar.sessions import expected_open_times
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.span import Span
from candledesk.drawings.document.drawings_json import drawing_json, parse_drawing
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.placing.bar_times import BarTimes, key_spans
from candledesk.drawings.placing.moving import Move, moved

ZONE = "America/New_York"
HOLIDAYS = {"2026-11-26", "2026-12-25"}
FIRST, LAST = datetime(2026, 2, 2, tzinfo=UTC), datetime(2027, 2, 26, tzinfo=UTC)
CHARTS = ["5m", "1h", "4h", "1d", "1wk", "1mo"]


def new_york():
    """Sessions from 9:30 to 16:00 local time on weekdays, over two changes of the clock, with two holidays."""
    days = (FIRST + timedelta(days=at) for at in range((LAST - FIRST).days))
    rows = []
    for day in days:
        if day.weekday() < 5 and day.strftime("%Y-%m-%d") not in HOLIDAYS:
            opens, close = (day.replace(tzinfo=ZoneInfo(ZONE), hour=h, minute=m) for h, m in ((9, 30), (16, 0)))
            rows.append([int(at.timestamp()) for at in (day, opens, close)])
    date, opens, close = np.array(rows, np.int64).T.copy()
    none = np.zeros_like(date)
    return SessionCalendar("XNYS", ZONE, date, opens, close, none, none.copy())


CALENDAR = new_york()
EVER = Span(int(FIRST.timestamp()) - DAY_S, int(LAST.timestamp()))


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@cache
def all_times(name):
    return expected_open_times(CALENDAR, INTERVALS[name], EVER)


def chart(name, lo=0, hi=None, *, times=None, far=(), **changes):
    """Return a chart of the bars ``[lo, hi)`` of all, with the indexes that a chart of all of them has.

    ``far``: anchors of which the bars beside them were counted.
    """
    every = all_times(name) if times is None else times
    hi = len(every) if hi is None else hi
    starts, _ = key_spans(far, INTERVALS[name], ZONE)
    beside = np.searchsorted(every, neighbours_among(every, starts.tolist())) if len(far) else np.empty(0, np.int64)
    index = np.concatenate([beside[beside < lo], np.arange(lo, hi, dtype=np.int64), beside[beside >= hi]])
    return BarTimes(INTERVALS[name], every[index], index, ZONE, **changes)


@cache
def whole_chart(name, *, is_by_time=False):
    """Return the chart of all bars, made once: the examples of the properties only ask it."""
    return chart(name, is_by_time=is_by_time)


def index_of(bars, time, interval="1h"):
    return bars.index_of(Anchor(time, 1.0, interval))


@pytest.mark.parametrize("name", CHARTS)
def test_an_anchor_on_the_open_of_a_bar_is_at_its_centre(name):
    times = all_times(name)
    bars = chart(name)
    for at in {0, 1, len(times) // 2, len(times) - 1}:
        assert index_of(bars, int(times[at]), name) == at


def test_a_wednesday_on_weekly_is_that_week_and_the_same_bar_again_on_hourly():
    wednesday = utc("2026-11-04T15:30")  # 10:30 in New York
    anchor = Anchor(wednesday, 1.0, "1h")
    hourly, weekly = chart("1h"), chart("1wk")
    at = hourly.index_of(anchor)
    assert hourly.open_time[int(at)] == wednesday
    assert weekly.open_time[int(weekly.index_of(anchor))] == utc("2026-11-02")
    assert hourly.index_of(anchor) == at


FINER = [(drawn, name) for at, name in enumerate(CHARTS) for drawn in CHARTS[:at]]


@pytest.mark.parametrize(("drawn", "name"), FINER)
@given(share=st.floats(0, 1))
def test_by_time_an_anchor_of_a_finer_interval_lies_within_its_bar_as_its_time_does(drawn, name, share):
    every, opens = all_times(drawn), all_times(name)
    anchor = Anchor(int(every[round(share * (len(every) - 1))]), 1.0, drawn)
    centre, place = whole_chart(name).index_of(anchor), whole_chart(name, is_by_time=True).index_of(anchor)
    assert centre == round(centre)
    assert -0.5 < place - centre < 0.5, "between the edges of its bar"
    if centre == len(opens) - 1:
        return
    step = INTERVALS[drawn].step_s
    start = anchor.time
    if INTERVALS[name].is_daily and not INTERVALS[drawn].is_daily:
        clock = datetime.fromtimestamp(anchor.time, ZoneInfo(ZONE))
        start = int(clock.replace(tzinfo=UTC).timestamp())
    opens_at, behind = opens[int(centre) : int(centre) + 2].tolist()
    length = min(behind - opens_at, INTERVALS[name].longest_s)
    within = (start + min(start + step, opens_at + length)) / 2 - opens_at
    assert place == pytest.approx(centre - 0.5 + within / length, abs=1e-6)
    assert whole_chart(drawn, is_by_time=True).index_of(anchor) == whole_chart(drawn).index_of(anchor), (
        "back on its own interval"
    )


@pytest.mark.parametrize(("drawn", "name"), [*((name, name) for name in CHARTS), *((b, a) for a, b in FINER)])
@given(share=st.floats(0, 1))
def test_by_time_all_other_anchors_lie_where_they_do_without(drawn, name, share):
    every = all_times(drawn)
    anchor = Anchor(int(every[round(share * (len(every) - 1))]), 1.0, drawn)
    assert whole_chart(name, is_by_time=True).index_of(anchor) == whole_chart(name).index_of(anchor)


def test_by_time_the_four_hours_of_a_bar_and_the_days_of_a_week_stand_side_by_side():
    hours = [utc(f"2026-11-04T{hour}:30") for hour in (14, 15, 16, 17)]
    bars = chart("4h", is_by_time=True)
    places = [index_of(bars, hour) for hour in hours]
    assert np.array(places) - round(places[0]) == pytest.approx([-0.375, -0.125, 0.125, 0.375])
    weekly = chart("1wk", is_by_time=True)
    days = [index_of(weekly, utc(f"2026-11-{day:02d}"), "1d") for day in (2, 3, 4, 5, 6)]
    assert np.diff(days) == pytest.approx([1 / 7] * 4)
    assert days[0] - round(days[0]) == pytest.approx(0.5 / 7 - 0.5)
    daily = chart("1d", is_by_time=True)
    opened = index_of(daily, utc("2026-11-04T14:30"))
    assert opened - round(opened) == pytest.approx(10 / 24 - 0.5), "10:00 in New York is its middle"


def test_a_weekly_or_daily_anchor_is_at_the_first_finer_bar_within_it():
    hourly = chart("1h")
    assert hourly.open_time[int(index_of(hourly, utc("2026-11-02"), "1d"))] == utc("2026-11-02T14:30")
    assert hourly.open_time[int(index_of(hourly, utc("2026-11-02"), "1wk"))] == utc("2026-11-02T14:30")
    assert chart("5m").open_time[int(index_of(chart("5m"), utc("2026-11-04T15:30"), "1h"))] == utc("2026-11-04T15:30")


def test_a_weekly_anchor_whose_monday_is_a_holiday_is_at_the_first_bar_of_its_week():
    times = all_times("1h")
    is_monday = (times >= utc("2026-11-02T14:30")) & (times < utc("2026-11-03"))
    bars = chart("1h", times=times[~is_monday])
    assert bars.open_time[int(index_of(bars, utc("2026-11-02"), "1wk"))] == utc("2026-11-03T14:30")


def test_an_anchor_on_a_holiday_is_a_share_of_the_time_between_its_neighbours():
    daily = chart("1d")
    wednesday = int(np.searchsorted(daily.open_time, utc("2026-11-25")))
    assert index_of(daily, utc("2026-11-26"), "1d") == wednesday + 0.5, "Friday follows in two days"
    hourly = chart("1h")
    found = index_of(hourly, utc("2026-11-26T15:30"), "1h")
    before = int(found)
    opens, following = hourly.open_time[before : before + 2].tolist()
    assert (opens, following) == (utc("2026-11-25T20:30"), utc("2026-11-27T14:30"))
    assert found - before == pytest.approx((utc("2026-11-26T15:30") - opens) / (following - opens))


def test_an_anchor_in_a_halt_is_a_share_of_the_time_between_its_neighbours():
    times = all_times("5m")
    gap = slice(100, 104)
    bars = chart("5m", times=np.delete(times, gap))
    assert index_of(bars, int(times[102]), "5m") == pytest.approx(99 + 3 / 5)


def test_times_are_utc_so_a_change_of_the_clock_moves_nothing():
    bars = chart("1h")
    before, after = utc("2026-10-30T13:30"), utc("2026-11-02T14:30")  # both 9:30 in New York
    assert bars.open_time[int(index_of(bars, before))] == before
    assert bars.open_time[int(index_of(bars, after))] == after
    assert index_of(bars, after) - index_of(bars, before) == 7, "the seven bars of Friday"
    daily = chart("1d")
    for day in ("2026-10-30", "2026-11-02"):
        opens = int(index_of(bars, utc(day), "1d"))
        assert daily.open_time[int(index_of(daily, int(bars.open_time[opens])))] == utc(day)


@pytest.mark.parametrize("name", CHARTS)
@given(data=st.data())
def test_history_that_comes_in_leaves_an_anchor_where_the_counted_bars_put_it(name, data):
    times = all_times(name)
    time = int(times[data.draw(st.integers(2, len(times) - 1))])
    lo = data.draw(st.integers(1, len(times) - 2))
    drawn = data.draw(st.sampled_from(CHARTS))
    stored = int(expected_open_times(CALENDAR, INTERVALS[drawn], EVER)[-1]) if drawn == "1mo" else time
    whole, part = whole_chart(name), chart(name, lo, far=[Anchor(stored, 1.0, name)])
    assert index_of(part, stored, name) == index_of(whole, stored, name)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("drawn", CHARTS)
@pytest.mark.parametrize("is_by_time", [False, True])
@given(share=st.floats(0, 1), lo=st.floats(0, 0.9), hi=st.floats(0.1, 1))
def test_any_window_of_the_bars_gives_the_same_place_for_any_anchor(name, drawn, is_by_time, share, lo, hi):
    every, drawn_at = all_times(name), all_times(drawn)
    anchor = Anchor(int(drawn_at[3 + int(share * (len(drawn_at) - 6))]), 1.0, drawn)
    first = int(lo * (len(every) - 1))
    last = max(first + 1, int(hi * len(every)))
    expected = whole_chart(name, is_by_time=is_by_time).index_of(anchor)
    window = chart(name, first, last, far=[anchor], is_by_time=is_by_time)
    assert window.index_of(anchor) == pytest.approx(expected, abs=1e-9)
    assert anchor == Anchor(anchor.time, 1.0, drawn)


def test_bars_outside_that_were_not_counted_follow_each_other_as_the_chart_says():
    bars = chart("1d", 100, 105, average_s=1.4 * DAY_S)
    step = 1.4 * DAY_S
    assert index_of(bars, round(bars.open_time[0] - 2 * step), "1d") == pytest.approx(98)
    assert index_of(bars, round(bars.open_time[-1] + 3 * step), "1d") == pytest.approx(107)


def test_between_two_bars_that_were_not_counted_the_time_is_shared():
    bars = BarTimes(INTERVALS["1d"], np.array([0, 100 * DAY_S]), np.array([-50, 0]), ZONE)
    assert index_of(bars, 40 * DAY_S, "1d") == -30


def test_new_bars_walk_towards_an_anchor_in_the_future():
    every = all_times("1h")
    anchor = Anchor(int(every[700]), 1.0, "1h")
    for n_loaded in (600, 650, 699, 700, 701, 750):
        assert chart("1h", 0, n_loaded, far=[anchor]).index_of(anchor) == 700


def test_rows_of_many_bars_are_shared_evenly():
    times = all_times("1d")[::8]
    bars = BarTimes(INTERVALS["1d"], times, np.arange(len(times)) * 8, ZONE)
    assert index_of(bars, int(times[3]), "1d") == 24
    middle = (int(times[3]) + int(times[4])) // 2
    assert index_of(bars, middle // DAY_S * DAY_S, "1d") == pytest.approx(28, abs=0.7)


@pytest.mark.parametrize("name", CHARTS)
@given(share=st.floats(0, 1))
def test_time_at_is_the_inverse(name, share):
    every = all_times(name)
    bars = whole_chart(name)
    at = round(share * (len(every) - 1))
    assert bars.time_at(at) == every[at]
    assert index_of(bars, bars.time_at(at), name) == at


def test_time_at_outside_of_the_bars_goes_on_evenly():
    bars = chart("1d", 10, 20)
    assert bars.time_at(30) == bars.open_time[-1] + 11 * DAY_S
    assert bars.time_at(-30) == bars.open_time[0] - 40 * DAY_S
    wide = chart("1d", 10, 20, average_s=1.4 * DAY_S)
    assert wide.time_at(24) == bars.open_time[-1] + 7 * DAY_S
    assert [bars.time_at(at) for at in (10.4, 18.6, 19)] == bars.open_time[[0, -1, -1]].tolist()


def test_between_rows_of_many_bars_the_time_is_shared():
    bars = BarTimes(INTERVALS["1d"], np.array([0, 100 * DAY_S]), np.array([-50, 0]), ZONE)
    assert bars.time_at(-30) == 40 * DAY_S


def ones(anchors):
    return np.ones(len(anchors))


LINE = Drawing("a", "trend_line", "A", (Anchor(utc("2026-11-25"), 10.0, "1d"), Anchor(utc("2026-12-01"), 20.0, "1d")))


def test_a_drawing_is_moved_by_whole_bars_and_by_price():
    bars = chart("1d")
    found = moved(LINE, bars, ones, Move(1, 2.5))
    assert [point.time for point in found.points] == [utc("2026-11-27"), utc("2026-12-02")], "over the holiday"
    assert [point.price for point in found.points] == [12.5, 22.5]
    assert [bars.index_of(one) for one in found.points] == [bars.index_of(one) + 1 for one in LINE.points]
    assert moved(found, bars, ones, Move(-1, -2.5)) == LINE


@pytest.mark.parametrize("n_bars", [-1_000_000, 1_000_000])
def test_a_drawing_that_is_moved_very_far_can_still_be_stored(n_bars):
    found = moved(LINE, chart("1d"), ones, Move(n_bars))
    assert parse_drawing(drawing_json(found)) == found


def test_a_point_that_is_moved_is_of_the_shown_interval_then():
    found = moved(LINE, chart("1h"), ones, Move(3))
    assert {point.interval for point in found.points} == {"1h"}


WEDNESDAY, FRIDAY = utc("2026-11-04T15:30"), utc("2026-11-13T20:30")  # 10:30 and 15:30 in New York
HOURS = Drawing("h", "trend_line", "A", (Anchor(WEDNESDAY, 10.0, "1h"), Anchor(FRIDAY, 20.0, "1h")))


def test_a_point_of_hours_that_is_moved_on_a_chart_of_days_is_of_that_day():
    found = moved(HOURS, chart("1d"), ones, Move(2))
    assert [(point.time, point.interval) for point in found.points] == [
        (utc("2026-11-06"), "1d"),
        (utc("2026-11-17"), "1d"),
    ]


@pytest.mark.parametrize("name", ["4h", "1d", "1wk"])
def test_by_time_a_drawing_keeps_its_shape_while_it_is_moved(name):
    bars = chart(name, is_by_time=True)
    found = moved(HOURS, bars, ones, Move(2))
    assert {point.interval for point in found.points} == {"1h"}
    for point, before in zip(found.points, HOURS.points, strict=True):
        assert bars.index_of(point) == pytest.approx(bars.index_of(before) + 2)
    assert moved(found, bars, ones, Move(-2)) == HOURS


def test_by_time_a_point_stays_in_a_shorter_month_and_at_its_hour_when_the_clock_changes():
    monthly = chart("1mo", is_by_time=True)
    (found,) = moved(replace(HOURS, points=(Anchor(utc("2026-08-31"), 1.0, "1d"),)), monthly, ones, Move(1)).points
    assert found == Anchor(utc("2026-09-30"), 1.0, "1d")
    friday = replace(HOURS, points=(Anchor(utc("2026-10-30T14:30"), 1.0, "1h"),))
    (found,) = moved(friday, chart("1d", is_by_time=True), ones, Move(1)).points
    assert found.time == utc("2026-11-02T15:30"), "10:30 in New York"


@pytest.mark.parametrize("n_bars", [-1_000_000, 1_000_000])
@pytest.mark.parametrize("name", ["4h", "1wk"])
def test_by_time_a_drawing_that_is_moved_very_far_can_still_be_stored(name, n_bars):
    found = moved(HOURS, chart(name, is_by_time=True), ones, Move(n_bars))
    assert parse_drawing(drawing_json(found)) == found


@pytest.mark.parametrize(
    ("move", "has_price"), [(Move(3, dx=5.0, dy=2.0), False), (Move(price=0.5), True), (Move(ratio=0.5), True)]
)
def test_a_move_has_a_price_where_prices_change(move, has_price):
    assert move.has_price is has_price
    found = moved(LINE, chart("1d"), ones, move)
    assert ([point.price for point in found.points] != [10.0, 20.0]) is has_price


def test_a_move_of_nothing_leaves_the_drawing_as_it_is():
    assert moved(LINE, chart("1h"), ones, Move(dx=5.0)) is LINE
    assert moved(LINE, chart("1h"), ones, Move(price=2.0)).points[0] == Anchor(LINE.points[0].time, 12.0, "1d")
    doubled = moved(LINE, chart("1h"), lambda anchors: np.full(len(anchors), 0.5), Move(ratio=3.0, price=1.0))
    assert [point.price for point in doubled.points] == [32.0, 62.0]


def test_a_time_without_a_price_is_moved_along_the_time_axis_only():
    line = replace(LINE, type="vertical_line", points=(replace(LINE.points[0], price=None),))
    assert moved(line, chart("1d"), ones, Move(1, 2.5)).points == (Anchor(utc("2026-11-27"), None, "1d"),)


def test_a_locked_drawing_is_not_moved():
    locked = replace(LINE, locked=True)
    assert moved(locked, chart("1d"), ones, Move(1, 1.0)) is locked


def test_across_a_split_the_shown_price_stays():
    split = utc("2026-12-01")

    def factors(anchors):
        return np.array([0.25 if anchor.time < split else 1.0 for anchor in anchors])

    one = Drawing("a", "text", "A", (Anchor(utc("2026-11-30"), 400.0, "1d"),))
    found = moved(one, chart("1d"), factors, Move(1))
    assert found.points == (Anchor(split, 100.0, "1d"),)
