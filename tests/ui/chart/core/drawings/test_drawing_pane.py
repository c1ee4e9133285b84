"""Pixels become anchors and back: bars, prices on the raw basis, the magnet and Shift."""

import math
from dataclasses import replace

import numpy as np
import pytest

from candledesk.cache.bar_messages import CorporateEvent, EventKind
from candledesk.domain.interval import INTERVALS
from candledesk.drawings.drawing import Anchor
from candledesk.drawings.figures import Point
from candledesk.drawings.placing.magnet import Magnet
from candledesk.ui.chart.core.events.event_marks import SeriesEvents
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import VOLUME
from tests.ui.chart.core.drawings.panes import BARS, drawing, pane_on, scene_of

AT = Point(500.0, 200.0)
FAR = Point(500.0, 5.0)


@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("mode", list(PriceMode))
@pytest.mark.parametrize("is_inverted", [False, True])
def test_a_point_is_the_bar_under_the_pixel_at_the_price_there(qapp, dpr, mode, is_inverted):
    pane = pane_on(scene_of(price_mode=mode, is_inverted=is_inverted), dpr)
    spot = pane.spot(AT)
    row = round(pane.frame.placed.logical_at(AT.x))
    assert spot.anchor.time == int(BARS.open_time[row])
    assert (spot.at.x, spot.anchor.interval) == (pane.frame.placed.x_of(row), "1d")
    assert spot.at.y == pytest.approx(AT.y, abs=0.5)
    assert spot.price == round(spot.price, 2) == spot.anchor.price
    assert pane.spot_of(spot.anchor) == spot


def test_a_pixel_outside_of_the_pane_counts_at_its_edge(qapp):
    pane = pane_on(scene_of())
    assert pane.spot(Point(500, 2_000)).at.y == pytest.approx(pane.box.bottom - 1, abs=0.5)
    assert pane.spot(Point(500, -50)).at.y == pytest.approx(pane.box.top, abs=0.5)


def test_a_price_before_a_split_is_stored_as_it_was_traded(qapp):
    split = CorporateEvent(int(BARS.open_time[295]), EventKind.SPLIT, 4.0, None, int(BARS.open_time[295]))
    scene = scene_of(events=SeriesEvents("AAPL", INTERVALS["1d"], (split,)))
    pane = pane_on(scene)
    early, late = pane.spot(AT), pane.spot(Point(pane.x_of(298), 200))
    assert early.anchor.price == pytest.approx(early.price * 4)
    assert late.anchor.price == pytest.approx(late.price)
    assert pane.spot_of(early.anchor).at == pytest.approx(early.at)
    other = pane_on(scene, id=VOLUME).spot(Point(500, pane.frame.panes.box(VOLUME).top + 20))
    assert other.anchor.price == other.price, "other panes have no splits"


@pytest.mark.parametrize(("gap", "is_taken"), [(7.9, True), (8.1, False)])
def test_the_weak_magnet_reaches_8_pixels_to_the_nearest_of_four_prices(qapp, gap, is_taken):
    pane = pane_on(scene_of())
    row = round(pane.frame.placed.logical_at(AT.x))
    top = pane.y_of(float(BARS.high[row]))
    spot = pane.snapped(Point(AT.x, top - gap), Magnet.WEAK)
    assert (spot.price == float(BARS.high[row])) is is_taken
    assert pane.snapped(Point(AT.x, top - gap), Magnet.OFF).price != float(BARS.high[row])


def test_the_strong_magnet_takes_the_nearest_price_however_far(qapp):
    pane = pane_on(scene_of())
    row = round(pane.frame.placed.logical_at(AT.x))
    assert pane.snapped(FAR, Magnet.STRONG).anchor == Anchor(int(BARS.open_time[row]), float(BARS.high[row]), "1d")
    below = Point(AT.x, pane.box.bottom - 2)
    assert pane.snapped(below, Magnet.STRONG).price == float(BARS.low[row])


def test_right_of_the_last_bar_the_magnet_takes_nothing(qapp):
    scene = scene_of()
    pane = pane_on(replace(scene, viewport=replace(scene.viewport, right=20.0)))
    at = Point(pane.x_of(310), 200)
    assert pane.snapped(at, Magnet.STRONG) == pane.spot(at)
    assert pane.spot(at).anchor.time > int(BARS.open_time[-1])


def test_of_a_column_of_many_bars_the_magnet_takes_the_bar_with_the_extreme(qapp):
    pane = pane_on(scene_of(spacing=0.25))
    block = pane.frame.columns.block
    assert block > 1
    at = Point(float(pane.frame.x[len(pane.frame.x) // 2]), 1.0)
    first = pane.scene.series.axis.aligned(round(pane.frame.placed.logical_at(at.x)), block)
    row = first + int(np.argmax(BARS.high[first : first + block]))
    assert pane.snapped(at, Magnet.STRONG).anchor == Anchor(int(BARS.open_time[row]), float(BARS.high[row]), "1d")


@pytest.mark.parametrize(("gap", "is_taken"), [(7.9, True), (8.1, False)])
def test_handles_of_other_drawings_are_taken_before_prices(qapp, gap, is_taken):
    line = drawing(prices=[float(BARS.high[270]) + 30, 400.0])
    pane = pane_on(scene_of(line))
    at = pane.spot_of(line.points[0]).at
    near = Point(at.x + gap, at.y)
    assert (pane.snapped(near, Magnet.WEAK).anchor == line.points[0]) is is_taken
    assert pane.snapped(near, Magnet.WEAK, {"a"}).anchor != line.points[0], "its own handles do not count"


def test_levels_and_drawings_without_prices_have_no_handle_to_snap_to(qapp):
    row = (280,)
    level = drawing("horizontal_line", row, prices=[float(BARS.high[280]) + 40])
    line = replace(drawing("vertical_line", row), points=(Anchor(int(BARS.open_time[280]), None, "1d"),))
    for one in (level, line):
        pane = pane_on(scene_of(one))
        x = pane.x_of(280)
        at = Point(x + 1, pane.pixels_of(one)[0].y + 1)
        assert pane.snapped(at, Magnet.WEAK) == pane.spot(at)


@pytest.mark.parametrize(
    ("end", "angle"), [((620, 215), 0), ((505, 60), -90), ((620, 300), 45), ((390, 300), 135), ((400, 90), -135)]
)
def test_shift_keeps_to_steps_of_45_degrees_from_the_point_before(qapp, end, angle):
    pane = pane_on(scene_of())
    start = pane.spot(AT)
    spot = pane.on_step_of_45(start, Point(*end))
    found = math.degrees(math.atan2(spot.at.y - start.at.y, spot.at.x - start.at.x))
    assert found == pytest.approx(angle, abs=0.5)
    assert (spot.price == start.price) is (angle == 0)
    assert (spot.anchor.time == start.anchor.time) is (angle == -90)


def test_points_without_a_price_are_in_the_middle_of_their_pane(qapp):
    one = replace(drawing("vertical_line", (280,)), points=(Anchor(int(BARS.open_time[280]), None, "1d"),))
    pane = pane_on(scene_of(one))
    assert pane.pixels_of(one) == (Point(pane.x_of(280), (pane.box.top + pane.box.bottom) / 2),)
