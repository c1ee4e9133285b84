"""Drawings on a real cache and the demo market: whatever the chart does, a stored point stays on its bar and price."""

from datetime import UTC, datetime

import numpy as np
import pytest

from candledesk.demo import DemoMarket
from candledesk.domain.interval import DAY_S, INTERVALS, parse_interval
from candledesk.drawings.document.drawings_json import drawings_json
from candledesk.drawings.drawing import Anchor, Drawing
from candledesk.drawings.figures import Line
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.options import PriceMode
from tests.live_window import NOW, SLOW_MS, LiveWindow
from tests.ui.conftest import discard, settle


def utc(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def market():
    with DemoMarket(now=NOW) as market:
        yield market


@pytest.fixture
def live(qapp, qtbot, tmp_path, market, workspace):
    made = LiveWindow(qtbot, tmp_path / "home", market.url, workspace)
    yield made
    made.close()
    settle(qapp)
    discard(qapp, made.window)


def change(live, interval, symbol="AAPL"):
    """Show another interval and wait until its bars, and what its drawings ask for, have come."""
    live.window.charts.open_chart(symbol, parse_interval(interval))
    feed = live.window.charts.page.drawing_feed
    live.qtbot.waitUntil(lambda: live.shows(symbol, interval) and not feed.is_loading, timeout=SLOW_MS)


def draw(live, workspace, *drawings):
    """Store drawings, and wait until the window shows them."""
    workspace.put_drawings(drawings).result(5)
    wanted = {one.id for one in drawings}
    live.qtbot.waitUntil(lambda: wanted <= {one.id for one in live.model.scene.drawings.drawings}, timeout=SLOW_MS)
    live.qtbot.waitUntil(lambda: not live.window.charts.page.drawing_feed.is_loading, timeout=SLOW_MS)


def line(*points, drawing_id="a", tool="trend_line", symbol="AAPL", **changes):
    return Drawing(drawing_id, tool, symbol, tuple(Anchor(*point) for point in points), **changes)


def xs_of(live, drawing_id="a"):
    """Return the pixels of a drawing's points, on screen or not."""
    found = {one.drawing.id: one for one in placed_in(live.model.scene).between(-np.inf, np.inf)}
    return [live.model.placed.x_of(index) for index in found[drawing_id].indexes]


def ruled_x(live, time, drawn):
    """Return the pixel of the bar that the rules of WORKBENCH.md §2.2 name, ``None`` when it is not loaded.

    Written without the code that is tested: a loop over the bars of the chart, with the dates of New York.
    """
    series, is_date = live.model.series, INTERVALS[drawn].is_daily
    times, is_daily = series.bars.open_time.tolist(), series.interval.is_daily
    step = DAY_S if drawn == "1d" else INTERVALS[drawn].step_s
    begin, end = time, time + step
    if is_daily and not is_date:
        begin = time // DAY_S * DAY_S  # the sessions of New York do not reach over midnight in UTC
    elif is_date and not is_daily:
        begin, end = time + 4 * 3_600, time + step + 5 * 3_600
    if not times or begin < times[0] or begin > times[-1]:
        return None
    holding = max(at for at, one in enumerate(times) if one <= begin)
    is_held = is_daily or begin < times[holding] + series.interval.step_s
    if is_held and not (is_date and not is_daily):
        return live.model.placed.x_of(holding)
    following = min(at for at, one in enumerate(times) if one >= begin)
    assert times[following] < end, "the test draws at bars"
    return live.model.placed.x_of(following)


def stored(workspace):
    return drawings_json(workspace.list_drawings().result(5))


HOURLY = (utc("2026-11-11T15:30"), 180.0, "1h")
DAILY = (utc("2026-11-03"), 170.0, "1d")
WEEKLY = (utc("2026-10-26"), 160.0, "1wk")


def test_a_wednesday_is_its_week_on_weekly_and_the_same_pixel_again_on_hourly(live, workspace):
    live.open("AAPL", "1h")
    draw(live, workspace, line(HOURLY, (utc("2026-11-18T17:30"), 185.0, "1h")))
    before = xs_of(live)
    change(live, "1wk")
    times = live.model.series.bars.open_time.tolist()
    weeks = [times.index(utc("2026-11-09")), times.index(utc("2026-11-16"))]
    assert xs_of(live) == pytest.approx([live.model.placed.x_of(at) for at in weeks], abs=0.5)
    change(live, "1h")
    assert xs_of(live) == pytest.approx(before, abs=0.01)


def test_fifty_changes_of_the_interval_leave_what_is_stored_and_every_point_on_its_bar(live, workspace):
    """Over the change of the clock on 1 November, the holiday on 26 November, and bars that are not loaded."""
    live.open("AAPL", "1d")
    future = (utc("2026-12-09T15:30"), 200.0, "1h")
    drawings = [
        line(HOURLY, DAILY, drawing_id="a"),
        line(WEEKLY, HOURLY, drawing_id="b", style={"extend": "both"}),
        line(DAILY, future, drawing_id="c", tool="rectangle"),
    ]
    draw(live, workspace, *drawings)
    before, n_seen, places = stored(workspace), 0, {}
    names = ["1h", "1wk", "15m", "1d", "1mo", "4h", "5m", "3mo", "30m", "2h"]
    for step in range(50):
        name = names[(step * 7 + step // 10) % len(names)]
        change(live, name)
        for one in drawings:
            for at, point in enumerate(one.points):
                expected = ruled_x(live, point.time, point.interval)
                if expected is not None:
                    n_seen += 1
                    assert xs_of(live, one.id)[at] == pytest.approx(expected, abs=0.5), (name, one.id, at)
            relative = [live.model.placed.x_of(live.model.placed.n_bars - 1) - x for x in xs_of(live, one.id)]
            known = places.setdefault((name, one.id), relative)
            assert relative == pytest.approx(known, abs=0.5), (name, one.id)
    assert n_seen > 100
    assert stored(workspace) == before


def test_history_that_comes_in_leaves_a_line_where_it_was_counted(live, workspace):
    """A line from March to now on five minutes: its left end is counted, and is on its bar once that is there."""
    live.open("AAPL", "1h")
    march = (utc("2026-03-04T15:30"), 150.0, "1h")
    draw(live, workspace, line(march, HOURLY))
    series = live.model.series
    assert series.bars.open_time[0] > march[0], "not loaded yet"
    placed = live.model.placed
    left, right = xs_of(live)
    n_counted = (right - left) / placed.view.spacing
    live.model.go_to(march[0])
    live.qtbot.waitUntil(lambda: live.model.series.bars.open_time[0] <= march[0] and live.is_quiet(), timeout=SLOW_MS)
    live.qtbot.waitUntil(lambda: not live.window.charts.page.drawing_feed.is_loading, timeout=SLOW_MS)
    left, right = xs_of(live)
    assert (right - left) / live.model.placed.view.spacing == pytest.approx(n_counted, abs=0.5 / placed.view.spacing)
    assert left == pytest.approx(ruled_x(live, march[0], "1h"), abs=0.5)


def test_a_line_of_days_into_the_future_ends_at_the_slot_of_the_calendar_in_minutes(live, workspace):
    """Twelve sessions ahead are 936 bars of five minutes: more than the chart knows the times of by itself."""
    live.open("AAPL", "5m")
    last = live.model.series.bars.open_time[-1]
    assert last == utc("2026-11-20T20:55")
    draw(live, workspace, line((utc("2026-11-19"), 180.0, "1d"), (utc("2026-12-09"), 190.0, "1d")))
    spacing = live.model.placed.view.spacing
    ahead = (xs_of(live)[1] - live.model.placed.x_of(live.model.placed.n_bars - 1)) / spacing
    sessions = 3 * 78 + 42 + 78 * 7  # Mon to Wed, half of the Friday after the holiday, then Mon to Fri, Mon and Tue
    assert ahead == pytest.approx(sessions + 1, abs=0.5 / spacing), "the first bar of 9 December"


def split_line(live, row, raw_factor=1.0):
    high = float(live.model.series.bars.high[row]) * raw_factor
    time = int(live.model.series.bars.open_time[row])
    return line((time, high, "1d"), (int(live.model.series.bars.open_time[row + 5]), high, "1d"), symbol="NVDA")


def touches(live, row):
    """Tell whether the first point of the drawing is at the high of a bar."""
    (one,) = placed_in(live.model.scene).between(-np.inf, np.inf)
    frame = live.model.frame()
    y, high = (float(frame.price.y_of(price)) for price in (one.prices[0], live.model.series.bars.high[row]))
    return abs(y - high) <= 0.5 and live.model.placed.x_of(one.indexes[0]) == pytest.approx(
        live.model.placed.x_of(row), abs=0.5
    )


def test_a_split_before_and_one_that_comes_move_a_line_with_its_candles(live, workspace, market):
    live.open("NVDA", "1d")
    live.model.zoom_right(0.5)
    live.qtbot.waitUntil(live.is_quiet, timeout=SLOW_MS)
    times = live.model.series.bars.open_time.tolist()
    row = times.index(utc("2026-09-02"))
    draw(live, workspace, split_line(live, row, 4.0))  # the split of 14 September is 4:1: it was traded at four times
    live.qtbot.waitUntil(lambda: live.model.scene.shown_events is not None, timeout=SLOW_MS)
    assert touches(live, row)
    before = stored(workspace)
    high = float(live.model.series.bars.high[row])
    market.split("NVDA", 4, 1)
    market.clock.set(utc("2026-11-23T22:00"))
    live.now = utc("2026-11-23T22:00")
    live.window.charts.page.feed.try_again()
    live.service.controller.start_update([("NVDA", INTERVALS["1d"])]).result(30)
    live.qtbot.waitUntil(
        lambda: (
            float(live.model.series.bars.high[live.model.series.bars.open_time.tolist().index(utc("2026-09-02"))])
            < high / 3
        ),
        timeout=SLOW_MS,
    )
    row = live.model.series.bars.open_time.tolist().index(utc("2026-09-02"))
    live.qtbot.waitUntil(lambda: touches(live, row), timeout=SLOW_MS)
    assert stored(workspace) == before


def test_a_line_is_straight_on_screen_on_a_logarithmic_axis_too(live, workspace):
    live.open("AAPL", "1d")
    times = live.model.series.bars.open_time
    low, high = float(live.model.series.bars.low[-60:].min()), float(live.model.series.bars.high[-60:].max())
    draw(live, workspace, line((int(times[-60]), low, "1d"), (int(times[-2]), high, "1d")))
    for mode in (PriceMode.NORMAL, PriceMode.LOG):
        live.model.restore(price_mode=mode)
        frame = live.model.frame()
        ((_, shown),) = show_drawings(live.model.scene, frame)
        (drawn,) = [figure for figure in shown.figures if isinstance(figure, Line)]
        middle = (drawn.start.y + drawn.end.y) / 2
        expected = sum(float(frame.price.y_of(price)) / frame.dpr for price in (low, high)) / 2
        assert middle == pytest.approx(expected, abs=0.5)
        at_middle = frame.price.value_at(middle * frame.dpr)
        mean = (low * high) ** 0.5 if mode is PriceMode.LOG else (low + high) / 2
        assert at_middle == pytest.approx(mean, rel=0.005)
