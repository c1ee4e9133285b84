"""Drawings within longer bars by their time: painted, taken, snapped to and moved at one place, and back as before."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter

from candledesk.domain.interval import DAY_S, HOUR_S
from candledesk.drawings.drawing import Anchor
from candledesk.drawings.figures import Point
from candledesk.drawings.placing.magnet import Magnet
from candledesk.drawings.placing.moving import Move
from candledesk.ui.chart.core.drawings.dragging import drag_handle, move_drawings
from candledesk.ui.chart.core.drawings.placed import placed_in
from candledesk.ui.chart.core.drawings.shown import show_drawings
from candledesk.ui.chart.core.options import ChartOptions
from candledesk.ui.theme.themes import DARK
from tests.ui.chart.core.drawings.panes import BARS, SPAN, H, W, drawing, pane_on, scene_of
from tests.ui.painting import paint_chart

BY_TIME = ChartOptions(is_placed_by_time=True)
EVENING = (int(BARS.open_time[SPAN[0]]) + 20 * HOUR_S, int(BARS.open_time[SPAN[1]]) + DAY_S + HOUR_S)
"""16:00 and 20:00 in New York, in summer and in winter, the second on the next day in UTC."""
HOURS = tuple(Anchor(time, float(BARS.high[row]), "1h") for time, row in zip(EVENING, SPAN, strict=True))
LINE = replace(drawing(), points=HOURS)


def picture_of(scene):
    image = QImage(W, H, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_chart(painter, QSize(W, H), scene, DARK)
    painter.end()
    return image


@pytest.fixture
def scene(qapp):
    return scene_of(LINE, spacing=40.0, options=BY_TIME)


def test_off_and_on_and_off_again_are_the_same_pixels(scene):
    centred = replace(scene, options=ChartOptions())
    first = picture_of(centred)
    by_time = picture_of(scene)
    assert by_time != first
    assert picture_of(replace(scene, options=ChartOptions())) == first
    assert picture_of(replace(scene, options=replace(BY_TIME))) == by_time


def test_it_is_off_at_first(scene):
    assert placed_in(replace(scene, options=ChartOptions())).indexes.tolist() == list(SPAN)


@pytest.mark.parametrize("dpr", [1.0, 1.5])
def test_lines_handles_and_the_places_of_points_agree(scene, dpr):
    pane = pane_on(scene, dpr)
    ((_, shown),) = show_drawings(scene, pane.frame)
    for handle, point, row, share in zip(shown.handles, HOURS, SPAN, (16.5 / 24, 20.5 / 24), strict=True):
        assert handle.x == pytest.approx(pane.x_of(row - 0.5 + share)), "the middle of its hour"
        assert pane.spot_of(point).at == pytest.approx(handle)
    assert pane.pixels_of(LINE) == tuple(pane.spot_of(point).at for point in HOURS)


def test_the_magnet_takes_the_handle_where_it_is_seen_and_its_time(scene):
    pane = pane_on(scene)
    ((_, shown),) = show_drawings(scene, pane.frame)
    taken = pane.snapped(Point(shown.handles[1].x + 5, shown.handles[1].y), Magnet.WEAK)
    assert taken.anchor == HOURS[1]
    assert taken.at == pytest.approx(shown.handles[1])


def test_a_handle_that_goes_up_in_its_bar_keeps_its_time_and_one_that_leaves_it_does_not(scene):
    pane = pane_on(scene)
    at = pane.spot_of(HOURS[1]).at
    raised = drag_handle(pane, LINE, 1, pane.spot(Point(at.x, at.y - 50)))
    assert (raised.points[1].time, raised.points[1].interval) == (HOURS[1].time, "1h")
    assert raised.points[1].price > HOURS[1].price
    away = drag_handle(pane, LINE, 1, pane.spot(Point(at.x - 80, at.y)))
    assert (away.points[1].time, away.points[1].interval) == (int(BARS.open_time[SPAN[1] - 2]), "1d")


def test_a_handle_takes_the_time_of_another_one_in_the_same_bar(scene):
    pane = pane_on(scene)
    morning = Anchor(EVENING[1] - 8 * HOUR_S, HOURS[1].price, "1h")
    assert drag_handle(pane, LINE, 1, pane.spot_of(morning)).points[1] == morning


def test_a_drawing_that_is_moved_by_two_bars_is_shown_two_bars_further(scene):
    pane = pane_on(scene)
    (moved,) = move_drawings(scene, pane.frame, [LINE], Move(-2), pane.id)
    for point, before in zip(moved.points, HOURS, strict=True):
        assert pane.spot_of(point).at.x == pytest.approx(pane.spot_of(before).at.x - 80)
        assert point.interval == "1h"
