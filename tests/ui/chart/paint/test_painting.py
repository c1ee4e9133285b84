import sys
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.geometry.rects import body_width
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scene import ChartScene, Notice, Series
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars, make_instrument
from tests.ui.painting import paint_chart

SIZE = QSizeF(640, 400)


def _scene(bars, spacing=8.0, **changes):
    request = ViewportRequest(1, 1, "AAPL", INTERVALS["1d"], None, 500, 0)
    reply = ViewportReply(request, bars, make_instrument(), EdgeState.START, "Listed on 12 Dec 1980")
    return replace(ChartScene(Series.from_reply(reply), Viewport(spacing=spacing)), **changes)


def _image(scene, dpr=1.0, theme=DARK):
    image = QImage(round(SIZE.width() * dpr), round(SIZE.height() * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    painter = QPainter(image)
    paint_chart(painter, SIZE, scene, theme)
    painter.end()
    return image


def _paint(scene, dpr=1.0, theme=DARK):
    image = _image(scene, dpr, theme)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()]
    return pixels & 0xFFFFFF


def _colour(name):
    return int(name[1:], 16)


@pytest.mark.parametrize("dpr", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("spacing", [6.0, 7.3, 11.1])
def test_every_wick_is_one_device_pixel_wide_in_the_middle_of_its_body(qapp, dpr, spacing):
    n = 35
    flat = np.full(n, 100.0)
    times = make_bars(n).open_time
    bars = Bars(times, flat - 1, flat + 10, flat - 10, flat + 1, np.zeros(n))
    pixels = _paint(_scene(bars, spacing), dpr)
    frame = lay_out(_scene(bars, spacing), round(640 * dpr), round(400 * dpr), dpr)
    row = round(float(frame.price.y_of(106.0)))
    across = pixels[row, : frame.panes.plot_w] == _colour(DARK.up)
    edges = np.flatnonzero(np.diff(across.astype(int)))
    widths = edges[1::2] - edges[::2]
    assert len(widths) >= 34
    assert set(widths.tolist()) == {1}
    body = pixels[round(float(frame.price.y_of(100.0))), : frame.panes.plot_w] == _colour(DARK.up)
    runs = np.flatnonzero(np.diff(body.astype(int)))
    wide = body_width(spacing * dpr)
    assert set((runs[1::2] - runs[::2]).tolist()) == {wide}
    assert (edges[::2] - runs[::2] == wide // 2).all()


def test_no_volume_leaves_no_volume_pane(qapp):
    bars = make_bars(100)
    mute = Bars(bars.open_time, bars.open, bars.high, bars.low, bars.close, np.zeros(100))
    frame = lay_out(_scene(mute), 640, 400, 1.0)
    assert [box.pane.id for box in frame.panes.boxes] == [PRICE]
    assert frame.panes.box(PRICE).height == frame.panes.time_top
    _paint(_scene(mute))


def test_bodies_are_odd_and_leave_a_gap_or_touch_while_there_is_room_for_them():
    for spacing in np.arange(1, 60, 0.1):
        wide = body_width(float(spacing))
        assert wide % 2 == 1
        assert wide <= max(1, spacing) or (wide == 3 and spacing >= 2.5)
        assert wide >= 3 or spacing < 2.5


def test_no_spike_is_lost_when_columns_hold_many_bars(qapp):
    bars = make_bars(3_000)
    high = np.array(bars.high)
    high[1_234] *= 2
    spiked = Bars(bars.open_time, bars.open, high, bars.low, bars.close, bars.volume)
    scene = _scene(spiked, 0.15)
    frame = lay_out(scene, 640, 400, 1.0)
    top = round(float(frame.price.y_of(float(high[1_234]))))
    x = round(frame.device_x(1_234))
    pixels = _paint(scene)
    assert np.isin(pixels[top, x - 4 : x + 5], [_colour(DARK.up), _colour(DARK.down)]).any()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_words_appear_when_there_are_no_bars(qapp, theme):
    empty = _paint(ChartScene(), theme=theme)
    words = _paint(ChartScene(notice=Notice("No symbol open", "Type a symbol.")), theme=theme)
    assert (empty != words).sum() > 200


def test_the_reason_stands_left_of_the_first_bar(qapp):
    with_reason = _paint(_scene(make_bars(20)))
    without = _paint(_scene(make_bars(20), series=replace(_scene(make_bars(20)).series, edge_reason="")))
    changed = np.argwhere(with_reason != without)
    assert len(changed) > 100
    assert changed[:, 1].max() < 430


def test_four_hundred_paints_lose_no_reference_to_none(qapp):
    scene = _scene(make_bars(200))
    _image(scene)
    before = sys.getrefcount(None)
    for _ in range(400):
        _image(scene)
    assert sys.getrefcount(None) > before - 200


@pytest.mark.parametrize("close", [99.2, 99.5, 100.0, 100.4, 100.8])
def test_no_label_is_half_hidden_by_the_last_price(qapp, close):
    flat = np.full(30, 100.0)
    scene = _scene(Bars(make_bars(30).open_time, flat, flat + 10, flat - 10, flat * 0 + close, np.zeros(30)))
    frame = lay_out(scene, 640, 400, 1.0)
    y = round(float(frame.price.y_of(close)))
    axis = _paint(scene)[:, frame.panes.plot_w + 2 :]
    assert (axis[y - 8 : y + 8] != _colour(DARK.background)).all()
    for rows in (slice(y - 15, y - 10), slice(y + 11, y + 16)):
        assert (axis[rows] == _colour(DARK.background)).all()
