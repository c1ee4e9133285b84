"""Drawings are made with real clicks and drags: points lie where they were set, and snap as the magnet says."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from candledesk.domain.interval import INTERVALS
from candledesk.drawings.placing.magnet import Magnet
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.options import PriceMode
from tests.fake_data import make_bars
from tests.ui.conftest import settle
from tests.ui.features.drawings.hand import CTRL, SHIFT, Hand

PLACES = ((300, 200), (420, 120), (360, 260))


def test_two_clicks_make_a_line_that_is_selected_and_the_cursor_is_back(hand, harness):
    hand.editor.arm("trend_line")
    hand.click(*PLACES[0])
    assert hand.drawings == (), "one point is no line"
    hand.move(*PLACES[1])
    assert len(hand.model.scene.drawings.drawings) == 1, "the line follows the pointer"
    assert hand.model.scene.selected_drawings == frozenset()
    hand.click(*PLACES[1])
    line = hand.only
    assert [point.time for point in line.points] == [hand.time_at(x) for x, _ in PLACES[:2]]
    for point, (_, y) in zip(line.points, PLACES, strict=False):
        assert hand.y_of(point.price) == pytest.approx(y, abs=0.5)
        assert point.interval == "1d"
    assert hand.editor.selection == ("MSFT", {line.id})
    assert (hand.editor.tool, hand.model.tool) == (None, None)
    assert harness.actions["undo"].text() == "Undo draw trend line"


def test_press_drag_and_release_make_the_same_line(hand):
    by_clicks = hand.draw("trend_line", *PLACES[:2]).points
    hand.editor.arm("trend_line")
    hand.drag(*PLACES[:2])
    assert hand.drawings[-1].points == by_clicks


@pytest.mark.parametrize("tool", list(TOOLS))
def test_every_tool_is_made_with_as_many_clicks_as_it_says(hand, tool):
    drawing = hand.draw(tool, *PLACES[: TOOLS[tool].clicks])
    assert (drawing.type, len(drawing.points)) == (tool, TOOLS[tool].n_points)
    assert all((point.price is None) is not TOOLS[tool].has_prices for point in drawing.points)
    assert hand.editor.selection.ids == {drawing.id}


@pytest.mark.parametrize(("mode", "is_inverted"), [(PriceMode.LOG, False), (PriceMode.NORMAL, True)])
def test_points_lie_under_the_pointer_on_other_scales(hand, mode, is_inverted):
    hand.model.price_axis.set_mode(mode)
    hand.model.price_axis.set_inverted(is_on=is_inverted)
    line = hand.draw("trend_line", *PLACES[:2])
    for at, place in zip(hand.pixels(line), PLACES, strict=False):
        assert at == pytest.approx(place, abs=hand.model.placed.view.spacing / 2 + 0.5)
        assert at[1] == pytest.approx(place[1], abs=0.5)


def test_a_tool_stays_when_that_is_switched_on(hand):
    hand.editor.stay_in_drawing = True
    hand.draw("horizontal_line", PLACES[0])
    hand.click(*PLACES[1])
    assert len(hand.drawings) == 2
    assert hand.editor.tool == "horizontal_line"


def test_escape_cancels_what_was_begun_and_the_tool(hand):
    hand.editor.arm("trend_line")
    hand.click(*PLACES[0])
    hand.key(Qt.Key.Key_Escape)
    assert (hand.drawings, hand.model.scene.drawings.drawings, hand.editor.tool) == ((), (), None)


def test_escape_keeps_a_tool_that_stays_until_it_is_pressed_again(hand):
    hand.editor.stay_in_drawing = True
    hand.editor.arm("trend_line")
    hand.click(*PLACES[0])
    hand.key(Qt.Key.Key_Escape)
    assert (hand.model.scene.drawings.drawings, hand.editor.tool) == ((), "trend_line")
    hand.key(Qt.Key.Key_Escape)
    assert hand.editor.tool is None


def test_a_double_click_sets_one_point_only(hand):
    hand.editor.arm("trend_line")
    hand.double_click(*PLACES[0])
    assert hand.drawings == ()
    hand.click(*PLACES[1])
    assert len(hand.drawings) == 1


@pytest.mark.parametrize(("gap", "is_taken"), [(7, True), (-7, True), (9, False)])
def test_a_weak_magnet_takes_a_high_within_8_pixels(hand, gap, is_taken):
    row = highest_alone(hand)
    high, x = float(hand.model.series.bars.high[row]), hand.x_of(row)
    hand.editor.magnet = Magnet.WEAK
    line = hand.draw("horizontal_line", (x, hand.y_of(high) - gap))
    assert (line.points[0].price == high) is is_taken


def highest_alone(hand):
    """The row of a bar on screen whose low and high are more than 20 pixels apart from open and close."""
    bars, (lo, hi) = hand.model.series.bars, hand.model.placed.visible()
    for row in range(lo + 10, hi - 10):
        top = hand.y_of(max(bars.open[row], bars.close[row])) - hand.y_of(bars.high[row])
        if top > 16:
            return row
    raise AssertionError("no bar with a long wick")


def test_a_strong_magnet_always_takes_the_nearest_price_and_ctrl_frees_it(hand):
    row = highest_alone(hand)
    x, bars = hand.x_of(row), hand.model.series.bars
    hand.editor.magnet = Magnet.STRONG
    taken = hand.draw("horizontal_line", (x, 40)).points[0].price
    assert taken == float(bars.high[row])
    freed = hand.draw("horizontal_line", (x, 60), keys=CTRL).points[0].price
    assert hand.y_of(freed) == pytest.approx(60, abs=0.5)


def test_ctrl_turns_the_magnet_on_while_it_is_off(hand):
    row = highest_alone(hand)
    high = float(hand.model.series.bars.high[row])
    line = hand.draw("horizontal_line", (hand.x_of(row), hand.y_of(high) - 5), keys=CTRL)
    assert line.points[0].price == high


def test_pressing_ctrl_with_the_pointer_still_moves_the_open_point_at_once(hand, qtbot):
    row = highest_alone(hand)
    high = float(hand.model.series.bars.high[row])
    hand.editor.arm("trend_line")
    hand.click(100, 300)
    hand.move(hand.x_of(row), hand.y_of(high) - 5)
    free = hand.model.scene.drawings.drawings[-1].points[1].price
    qtbot.keyPress(hand.view, Qt.Key.Key_Control)
    taken = hand.model.scene.drawings.drawings[-1].points[1].price
    qtbot.keyRelease(hand.view, Qt.Key.Key_Control, CTRL)
    assert (free != high, taken) == (True, high)
    assert hand.model.scene.drawings.drawings[-1].points[1].price == free


def test_zoomed_out_the_magnet_takes_the_real_bar_of_the_column_that_has_the_high(hand):
    hand.model.fit()
    frame = hand.model.frame()
    assert frame.columns.block > 1
    bars, at = hand.model.series.bars, len(frame.columns.high) // 2
    high = float(frame.columns.high[at])
    row = int(np.flatnonzero(bars.high == high)[0])
    hand.editor.magnet = Magnet.STRONG
    line = hand.draw("trend_line", (float(frame.x[at]), 5), (60, 300))
    assert line.points[0].price == high
    assert line.points[0].time == int(bars.open_time[row])


def test_of_rows_of_many_bars_the_magnet_takes_the_bar_that_has_the_low(hand, harness, editor, cache, qtbot):
    real = make_bars(60_000, INTERVALS["5m"])
    cache.add("AAPL", "5m", real)
    harness.open("AAPL", "5m")
    for _ in range(2):
        hand.model.fit()
        settle(harness.qapp)
    qtbot.waitUntil(lambda: not hand.model.series.axis.is_single)
    frame, editor.magnet = hand.model.frame(), Magnet.STRONG
    within = set(real.open_time.tolist()) - set(hand.model.series.bars.open_time.tolist())
    times = {low: time for low, time in zip(real.low.tolist(), real.open_time.tolist(), strict=True) if time in within}
    column = next(at for at in range(len(frame.x) // 2, len(frame.x)) if float(frame.columns.low[at]) in times)
    low = float(frame.columns.low[column])
    place = float(frame.x[column]), hand.y_of(low) + 2
    editor.arm("trend_line")
    hand.click(*place)
    qtbot.waitUntil(lambda: all(found is not None for found in editor.row_bars._bars.values()))
    hand.key(Qt.Key.Key_Escape)
    point = hand.draw("trend_line", place, (place[0] - 60, 100)).points[0]
    assert (point.price, point.time) == (low, times[low])


def test_points_snap_to_the_handles_of_other_drawings(hand):
    hand.editor.magnet = Magnet.WEAK
    first = hand.draw("trend_line", (200, 60), (500, 70))
    (x, y), _ = hand.pixels(first)
    second = hand.draw("trend_line", (x + 4, y + 6), (600, 330))
    assert second.points[0] == first.points[0]
    hand.editor.magnet = Magnet.OFF
    third = hand.draw("trend_line", (x + 4, y + 6), (620, 350))
    assert third.points[0] != first.points[0]


@pytest.mark.parametrize(("end", "angle"), [((500, 214), 0), ((312, 90), 90), ((420, 310), 45), ((400, 110), -45)])
def test_shift_draws_in_steps_of_45_degrees(hand, end, angle):
    hand.editor.arm("trend_line")
    hand.click(300, 200)
    hand.move(*end, SHIFT)
    hand.click(*end, SHIFT)
    (x0, y0), (x1, y1) = hand.pixels(hand.only)
    found = math.degrees(math.atan2(y1 - y0, x1 - x0))
    assert abs(found) % 180 == pytest.approx(abs(angle), abs=0.6)
    if angle == 0:
        assert hand.only.points[0].price == hand.only.points[1].price
    if angle == 90:
        assert hand.only.points[0].time == hand.only.points[1].time


def test_a_point_right_of_the_last_bar_is_a_time_to_come(hand):
    hand.model.step(12)
    last = int(hand.model.series.bars.open_time[-1])
    edge = hand.model.placed.view.width
    line = hand.draw("trend_line", (200, 200), (edge - 5, 100))
    assert line.points[1].time > last
    hand.model.step(-5)
    assert line.points == hand.only.points


def test_a_long_position_begins_two_average_ranges_away_and_shorts_the_other_way(hand):
    long = hand.draw("long_position", (400, 200))
    entry, target, stop = (point.price for point in long.points)
    assert target - entry == pytest.approx(entry - stop)
    assert target > entry
    short = hand.draw("short_position", (400, 200))
    assert short.points[1].price < short.points[0].price
    assert long.points[1].time == long.points[2].time > long.points[0].time


def test_the_default_style_of_a_tool_is_that_of_new_drawings(hand):
    hand.editor.default_styles["trend_line"] = {"color": "#ff0000", "width": 3}
    assert dict(hand.draw("trend_line", *PLACES[:2]).style) == {"color": "#ff0000", "width": 3}


def test_axes_can_be_dragged_while_a_tool_is_in_use(hand):
    hand.editor.arm("trend_line")
    x = hand.model.placed.view.width + 20
    hand.drag((x, 200), (x, 260))
    assert hand.model.scene.price_range is not None
    assert hand.editor.tool == "trend_line"


def test_measuring_leaves_the_drawing_tool_and_shift_and_a_click_still_measures(hand, harness):
    hand.editor.arm("trend_line")
    harness.run("measure")
    assert hand.editor.tool is None
    hand.key(Qt.Key.Key_Escape)
    hand.click(300, 200, SHIFT)
    assert hand.model.scene.measured is not None


def test_a_tool_draws_on_any_chart_of_the_window_and_another_symbol_cancels_what_was_begun(two_hands):
    one, other = two_hands
    one.editor.arm("trend_line")
    one.click(200, 200)
    other.click(100, 200)
    assert len(one.model.scene.drawings.drawings) == 1, "what was begun on the first chart is cancelled"
    other.click(200, 100)
    assert [point.interval for point in one.only.points] == ["5m", "5m"]


def test_drawing_shows_hidden_drawings_again(hand):
    hand.draw("horizontal_line", PLACES[0])
    hand.editor.hide_all = True
    hand.draw("horizontal_line", PLACES[1])
    assert not hand.editor.hide_all
    assert len(hand.model.scene.drawings.drawings) == 2


def test_what_is_pasted_is_seen_where_all_was_hidden_and_a_change_shows_nothing(hand, harness):
    drawn = hand.draw("horizontal_line", PLACES[0])
    hand.key(Qt.Key.Key_C, CTRL)
    hand.editor.hide_all = True
    hand.editor.apply("lock", "MSFT", hand.editor.list_of("MSFT").changed([replace(drawn, locked=True)]))
    harness.run("undo")
    assert hand.editor.hide_all
    hand.key(Qt.Key.Key_V, CTRL)
    assert len(hand.model.scene.drawings.drawings) == 2


@pytest.mark.parametrize("way", ["other symbol", "chart closed"])
def test_what_is_half_drawn_is_not_left_on_the_other_charts_of_the_symbol(hand, harness, way):
    first = hand.page
    harness.charts.add_chart()
    harness.open("MSFT", "1d")
    harness.charts.focus()
    second = Hand(harness.page, hand.editor)
    hand.editor.arm("trend_line")
    second.click(*PLACES[0])
    second.move(*PLACES[1])
    assert len(first.model.scene.drawings.drawings) == 1
    if way == "other symbol":
        harness.open("AAPL", "1d")
    else:
        harness.charts.close_chart()
    settle(harness.qapp)
    assert first.model.scene.drawings.drawings == ()


def test_a_drawing_that_is_begun_in_a_pane_ends_with_it(hand, harness):
    hand.page.studies.add("rsi")
    settle(harness.qapp)
    box = hand.model.frame().panes.boxes[-1]
    middle = (box.top + box.bottom) / 2 / hand.model.frame().dpr
    hand.editor.arm("trend_line")
    hand.click(300, middle)
    hand.page.studies.remove_all()
    settle(harness.qapp)
    hand.move(400, middle)
    assert hand.model.scene.drawings.drawings == ()


def test_a_drag_ends_when_the_chart_shows_another_symbol(hand, harness):
    line = hand.draw("trend_line", *PLACES[:2])
    middle = (360, 160)
    hand.press(*middle)
    hand.move(middle[0] + 60, middle[1])
    harness.open("AAPL", "1d")
    hand.move(middle[0] + 90, middle[1] + 30)
    hand.release(middle[0] + 90, middle[1] + 30)
    assert hand.editor.drawings_of("MSFT") == (line,)
    harness.open("MSFT", "1d")
    assert hand.model.scene.drawings.drawings == (line,)
