"""The values that a chart shows: a window built from a reply, what a reply changes, and views of a date."""

from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.calendar.countdown import TradingHours
from candledesk.domain.interval import DAY_S, INTERVALS
from candledesk.domain.prices.oddity import Oddity
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.scene import ChartScene, Series, first_time, view_of_date
from candledesk.ui.chart.core.viewport import Viewport
from tests.fake_data import NOW, in_rows, make_bars, make_instrument

BARS = make_bars(200)
ASKABLE = NOW - 30 * DAY_S


def reply_of(bars=BARS, interval="1d", stride=1, **facts):
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], None, 500, 0, stride)
    facts = {"instrument": make_instrument(), "edge": EdgeState.START} | facts
    return ViewportReply(request, bars, **facts)


def test_a_window_has_the_bars_and_the_axis_of_its_reply():
    upcoming = BARS.open_time[-1] + np.array([1, 2, 3]) * DAY_S
    reply = reply_of(n_older=30, n_newer=4, stored_from=7, upcoming=upcoming, at_latest=True)
    series = Series.from_reply(reply)
    axis = series.axis
    assert (axis.n_bars, axis.n_older, axis.n_newer, axis.n_stored) == (200, 30, 4, 234)
    assert (axis.stored_from, axis.n_upcoming, axis.step_s) == (7, 3, DAY_S)
    assert len(series.calendar.local_s) == 203
    assert (series.symbol, series.interval.name, series.decimals) == ("AAPL", "1d", 2)


@pytest.mark.parametrize(("interval", "is_single"), [("1d", True), ("1wk", False)])
def test_only_rows_of_one_stored_bar_are_single(interval, is_single):
    assert Series.from_reply(reply_of(interval=interval)).is_single is is_single
    rows, starts = in_rows(BARS, 8 * DAY_S)
    assert not Series.from_reply(reply_of(rows, stride=8, starts=starts)).is_single


CHANGES = [
    {"edge": EdgeState.MORE},
    {"edge_reason": "Listed"},
    {"at_latest": False},
    {"instrument": None},
    {"n_older": 1},
    {"n_newer": 1},
    {"stride": 8},
    {"odd": {int(BARS.open_time[3]): int(Oddity.JUMP)}},
    {"bars": BARS.take(slice(1, None))},
    {"upcoming": BARS.open_time[-1:] + DAY_S},
]


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
def test_a_reply_that_changes_anything_is_not_the_same(change):
    series = Series.from_reply(reply_of())
    assert series.is_same_as(reply_of())
    assert not series.is_same_as(reply_of(**change))


def test_a_window_keeps_the_blocks_of_the_one_that_it_replaces():
    short, long = Series.from_reply(reply_of(BARS.take(slice(50, None)))), Series.from_reply(reply_of())
    assert long.replacing(short).axis.origin == -50
    assert long.replacing(replace(short, axis=replace(short.axis, origin=8))).axis.origin == 8 - 50
    assert Series.empty().replacing(long).axis.origin == 0


@pytest.mark.parametrize(
    ("interval", "listed", "askable", "wanted"),
    [
        ("1d", 345_479_400, None, 345_479_400),  # without a look-back the listing decides
        ("1d", None, None, None),
        ("1m", 345_479_400, ASKABLE, ASKABLE + DAY_S),
        ("1m", None, ASKABLE, ASKABLE + DAY_S),
        ("1m", ASKABLE + 5 * DAY_S, ASKABLE, ASKABLE + 5 * DAY_S),
    ],
)
def test_a_history_begins_with_the_listing_or_the_lookback_whichever_is_later(interval, listed, askable, wanted):
    instrument = replace(make_instrument(), first_open_time=listed)
    reply = reply_of(interval=interval, instrument=instrument, hours=TradingHours(NOW, 0, ()), oldest_askable=askable)
    assert first_time(Series.from_reply(reply)) == wanted


def test_before_the_venue_is_known_nobody_knows_where_a_lookback_begins():
    assert first_time(Series.from_reply(reply_of(interval="1m"))) is None


def test_a_date_is_shown_in_the_middle():
    series, view = Series.from_reply(reply_of(edge=EdgeState.MORE)), Viewport(width=400.0, spacing=8.0)
    placed = view_of_date(view, series, int(BARS.open_time[120])).place(series.axis)
    assert placed.x_of(120) == pytest.approx(200)


def test_a_date_is_shown_some_bars_left_of_the_right_edge():
    series, view = Series.from_reply(reply_of(edge=EdgeState.MORE)), Viewport(width=400.0, spacing=8.0)
    placed = view_of_date(view, series, int(BARS.open_time[120]), 2.5).place(series.axis)
    assert placed.x_of(120) == pytest.approx(400 - 2.5 * 8)


def test_near_the_start_of_history_the_first_bar_stands_at_the_left_edge():
    view, date = Viewport(width=400.0, spacing=8.0), int(BARS.open_time[3])
    start, more = (Series.from_reply(reply_of(edge=edge)) for edge in (EdgeState.START, EdgeState.MORE))
    placed = view_of_date(view, start, date).place(start.axis)
    assert 0 < placed.x_of(0) < 8 * 8
    assert view_of_date(view, more, date).place(more.axis).x_of(3) == pytest.approx(200)


def test_only_the_logarithmic_mode_is_logarithmic():
    assert [mode for mode in PriceMode if ChartScene(price_mode=mode).is_log] == [PriceMode.LOG]


def test_odd_bars_are_drawn_in_their_own_way():
    plain = Series.from_reply(reply_of())
    assert plain.drawn is plain.bars
    odd = Series.from_reply(reply_of(odd={int(BARS.open_time[3]): int(Oddity.OPEN_UNKNOWN)}))
    assert odd.drawn.open[3] == BARS.close[2] != odd.bars.open[3]
    weekly = Series.from_reply(reply_of(interval="1wk", odd={int(BARS.open_time[3]): int(Oddity.OPEN_UNKNOWN)}))
    assert weekly.drawn is weekly.bars  # the flag is that of a part of the row
