"""Handles and bodies of drawings while they are dragged and nudged."""

from dataclasses import replace

import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import Anchor
from candledesk.drawings.figures import Point
from candledesk.drawings.placing.moving import Move
from candledesk.ui.chart.core.drawings.dragging import (
    drag_handle,
    move_between,
    move_drawings,
    nudge_drawings,
    opposite_point,
    pane_of,
)
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.options import PriceMode
from tests.ui.chart.core.drawings.panes import BARS, drawing, pane_on, scene_of

BOX = drawing("rectangle", prices=[float(BARS.high[270]), float(BARS.high[270]) - 20])


def rows(one):
    return [int(BARS.open_time.searchsorted(point.time)) for point in one.points]


def prices(one):
    return [point.price for point in one.points]


def test_a_handle_that_is_a_point_takes_the_place_it_is_dragged_to(qapp):
    line = drawing()
    pane = pane_on(scene_of(line))
    spot = pane.spot(Point(pane.x_of(260), 150))
    moved = drag_handle(pane, line, 0, spot)
    assert moved.points == (spot.anchor, line.points[1])


@pytest.mark.parametrize(("handle", "is_time", "is_price"), [(0, True, True), (4, False, True), (6, True, False)])
def test_a_handle_of_a_box_moves_only_what_it_holds(qapp, handle, is_time, is_price):
    pane = pane_on(scene_of(BOX))
    spot = pane.spot(Point(pane.x_of(285), 150))
    moved = drag_handle(pane, BOX, handle, spot)
    values = [(point.time, point.price) for point in moved.points]
    assert (spot.anchor.time in {time for time, _ in values}) is is_time
    assert (spot.price in {price for _, price in values}) is is_price
    kept = {point.price for point in BOX.points} & {price for _, price in values}
    assert len(kept) == (1 if is_price else 2)


def test_a_point_that_only_goes_up_keeps_its_time_and_interval(qapp):
    hour = replace(drawing("horizontal_line", (280,)), points=(Anchor(int(BARS.open_time[280]) + 3_600, 300.0, "1h"),))
    scene = scene_of(hour)
    pane = pane_of(scene, pane_on(scene).frame, hour)
    moved = drag_handle(pane, hour, 0, pane.spot(Point(700, 150)))
    assert (moved.points[0].time, moved.points[0].interval) == (hour.points[0].time, "1h")
    assert moved.points[0].price == pane.price_at(150)


def test_a_point_dragged_over_a_split_has_the_shown_price_there(qapp):
    split = CorporateEvent(int(BARS.open_time[285]), EventKind.SPLIT, 4.0, None, int(BARS.open_time[285]))
    line = drawing(rows=(270, 280), prices=[400.0, 400.0])
    scene = scene_of(line, events=SeriesEvents("AAPL", INTERVALS["1d"], (split,)))
    pane = pane_on(scene)
    shown = pane.spot_of(line.points[1]).price
    assert shown == pytest.approx(100.0)
    moved = drag_handle(pane, line, 1, pane.spot(Point(pane.x_of(290), pane.y_of(shown))))
    assert moved.points[1].price == pytest.approx(100.0, abs=0.02)
    (by_bars,) = move_drawings(scene, pane.frame, [line], Move(10), "price")
    assert prices(by_bars) == [pytest.approx(400.0), pytest.approx(100.0)]


@pytest.mark.parametrize("mode", [PriceMode.NORMAL, PriceMode.LOG, PriceMode.PERCENT])
@pytest.mark.parametrize("is_inverted", [False, True])
def test_a_body_moves_as_far_on_screen_as_the_pointer(qapp, mode, is_inverted):
    line = drawing(prices=[float(BARS.high[270]), float(BARS.low[290])])
    scene = scene_of(line, price_mode=mode, is_inverted=is_inverted)
    pane = pane_on(scene)
    before = pane.pixels_of(line)
    move = move_between(pane, Point(500, 200), Point(500 + 3 * 8, 240))
    assert move.n_bars == 3
    (moved,) = move_drawings(scene, pane.frame, [line], move, "price")
    for old, new in zip(before, pane.pixels_of(moved), strict=True):
        assert (new.x - old.x, new.y - old.y) == (pytest.approx(24), pytest.approx(40, abs=0.6))


def test_a_move_is_of_whole_bars_and_of_prices_with_their_decimals(qapp):
    pane = pane_on(scene_of())
    move = move_between(pane, Point(500, 200), Point(507, 231))
    assert move.n_bars in {0, 1}
    assert move.price == round(move.price, 2)
    assert move_between(pane, Point(500, 200), Point(530, 231), is_on_one_axis=True).price == pytest.approx(
        pane.rounded(pane.price_at(231) - pane.price_at(200)), abs=0.01
    )
    assert move_between(pane, Point(500, 200), Point(560, 231), is_on_one_axis=True) == Move(
        pane.index_at(560) - pane.index_at(500), dx=60
    )


def test_drawings_of_other_panes_go_along_and_levels_keep_their_time(qapp):
    level, other = drawing("horizontal_line", (280,), prices=[300.0]), drawing(pane="volume", drawing_id="b")
    scene = scene_of(level, other)
    frame = pane_on(scene).frame
    one, two = move_drawings(scene, frame, [level, other], Move(5, 2.0), "price")
    assert (rows(one), prices(one)) == ([280], [302.0])
    assert (rows(two), prices(two)) == ([275, 295], prices(other))


@pytest.mark.parametrize("is_inverted", [False, True])
def test_arrows_are_a_bar_and_a_tick_as_seen_on_screen(qapp, is_inverted):
    line = drawing()
    scene = scene_of(line, is_inverted=is_inverted)
    frame = pane_on(scene).frame
    (right,) = nudge_drawings(scene, frame, [line], (1, 0))
    (upward,) = nudge_drawings(scene, frame, [line], (0, 1))
    assert (rows(right), prices(right)) == ([271, 291], prices(line))
    sign = -1 if is_inverted else 1
    assert prices(upward) == [pytest.approx(price + sign * 0.01) for price in prices(line)]


def test_a_drawing_of_two_points_turns_about_the_other_one(qapp):
    line = drawing()
    pane = pane_on(scene_of(line))
    assert opposite_point(pane, line, 0).anchor == line.points[1]
    assert opposite_point(pane, BOX, 0) is None
    assert opposite_point(pane, drawing("horizontal_line", (280,)), 0) is None


def test_a_text_that_is_fixed_on_screen_moves_by_pixels_unless_it_is_locked_or_its_pane_is_not_shown(qapp):
    style = {"fixed": True, "fixed_x": 0.5, "fixed_y": 0.5}
    text = replace(drawing("text", (280,), prices=[300.0]), style=style)
    locked, hidden = replace(text, locked=True), replace(text, pane="rsi-9")
    scene = scene_of(text)
    frame = pane_on(scene).frame
    moved_to, *others = move_drawings(scene, frame, [text, locked, hidden], Move(5, 2.0, dx=30, dy=-20), "price")
    assert others == [locked, hidden]
    assert moved_to.points == text.points
    (before,), (after,) = pane_on(scene).pixels_of(text), pane_on(scene).pixels_of(moved_to)
    assert (after.x - before.x, after.y - before.y) == (pytest.approx(30, abs=0.1), pytest.approx(-20, abs=0.1))
