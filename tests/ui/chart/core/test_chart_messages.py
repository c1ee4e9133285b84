from dataclasses import replace
from datetime import UTC

import pytest

from candledesk.cache.messages import BreakerState, EdgeState, LimiterState
from candledesk.cache.rules.planner import LISTING_REASON
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.domain.span import HISTORY_START, Span
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.chart_messages import (
    edge_text,
    edge_title,
    lag_text,
    limiter_text,
    pause_text,
    series_notice,
)
from candledesk.ui.chart.core.legend_text import value_parts
from candledesk.ui.chart.core.scene import ChartScene, Series
from candledesk.ui.chart.core.time_ticks import build_calendar, format_open_time
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.chart.paint.legend_painter import lines_of
from candledesk.ui.panels.jobs.texts import span_text
from candledesk.ui.shell.status_bar import StatusBar
from candledesk.ui.theme.themes import DARK
from tests.fake_data import NOW, make_bars, make_instrument, make_job


def _series(bars: Bars, **changes: object) -> Series:
    calendar = build_calendar(bars.open_time, "America/New_York", is_daily=True)
    series = Series(
        "AAPL",
        INTERVALS["1d"],
        bars,
        BarAxis(bars.open_time),
        calendar,
        instrument=make_instrument(),
        edge=EdgeState.START,
    )
    return replace(series, **changes)


def test_the_start_of_history_shows_the_listing_date():
    assert edge_text(_series(make_bars(5), edge_reason=LISTING_REASON)) == (
        "No bars before the listing date, 12 Dec 1980"
    )


def test_the_start_of_history_shows_the_look_back():
    assert edge_text(_series(make_bars(5), edge_reason="Yahoo keeps 1m bars for 30 days")) == (
        "Yahoo keeps 1m bars for 30 days"
    )


def test_a_pause_that_is_over_is_not_reported():
    state = LimiterState(0.0, 9.0, BreakerState.OPEN, retry_at=NOW, provider="Yahoo")
    assert limiter_text(state, UTC, now=NOW - 1) == "Yahoo asked us to pause until 00:00"
    assert limiter_text(state, UTC, now=NOW) == ""


def test_the_status_bar_shows_how_late_updates_run(qtbot):
    assert [lag_text(lag) for lag in (0, 38, 119, 120, 300)] == [
        "",
        "Updates 40 s late",
        "Updates 120 s late",
        "Updates 2 min late",
        "Updates 5 min late",
    ]
    bar = StatusBar(LimiterState(6.0, 0.0, BreakerState.CLOSED))
    qtbot.addWidget(bar)
    bar.show_limiter(LimiterState(6.0, 0.0, BreakerState.CLOSED, update_lag_s=41))
    assert bar.state.text() == "Ready   ·   Updates 40 s late"
    bar.show_limiter(LimiterState(6.0, 0.0, BreakerState.OPEN, is_offline=True, update_lag_s=900))
    assert "late" not in bar.state.text()
    bar.show_limiter(LimiterState(6.0, 0.0, BreakerState.CLOSED))
    assert bar.state.text() == "Ready"


def test_the_status_bar_forgets_a_pause_when_it_ends(qtbot, monkeypatch):
    clock = [NOW - 0.05]
    monkeypatch.setattr("candledesk.ui.shell.status_bar.time.time", lambda: clock[0])
    bar = StatusBar(LimiterState(0.0, 9.0, BreakerState.OPEN, retry_at=NOW, provider="Yahoo"))
    qtbot.addWidget(bar)
    assert bar.state.text().startswith("Yahoo asked us to pause")
    clock[0] = NOW + 0.1
    qtbot.waitUntil(lambda: bar.state.text() == "Ready")


def test_what_trades_without_volume_shows_none():
    bars = make_bars(5)
    assert "Vol" in [part.text for part in value_parts(_series(bars), 4)]
    silent = Bars(bars.open_time, bars.open, bars.high, bars.low, bars.close, bars.volume * 0)
    assert "Vol" not in [part.text for part in value_parts(_series(silent), 4)]


