"""The legend can always be read: what leads, what is quiet, and what lies behind it (WINDOW.md, rule 7 and look)."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.messages import EdgeState
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.axis import BarAxis
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.core.scene import ChartScene, Series
from candledesk.ui.chart.core.time_ticks import build_calendar
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.axis_text import LABEL_HALF, levels_of
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import lay_out, paint_layers
from candledesk.ui.chart.paint.legend_painter import LEGEND, lines_of
from candledesk.ui.chart.paint.studies.study_paint import contrast
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars, make_instrument

BARS = make_bars(300)


def scene_of(bars=BARS, **changes):
    axis = BarAxis(bars.open_time)
    calendar = build_calendar(bars.open_time, "UTC", is_daily=True)
    series = Series("AAPL", INTERVALS["1d"], bars, axis, calendar, instrument=make_instrument(), edge=EdgeState.START)
    return replace(ChartScene(series=series, viewport=Viewport(width=600)), **changes)


def picture_of(scene, height=500, width=700, theme=DARK, dpr=1.0):
    frame = lay_out(scene, round(width * dpr), round(height * dpr), dpr)
    return Picture(frame, scene, theme)


def paint(picture):
    panes = picture.frame.panes
    image = QImage(panes.width, panes.height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_layers(painter, picture)
    painter.end()
    return image


@pytest.mark.parametrize("is_up", [True, False])
def test_price_and_change_lead_and_the_change_has_the_colour_of_its_sign(qapp, is_up):
    close = np.array(BARS.close)
    close[-1] = close[-2] * (1.01 if is_up else 0.99)
    bars = Bars(BARS.open_time, np.full_like(close, close[-2]), close * 1.1, close * 0.9, close, BARS.volume)
    _, values, _ = lines_of(picture_of(scene_of(bars)))
    price, change, *others = values
    assert price.text == f"{close[-1]:,.2f}"
    assert (price.pen.pixels, change.pen.pixels) == (16, 15)
    assert change.pen.colour == (DARK.up if is_up else DARK.down)
    assert {word.pen.colour for word in others} == {DARK.text_muted}
    assert {word.pen.pixels for word in others} < {11, 12, 13}
    assert [word.text for word in others[::2]][:4] == ["O", "H", "L", "C"]


def test_the_rows_are_twenty_pixels_high(qapp):
    title, values, _ = (cover.rect for cover in LEGEND.cover(picture_of(scene_of())))
    assert title.height() == values.height() == 20
    assert values.top() - title.top() == 20


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_bars_that_pass_behind_the_words_are_held_back(qapp, theme):
    """Tall bars all over the pane: between the letters their colour is hardly seen."""
    n = len(BARS.open_time)
    flat = np.full(n, 100.0)
    bars = Bars(BARS.open_time, flat + 30, flat + 31, flat - 31, flat - 30, BARS.volume)
    scene = scene_of(bars, price_range=replace(lay_out(scene_of(bars), 700, 500, 1.0).price.range, lo=80.0, hi=120.0))
    picture = picture_of(scene, theme=theme)
    image = paint(picture)
    row = LEGEND.cover(picture)[0].rect
    inside = {image.pixelColor(x, row.top() + 1).name() for x in range(row.left() + 9, row.right() - 1)}
    beside = {image.pixelColor(x, row.top() + 1).name() for x in range(row.right() + 4, 590)}
    assert theme.down in beside
    assert theme.down not in inside
    assert all(contrast(theme.text_muted, colour) >= 3 for colour in inside)


@pytest.mark.parametrize(("height", "is_low"), [(700, False), (180, True)])
def test_a_low_chart_keeps_room_for_the_legend(qapp, height, is_low):
    frame = lay_out(scene_of(), 700, height, 1.0)
    lo, hi = frame.lo, frame.hi
    top = float(frame.price.y_of(float(BARS.high[lo:hi].max())))
    share = top / frame.panes.box(PRICE).height
    assert top >= 47.5  # two rows below the top
    assert (share > 0.21) is is_low
    assert share <= 0.5 + 1e-6


@pytest.mark.parametrize("height", [260, 400, 700])
@pytest.mark.parametrize("most", [9.4e6, 31e6, 150e6, 1.2e9, 780.0])
def test_the_axis_of_volumes_has_at_least_two_labels(qapp, height, most):
    bars = replace(BARS, volume=BARS.volume / BARS.volume.max() * most)
    frame = lay_out(scene_of(bars), 700, height, 1.0)
    box = frame.panes.box(VOLUME)
    top, bottom = box.top + LABEL_HALF, box.bottom - LABEL_HALF
    shown = [y for y, _ in levels_of(frame.scales[VOLUME], 1.0) if top <= y <= bottom]
    assert box.height > 36
    assert len(shown) >= 2
    assert all(lower - upper >= 14 for lower, upper in pairwise(shown))
