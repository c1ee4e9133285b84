"""Where a chart looks on another series: pure rules."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.core.series_view import (
    ChartPlace,
    edge_of_time,
    opened_view,
    place_of,
    reach_text,
    right_time_in,
    time_of_edge,
)
from candledesk.ui.chart.core.viewport import Viewport
from tests.fake_data import make_bars, make_instrument

BARS, HOURS = make_bars(200), make_bars(600, INTERVALS["1h"])


def series_of(bars=BARS, interval="1d", **changes):
    axis = BarAxis(bars.open_time, step_s=INTERVALS[interval].step_s)
    whole = replace(Series.empty(), symbol="AAPL", interval=INTERVALS[interval], bars=bars, axis=axis)
    return replace(whole, **changes)


DAILY, HOURLY = series_of(), series_of(HOURS, "1h")


@pytest.mark.parametrize("series", [DAILY, HOURLY])
@pytest.mark.parametrize("edge", [20.5, 20.51, 21.0, 21.4, 100.25])
def test_an_edge_has_a_time_that_leads_back_to_it(series, edge):
    assert edge_of_time(series.axis, time_of_edge(series.axis, edge)) == pytest.approx(edge, abs=1e-4)


def test_closed_hours_lie_between_two_bars():
    close = int(HOURS.open_time[5]) + 3_600
    for later_s in (0, 3_600, 10 * 3_600):
        assert edge_of_time(HOURLY.axis, close + later_s) == 5.5


def test_times_outside_of_what_is_loaded_lie_beyond_it():
    assert edge_of_time(DAILY.axis, int(BARS.open_time[0]) - 30 * DAY_S) < -10
    assert edge_of_time(DAILY.axis, int(BARS.open_time[-1]) + DAY_S // 2) == 199.0


def test_rows_of_many_bars_count_time_evenly():
    axis = BarAxis(BARS.open_time[::8], np.arange(0, 201, 8), stride=8)
    assert edge_of_time(axis, time_of_edge(axis, 100.25)) == pytest.approx(100.25, abs=1e-3)


def test_the_latest_bar_on_screen_is_a_place_without_a_time():
    view = Viewport(right=3.0, spacing=5.0, width=500.0)
    assert place_of(view.place(DAILY.axis), DAILY) == ChartPlace(None, 3.0, 5.0)
    back = view.place(DAILY.axis).moved(60.0, 5.0).place(DAILY.axis)
    assert place_of(back, DAILY).right_time == time_of_edge(DAILY.axis, 60.0)
    cut = replace(DAILY, at_latest=False)  # newer bars are stored
    assert place_of(view.place(cut.axis), cut).right_time is not None


def test_a_day_that_the_edge_cuts_is_whole_in_hours():
    placed = Viewport(width=500.0).place(DAILY.axis).moved(60.1, 8.0).place(DAILY.axis)
    assert right_time_in(INTERVALS["1h"], placed, DAILY) == int(BARS.open_time[60]) + DAY_S
    assert right_time_in(INTERVALS["1wk"], placed, DAILY) == place_of(placed, DAILY).right_time


def test_a_history_that_begins_later_is_shown_from_its_first_bar():
    start = series_of(edge=EdgeState.START)
    early = ChartPlace(int(BARS.open_time[0]) - 900 * DAY_S)
    placed = opened_view(early, start, 500.0).place(start.axis)
    assert 0 < placed.x_of(0) < 100
    more = series_of(edge=EdgeState.MORE)
    assert opened_view(early, more, 500.0).place(more.axis).right_edge < 10  # older bars come


def test_a_place_after_the_end_is_the_latest_bar():
    late = ChartPlace(int(BARS.open_time[-1]) + 900 * DAY_S)
    assert opened_view(late, DAILY, 500.0).place(DAILY.axis).right_edge == 199 + 6.5


@pytest.mark.parametrize(
    ("edge", "listed", "interval", "time", "text"),
    [
        (EdgeState.START, 0, "1d", -DAY_S, "AAPL begins on 17 Feb 2025"),
        (EdgeState.START, 1, "1d", -DAY_S, "1d bars of AAPL begin on 17 Feb 2025"),
        (EdgeState.START, None, "1d", -DAY_S, "AAPL begins on 17 Feb 2025"),
        (EdgeState.START, None, "1h", -DAY_S, "1h bars of AAPL begin on 17 Feb 2025"),
        (EdgeState.MORE, 0, "1d", -DAY_S, ""),
        (EdgeState.START, 0, "1d", 0, ""),
        (EdgeState.START, 0, "1d", 285 * DAY_S, ""),
        (EdgeState.START, 0, "1d", 300 * DAY_S, "AAPL ends on 21 Nov 2025"),
    ],
)
def test_where_a_series_does_not_reach_a_sentence_says_so(edge, listed, interval, time, text):
    first = int(BARS.open_time[0])
    day = None if listed is None else first - listed * 5_000 * DAY_S
    instrument = replace(make_instrument("AAPL"), first_open_time=day)
    series = series_of(interval=interval, edge=edge, instrument=instrument)
    assert reach_text(series, first + time) == text