def test_a_whole_history_is_not_said_to_begin_in_1900():
    assert span_text(make_job(span=Span(HISTORY_START, NOW))) == "all until 2025-11-23"


def test_nothing_is_said_to_load_without_a_network():
    assert edge_title(EdgeState.LOADING, is_offline=False) == "Loading older bars…"
    assert edge_title(EdgeState.LOADING, is_offline=True) == "Older bars wait for the network"
    assert edge_title(EdgeState.START, is_offline=True) == "Start of history"


def test_a_pause_is_said_where_bars_are_waited_for():
    paused = LimiterState(0, 0, BreakerState.OPEN, retry_at=1_000, provider="Yahoo")
    pause = pause_text(paused, 900, UTC)
    assert pause == "Yahoo asked us to pause until 00:16."
    assert pause_text(paused, 1_001, UTC) == ""
    assert pause_text(replace(paused, is_offline=True), 900, UTC) == ""
    assert edge_title(EdgeState.LOADING, is_offline=False, pause=pause) == "Older bars wait for the provider"
    assert edge_title(EdgeState.START, is_offline=False, pause=pause) == "Start of history"
    empty = replace(Series.empty(), symbol="AAPL", edge=EdgeState.LOADING)
    assert edge_text(empty, pause) == pause
    notice = series_notice(empty, is_offline=False, pause=pause)
    assert notice.title == "AAPL waits for the provider"
    assert notice.detail.startswith(pause)


def test_the_bar_of_a_month_is_labelled_as_a_month():
    months = build_calendar(make_bars(5).open_time, "America/New_York", is_daily=True)
    assert format_open_time(months, 4, is_monthly=True) == "Nov 2025"
    assert format_open_time(months, 4) == "Fri 21 Nov 2025"
    assert [interval.name for interval in INTERVALS.values() if interval.is_monthly] == ["1mo", "3mo"]


def _picture(series, width):
    scene = ChartScene(series, Viewport(width=width))
    return Picture(lay_out(scene, width, 300, 1.0), scene, DARK)


@pytest.mark.parametrize(("width", "is_named"), [(900, True), (460, True), (300, False)])
def test_a_long_name_makes_room_for_interval_and_venue(qapp, width, is_named):
    instrument = replace(make_instrument(), name="The Long Name of a Company, Holding and Trust of the North")
    series = _series(make_bars(50), instrument=instrument)
    picture = _picture(series, width)
    title = "  ".join(word.text for word in lines_of(picture)[0])
    assert title.startswith("AAPL  ")
    assert title.endswith("1d  NASDAQ · USD")
    assert ("The Long" in title) is is_named
    assert (instrument.name in title) is (width == 900)
    assert max(word.right for word in lines_of(picture)[0]) <= picture.frame.panes.plot_w


@pytest.mark.parametrize(("width", "last"), [(900, "Vol"), (640, "C"), (530, "H")])
def test_values_that_do_not_fit_are_left_out_with_their_names(qapp, width, last):
    series = _series(make_bars(50))
    picture = _picture(series, width)
    words = lines_of(picture)[1]
    assert [word.text for word in words if word.text.isalpha()][-1] == last
    assert not words[-1].text.isalpha()
    assert max(word.right for word in words) <= picture.frame.panes.plot_w


def test_a_provider_that_does_not_answer_is_named_calmly(qtbot):
    silent = LimiterState(6.0, 0.0, BreakerState.CLOSED, provider="Yahoo", unanswered_since=NOW)
    assert limiter_text(silent, UTC, now=NOW) == "No answer from Yahoo yet"
    bar = StatusBar(silent)
    qtbot.addWidget(bar)
    bar.show_live(1)
    assert (bar.state.text(), bar.state.property("tone")) == ("No answer from Yahoo yet   ·   1 job is loading", "")
