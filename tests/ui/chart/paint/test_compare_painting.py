"""The pixels of compared series: each in its colour and place, dashed where carried, readable in both themes."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.domain.bars import Bars
from candledesk.indicators.studies import make_study
from candledesk.ui.chart.core.compares.compare import Place
from candledesk.ui.chart.core.options import PriceMode
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.studies.chart_study import new_study
from candledesk.ui.chart.core.studies.legend_rows import LegendPart
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.compares.legend import compare_legend_text, compare_rows, compare_target
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import LAYERS, lay_out, paint_layers
from candledesk.ui.chart.paint.studies.legend import legend_rows
from candledesk.ui.chart.paint.studies.study_paint import contrast, text_on
from candledesk.ui.chart.paint.studies.tags import tags_of
from candledesk.ui.theme.themes import DARK, LIGHT
from tests.fake_data import make_bars
from tests.ui.compares import values_of, with_compare
from tests.ui.painting import paint_chart, series_of

W, H, N = 640, 480, 200


def flat_scene(spacing=8.0):
    """A chart whose own bars are as good as invisible."""
    flat = np.full(N, 100.0)
    bars = Bars(make_bars(N).open_time, flat, flat, flat, flat, np.zeros(N))
    return ChartScene(series_of(bars), Viewport(spacing=spacing))


def pixels_of(scene, theme=DARK, dpr=1.0, *, is_whole=False):
    image = QImage(round(W * dpr), round(H * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    painter = QPainter(image)
    if is_whole:
        paint_layers(painter, Picture(lay_out(scene, image.width(), image.height(), dpr), scene, theme), LAYERS)
    else:
        paint_chart(painter, QSizeF(W, H), scene, theme)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] & 0xFFFFFF


def share(pixels, colour):
    """Return which pixels are about of a colour."""
    own = np.array([int(colour[1:], 16) >> shift & 255 for shift in (16, 8, 0)])
    parts = np.stack([pixels >> shift & 255 for shift in (16, 8, 0)], axis=-1).astype(int)
    return np.abs(parts - own).sum(axis=-1) < 60


def wave(n=N):
    return 100 + 20 * np.sin(np.arange(n) / 9)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("place", list(Place))
def test_a_line_is_drawn_in_its_colour_where_its_values_lie(qapp, theme, dpr, place):
    scene = with_compare(flat_scene(), values_of(flat_scene().series, wave()), place)
    frame, pixels = lay_out(scene, round(W * dpr), round(H * dpr), dpr), pixels_of(scene, theme, dpr)
    shown = frame.compares[0]
    scale = shown.scale or frame.scales[shown.compare.pane]
    drawn = share(pixels, shown.compare.colour)
    for at in range(len(shown.columns.x) - 12, len(shown.columns.x) - 8):
        x, y = round(shown.columns.x[at]), round(float(scale.y_of(shown.columns.last[at])))
        assert drawn[y - 3 : y + 4, x - 2 : x + 3].any()


@pytest.mark.parametrize("spacing", [0.6, 0.13])
def test_a_spike_is_drawn_when_zoomed_out(qapp, spacing):
    close = wave()
    close[N - 30] = 300.0
    scene = with_compare(flat_scene(spacing), values_of(flat_scene().series, close))
    frame, drawn = lay_out(scene, W, H, 1.0), share(pixels_of(scene), "#d9740b")
    shown = frame.compares[0]
    top = round(float(frame.price.y_of(300.0 * shown.factor)))
    assert drawn[top - 1 : top + 3, : frame.panes.plot_w].any()


def test_carried_values_are_dashed_and_own_ones_are_not(qapp):
    carried = np.zeros(N, np.bool_)
    carried[N - 30 : N - 5] = True
    rising = np.linspace(90, 110, N)
    rising[N - 30 :] = 110.0
    scene = with_compare(flat_scene(), values_of(flat_scene().series, rising, carried=carried))
    frame, drawn = lay_out(scene, W, H, 1.0), share(pixels_of(scene), "#d9740b")
    y = round(float(frame.price.y_of(110.0 * frame.compares[0].factor)))
    band = drawn[y - 2 : y + 3].any(axis=0)
    left, right = (round(frame.row_x(row)) for row in (N - 28, N - 8))
    dashed = band[left:right]
    assert 0.3 < dashed.mean() < 0.95
    assert np.count_nonzero(np.diff(dashed.astype(int))) >= 6
    solid = band[round(frame.row_x(N - 4)) : round(frame.row_x(N - 1))]
    assert solid.all()


def test_a_hidden_series_draws_nothing(qapp):
    scene = with_compare(flat_scene(), values_of(flat_scene().series, wave()))
    hidden = replace(scene, compares=(replace(scene.compares[0], is_shown=False),))
    assert not share(pixels_of(hidden), scene.compares[0].colour).any()


def test_tags_of_compared_series_and_indicators_share_the_axis_without_covering_each_other(qapp):
    scene = flat_scene()
    for at, name in enumerate(("AAA", "BBB", "CCC")):
        scene = with_compare(scene, values_of(scene.series, wave() * (1 + at), name))
    frame = lay_out(scene, W, H, 1.0)
    tags = tags_of(Picture(frame, scene, DARK))[PRICE]
    assert [tag.colour for tag in tags] != []
    places = sorted(tag.y for tag in tags)
    assert len(places) == 3
    assert min(np.diff(places)) >= 20


def test_the_tag_of_an_own_scale_stands_on_its_side(qapp):
    for place, is_left in ((Place.LEFT, True), (Place.RIGHT, False)):
        scene = with_compare(flat_scene(), values_of(flat_scene().series, wave()), place, PriceMode.NORMAL)
        frame, drawn = lay_out(scene, W, H, 1.0), share(pixels_of(scene), "#d9740b")
        shown = frame.compares[0]
        y = round(float(shown.scale.y_of(shown.values.last[-1])))
        row = np.flatnonzero(drawn[y - 8])
        filled = row[: len(row) // 2] if is_left else row[len(row) // 2 :]
        assert len(row) > 30
        assert (filled.max() < 120) if is_left else (filled.min() > frame.panes.plot_w - 120)
        assert not drawn[:, frame.panes.plot_w :].any()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_text_of_tags_can_be_read(theme):
    scene = flat_scene()
    for name in "ABCDEF":
        scene = with_compare(scene, values_of(scene.series, wave(), name))
    assert all(contrast(text_on(one.colour), one.colour) >= 4.5 for one in scene.compares)
    assert contrast(theme.text, theme.background) >= 4.5


def test_the_legend_has_a_row_for_each_and_indicators_stand_below(qapp):
    scene = flat_scene()
    for name, currency in (("SPY", "USD"), ("7203.T", "JPY")):
        scene = with_compare(scene, values_of(scene.series, wave(), name, currency=currency))
    scene = replace(scene, studies=(new_study(make_study("sma"), ()),))
    frame = lay_out(scene, W, H, 1.0)
    picture = Picture(frame, scene, DARK)
    lines = compare_legend_text(picture).splitlines()
    assert [text.split("  ")[0] for text in lines] == ["SPY", "7203.T JPY"]
    assert lines[0].split("  ")[1] == f"{wave()[-1]:,.2f}"
    rows = compare_rows(frame)
    assert [row.top for row in rows] == [rows[0].top, rows[0].top + 20]
    assert legend_rows(frame)[0].top == rows[1].top + 20


def test_parts_of_a_row_are_found_under_the_mouse(qapp):
    scene = with_compare(flat_scene(), values_of(flat_scene().series, wave()))
    frame = lay_out(scene, W, H, 1.0)
    row = compare_rows(frame)[0]
    middle = row.top + 10
    parts = [compare_target(frame, row.icons + 20 * at + 10, middle).part for at in range(3)]
    assert parts == [LegendPart.EYE, LegendPart.GEAR, LegendPart.REMOVE]
    assert compare_target(frame, row.name + 2, middle).part is LegendPart.TITLE
    assert compare_target(frame, row.icons + 100, middle) is None
    assert compare_target(frame, row.name, row.top - 2) is None


def test_the_legend_is_painted_only_where_it_changed(qapp):
    scene = with_compare(flat_scene(), values_of(flat_scene().series, wave()))
    frame = lay_out(scene, W, H, 1.0)
    layer = next(one for one in LAYERS if one.id == "compare_legend")
    image = QImage(W, H, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter, Picture(frame, scene, DARK, within=QRect(0, 200, W, 100)))
    painter.end()
    assert not (np.frombuffer(image.constBits(), np.uint32) & 0xFFFFFF).any()
    covers = layer.cover(Picture(frame, scene, DARK))
    assert covers[0].rect.top() <= compare_rows(frame)[0].top
