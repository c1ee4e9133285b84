"""What each chart type, scale and colour option draws, by the pixels of an image."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.bars import Bars
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.options import ChartOptions, ChartType, PriceMode, UpRule
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, VOLUME
from candledesk.ui.chart.core.scene import ChartScene, Series
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.theme.palettes import PaletteName
from candledesk.ui.theme.themes import DARK, LIGHT, coloured
from tests.fake_data import make_bars, make_instrument
from tests.ui.painting import paint_chart

WIDTH, HEIGHT = 640, 400
LINES = [ChartType.LINE, ChartType.AREA, ChartType.BASELINE]
WICKS = [kind for kind in ChartType if kind not in LINES]
DPRS = [1.0, 1.25, 1.5, 2.0]


def _scene(bars, spacing=8.0, *, interval="1d", mode=PriceMode.NORMAL, scene=None, **options):
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], None, 500, 0)
    series = Series.from_reply(ViewportReply(request, bars, make_instrument(), EdgeState.START, ""))
    look = ChartOptions(**{"has_grid": False, "has_last_price": False, **options})
    made = ChartScene(series, Viewport(spacing=spacing), price_mode=mode, options=look)
    return replace(made, **(scene or {}))


def _paint(scene, dpr=1.0, theme=DARK):
    image = QImage(round(WIDTH * dpr), round(HEIGHT * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    painter = QPainter(image)
    paint_chart(painter, QSizeF(WIDTH, HEIGHT), scene, coloured(theme, scene.options))
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] & 0xFFFFFF


def _frame(scene, dpr=1.0):
    return lay_out(scene, round(WIDTH * dpr), round(HEIGHT * dpr), dpr)


def _rgb(name):
    return int(name[1:], 16)


def _price_pane(scene, dpr=1.0, theme=DARK):
    panes = _frame(scene, dpr).panes
    _, top, bottom = panes.box(PRICE)
    return _paint(scene, dpr, theme)[top:bottom, : panes.plot_w]


def _tall_bars(n=700):
    """Return bars that all open at 99, close at 101 and reach from 90 to 110."""
    flat = np.full(n, 100.0)
    return Bars(make_bars(n).open_time, flat - 1, flat + 10, flat - 10, flat + 1, np.zeros(n))


@pytest.mark.parametrize("dpr", DPRS)
@pytest.mark.parametrize("spacing", [1.0, 2.6, 6.0, 7.3, 11.1])
@pytest.mark.parametrize("kind", WICKS)
def test_every_wick_is_one_device_pixel_wide(qapp, kind, spacing, dpr):
    scene = _scene(_tall_bars(), spacing, chart_type=kind)
    frame = _frame(scene, dpr)
    row = round(float(frame.price.y_of(106.0)))
    across = _paint(scene, dpr)[row, : frame.panes.plot_w] != _rgb(DARK.background)
    columns = np.unique(np.rint(frame.x).astype(int))
    assert np.flatnonzero(across).tolist() == columns[(columns >= 0) & (columns < frame.panes.plot_w)].tolist()


@pytest.mark.parametrize("dpr", DPRS)
@pytest.mark.parametrize("kind", list(ChartType))
def test_no_spike_is_lost_when_a_column_holds_many_bars(qapp, kind, dpr):
    bars = make_bars(3_000)
    high = np.array(bars.high)
    high[1_234] *= 2
    spiked = Bars(bars.open_time, bars.open, high, bars.low, bars.close, bars.volume)
    scene = _scene(spiked, 0.15, chart_type=kind)
    frame = _frame(scene, dpr)
    top, x = round(float(frame.price.y_of(float(high[1_234])))), round(frame.device_x(1_234))
    reach = round(4 * dpr)
    around = _paint(scene, dpr)[top : top + 2, x - reach : x + reach + 1]
    assert (around != _rgb(DARK.background)).any()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_type_looks_different(qapp, theme):
    seen = {_price_pane(_scene(make_bars(200), chart_type=kind), theme=theme).tobytes() for kind in ChartType}
    assert len(seen) == len(ChartType)


@pytest.mark.parametrize("kind", LINES)
def test_a_line_goes_through_the_closes(qapp, kind):
    scene = _scene(make_bars(200), 16.0, chart_type=kind)
    frame, pixels = _frame(scene), _paint(scene)
    x, y = np.rint(frame.x).astype(int), frame.price.y_of(frame.columns.close).astype(int)
    ground = _paint(_scene(make_bars(200).take(slice(0, 0)), 16.0))
    inside = (x > 0) & (x < frame.panes.plot_w)
    assert inside.sum() > 20
    assert (pixels[: frame.panes.box(PRICE).bottom, 0] != ground[0, 200]).any()  # it comes from beyond the edge
    assert all(pixels[b, a] != ground[b, a] for a, b in zip(x[inside].tolist(), y[inside].tolist(), strict=True))


@pytest.mark.parametrize("dpr", DPRS)
def test_the_corners_of_a_line_are_closed(qapp, dpr):
    flat = np.full(60, 100.0)
    close = flat + np.tile([-1.0, 1.0], 30)
    bars = Bars(make_bars(60).open_time, flat, flat + 1, flat - 1, close, np.zeros(60))
    scene = _scene(bars, 16.0, chart_type=ChartType.LINE)
    frame, pixels = _frame(scene, dpr), _paint(scene, dpr)
    x, y = np.rint(frame.x).astype(int), np.floor(frame.price.y_of(frame.columns.close) + 0.5).astype(int)
    inside = (x > 0) & (x < frame.panes.plot_w - 1)
    assert inside.sum() > 20
    assert (pixels[y[inside], x[inside]] == _rgb(DARK.accent)).all()


def test_the_baseline_parts_rising_from_falling_in_the_middle(qapp):
    scene = _scene(make_bars(200), chart_type=ChartType.BASELINE)
    pane = _price_pane(scene)
    middle = len(pane) // 2
    up, down = pane == _rgb(DARK.up), pane == _rgb(DARK.down)
    assert up[: middle + 1].any()
    assert down[middle:].any()
    assert not up[middle + 2 :].any()
    assert not down[: middle - 1].any()


def test_the_rule_of_rising_decides_the_colour(qapp):
    n = 35
    rising = 100 + np.arange(n, dtype=np.float64)  # each closes below its open and above the former close
    bars = Bars(make_bars(n).open_time, rising + 1, rising + 2, rising - 1, rising, np.ones(n))
    by_open, by_previous = (_frame(_scene(bars, up_rule=rule)).is_up for rule in UpRule)
    assert not by_open.any()
    assert by_previous[1:].all()
    assert (_price_pane(_scene(bars)) == _rgb(DARK.down)).any()
    assert (_price_pane(_scene(bars, up_rule=UpRule.PREVIOUS))[:, 100:] == _rgb(DARK.up)).any()


def test_palettes_change_candles_and_volume(qapp):
    for palette in (PaletteName.COLOUR_BLIND, PaletteName.EAST_ASIA, PaletteName.CUSTOM):
        scene = _scene(make_bars(200), palette=palette, up_colour="#0000ff", down_colour="#ffff00")
        shown = coloured(DARK, scene.options)
        pixels = set(np.unique(_paint(scene)).tolist())
        assert {_rgb(shown.up), _rgb(shown.down), _rgb(shown.up_volume), _rgb(shown.down_volume)} <= pixels


@pytest.mark.parametrize(
    ("mode", "first"), [(PriceMode.PERCENT, "0.00%"), (PriceMode.INDEXED, "100.00"), (PriceMode.NORMAL, None)]
)
def test_percent_and_index_count_from_the_first_visible_bar(qapp, mode, first):
    for right in (0, 40, 90):  # while panning
        scene = _scene(make_bars(300), mode=mode)
        placed = _frame(scene).placed
        scene = replace(scene, viewport=placed.pan(8.0 * right))
        frame = _frame(scene)
        base = float(scene.series.bars.close[frame.lo])
        assert frame.price.label(base) == (first or f"{base:,.2f}")
        labels = [frame.price.label(price) for price in frame.price.ticks(44)]
        assert len(labels) == len(set(labels)) >= 3
        if first:
            assert all(label.rstrip("%").endswith(("0", "5")) for label in labels), labels


@pytest.mark.parametrize("mode", list(PriceMode))
def test_the_scale_fits_the_visible_bars_while_panning(qapp, mode):
    scene = _scene(make_bars(300), mode=mode)
    frame = _frame(scene)
    for view in (scene.viewport, frame.placed.pan(400), frame.placed.pan(900)):
        frame = _frame(replace(scene, viewport=view))
        top, bottom = (frame.price.y_of(edge) for edge in (frame.columns.high.max(), frame.columns.low.min()))
        height = frame.price.bottom - frame.price.top
        assert (top - frame.price.top) / height == pytest.approx(0.2, abs=0.01)
        assert (frame.price.bottom - bottom) / height == pytest.approx(0.1, abs=0.01)


def test_session_lines_and_grid_are_options(qapp):
    bars = make_bars(400, INTERVALS["5m"])
    plain = _paint(_scene(bars, 2.0, interval="5m", has_sessions=False))
    lined = _paint(_scene(bars, 2.0, interval="5m"))
    frame = _frame(_scene(bars, 2.0, interval="5m"))
    changed = np.unique(np.argwhere(plain != lined)[:, 1]).tolist()
    starts = [row for row in range(frame.lo, frame.hi) if bars.open_time[row] - bars.open_time[row - 1] > 3_600]
    assert changed == [round(frame.device_x(row - 0.5)) for row in starts]
    assert changed
    assert (_paint(_scene(bars, 2.0, interval="5m", has_grid=True)) != lined).any()
    daily = make_bars(100)
    assert (_paint(_scene(daily)) == _paint(_scene(daily, has_sessions=False))).all()


def test_the_last_price_line_is_an_option(qapp):
    with_line = _price_pane(_scene(make_bars(100), has_last_price=True))
    without = _price_pane(_scene(make_bars(100)))
    assert len(np.unique(np.argwhere(with_line != without)[:, 0])) == 1


@pytest.mark.parametrize("pane", [pane.id for pane in DEFAULT_PANES])
@pytest.mark.parametrize("kind", list(ChartType))
def test_a_maximised_pane_has_all_of_the_height(qapp, pane, kind):
    scene = _scene(make_bars(100), chart_type=kind, scene={"maximised": pane})
    frame = _frame(scene)
    volume = (_rgb(DARK.up_volume), _rgb(DARK.down_volume))
    has_volume = bool(np.isin(_paint(scene)[: frame.panes.time_top // 2], volume).any())
    assert has_volume is (pane == VOLUME)
    assert frame.panes.box(pane).height == frame.panes.time_top
