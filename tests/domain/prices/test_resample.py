"""Derived bars lose nothing: volumes add up, highs and lows bound, bars at the edges are complete."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from candledesk.domain.bars import Bars
from candledesk.domain.calendar.sessions import expected_open_times, is_on_grid
from candledesk.domain.interval import DAY_S, HOUR_S, INTERVALS
from candledesk.domain.prices.resample import base_span, resample_bars
from candledesk.domain.span import Span
from tests.domain.strategies import FIRST_DAY_S, all_days, bars_at, calendar_of, calendars, column, spans

DERIVED = [interval for interval in INTERVALS.values() if interval.base is not interval]
EVER = Span(FIRST_DAY_S - 200 * DAY_S, FIRST_DAY_S + 400 * DAY_S)
derived = st.sampled_from(DERIVED)


def every_base_bar(calendar, interval):
    return bars_at(expected_open_times(calendar, interval.base, EVER))


@given(calendars(), derived)
def test_volume_adds_up_and_extremes_bound(calendar, interval):
    base = every_base_bar(calendar, interval)
    bars = resample_bars(base, calendar, interval)
    assert bars.volume.sum() == base.volume.sum()
    assert (bars.high.max(), bars.low.min()) == (base.high.max(), base.low.min())
    assert (bars.open[0], bars.close[-1]) == (base.open[0], base.close[-1])
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()


@given(calendars(), derived)
def test_a_complete_base_gives_exactly_the_expected_bars(calendar, interval):
    bars = resample_bars(every_base_bar(calendar, interval), calendar, interval)
    assert bars.open_time.tolist() == expected_open_times(calendar, interval, EVER).tolist()
    assert is_on_grid(calendar, interval, bars.open_time).all()


@given(calendars(), derived, spans())
def test_the_base_span_contains_every_bar_in_the_span_completely(calendar, interval, span):
    base = every_base_bar(calendar, interval)
    whole = resample_bars(base, calendar, interval).within(span)
    part = resample_bars(base.within(base_span(interval, calendar, span)), calendar, interval).within(span)
    assert part.equals(whole)


@given(calendars(), derived, st.data())
def test_missing_base_bars_do_not_move_the_grid(calendar, interval, data):
    base = every_base_bar(calendar, interval)
    kept = column(sorted(data.draw(st.sets(st.integers(0, len(base) - 1), max_size=30))))
    bars = resample_bars(base.take(kept), calendar, interval)
    assert is_on_grid(calendar, interval, bars.open_time).all()
    assert bars.volume.sum() == base.volume[kept].sum()


@given(calendars())
def test_a_derived_bar_aggregates_its_base_bars(calendar):
    interval = INTERVALS["4h"]
    base = every_base_bar(calendar, interval)
    assume(len(base))
    bars = resample_bars(base, calendar, interval)
    first = base.open_time < (bars.open_time[1] if len(bars) > 1 else EVER.end)
    assert bars.high[0] == base.high[first].max()
    assert bars.low[0] == base.low[first].min()
    assert bars.close[0] == base.close[first][-1]


def test_four_hours_start_at_the_open_or_at_midnight_of_a_24_hour_venue():
    venue = calendar_of((FIRST_DAY_S, 9 * HOUR_S + 1800, 16 * HOUR_S, 0, 0))
    times = resample_bars(every_base_bar(venue, INTERVALS["4h"]), venue, INTERVALS["4h"]).open_time - FIRST_DAY_S
    assert (times / HOUR_S).tolist() == [9.5, 13.5]
    coin = all_days(n_days=1)
    times = resample_bars(every_base_bar(coin, INTERVALS["4h"]), coin, INTERVALS["4h"]).open_time - FIRST_DAY_S
    assert (times / HOUR_S).tolist() == [0, 4, 8, 12, 16, 20]


def test_bars_outside_every_session_are_kept():
    venue = calendar_of(
        (FIRST_DAY_S, 9 * HOUR_S, 13 * HOUR_S, 0, 0), (FIRST_DAY_S + 3 * DAY_S, 9 * HOUR_S, 16 * HOUR_S, 0, 0)
    )
    hours = [1, 9, 12, 13, 16, 17, 24 + 8, 24 + 9, 24 + 12, 24 + 13, 72 + 9]
    bars = resample_bars(bars_at(column([FIRST_DAY_S + hour * HOUR_S for hour in hours])), venue, INTERVALS["4h"])
    # Before the open from that day's open back; after it the session's own grid; on a day without a session the grid
    # from the ordinary open, never from the day before.
    assert ((bars.open_time - FIRST_DAY_S) / HOUR_S).tolist() == [1, 9, 13, 17, 24 + 5, 24 + 9, 24 + 13, 72 + 9]


@pytest.mark.parametrize("interval", [i for i in INTERVALS.values() if i.base is i], ids=lambda i: i.name)
def test_a_fetched_interval_passes_through(interval):
    bars, calendar = bars_at(column([FIRST_DAY_S])), all_days()
    assert resample_bars(bars, calendar, interval) is bars
    assert base_span(interval, calendar, Span(0, 1)) == Span(0, 1)


def test_no_bars_give_no_derived_bars():
    assert len(resample_bars(Bars.empty(), all_days(), INTERVALS["1wk"])) == 0
    assert base_span(INTERVALS["1wk"], all_days(), Span(0, 1)) == Span(0, 1)


def test_the_base_span_of_a_month_is_the_whole_month():
    span = base_span(INTERVALS["1mo"], all_days(n_days=70), Span(FIRST_DAY_S, FIRST_DAY_S + 58 * DAY_S))
    edges = np.array([span.start, span.end], "datetime64[s]").astype(str).tolist()
    assert edges == ["2024-11-01T00:00:00", "2024-12-01T00:00:00"]


# Two days from 9:30 to 16:00, so that a day has the 4h bars of 9:30 and 13:30; and an evening from 17:00 to 20:00.
SESSIONS = ((FIRST_DAY_S, 34_200, 57_600, 0, 0), (FIRST_DAY_S + DAY_S, 34_200, 57_600, 0, 0))
TWO_DAYS = calendar_of(*SESSIONS)
WITH_EVENING = calendar_of(SESSIONS[0], (FIRST_DAY_S + DAY_S, -7 * HOUR_S, -4 * HOUR_S, 0, 0))


def clock(day, hour, minute=0):
    return FIRST_DAY_S + day * DAY_S + hour * HOUR_S + minute * 60


@pytest.mark.parametrize(
    ("calendar", "start", "end", "expected"),
    [
        (TWO_DAYS, (0, 9, 30), (0, 13, 30), ((0, 9, 30), (0, 13, 30))),  # one bar, exactly
        (TWO_DAYS, (0, 9, 30), (0, 13, 31), ((0, 9, 30), (0, 17, 30))),  # and the one that opens in the last minute
        (TWO_DAYS, (0, 10), (0, 13, 31), ((0, 13, 30), (0, 17, 30))),  # not the one that opened before
        (TWO_DAYS, (0, 10), (0, 13, 30), ((0, 10), (0, 13, 30))),  # none opens here
        (TWO_DAYS, (0, 15), (1, 12), ((0, 16), (1, 13, 30))),  # from the close that cuts the bar before
        (TWO_DAYS, (0, 20), (1, 12), ((0, 20), (1, 13, 30))),  # outside every session: from there
        (TWO_DAYS, (1, 13, 30), (1, 16), ((1, 13, 30), (1, 17, 30))),  # the calendar's last bar
        (WITH_EVENING, (0, 13, 30), (0, 16), ((0, 13, 30), (0, 17))),  # the next session ends it
        (WITH_EVENING, (0, 13, 30), (0, 17), ((0, 13, 30), (0, 17))),
    ],
)
def test_which_hours_make_the_bars_that_open_in_a_span(calendar, start, end, expected):
    assert base_span(INTERVALS["4h"], calendar, Span(clock(*start), clock(*end))) == Span(
        *(clock(*at) for at in expected)
    )
