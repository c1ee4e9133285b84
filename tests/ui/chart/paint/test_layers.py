"""A pane and a layer are added by one entry in a list: painting, scale, axis, separator and hit test follow."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, QSizeF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter

from candledesk.ui.chart.core.autoscale import Extent
from candledesk.ui.chart.core.panes import DEFAULT_PANES, PRICE, VOLUME, Hit, Pane, Zone
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layer import Cover, Layer, in_order
from candledesk.ui.chart.paint.layers import LAYERS, hit_test, lay_out
from candledesk.ui.chart.paint.overlay import Overlay
from candledesk.ui.chart.paint.pixels import fill, logical_rect
from candledesk.ui.chart.widget.chart_model import ChartModel
from candledesk.ui.chart.widget.chart_view import ChartView
from candledesk.ui.theme.themes import DARK
from tests.fake_data import make_bars
from tests.ui.conftest import discard, settle
from tests.ui.painting import paint_chart, series_of

WIDTH, HEIGHT = 800, 600
STRENGTH = "strength"
PANES = (*DEFAULT_PANES, Pane(STRENGTH, 0.25))
BLOCK = 40, 60  # values that the layer of the third pane fills


def _paint_block(painter, picture):
    scale = picture.frame.scales[STRENGTH]
    bottom, top = (round(scale.y_of(value)) for value in BLOCK)
    fill(painter, 100, top, 50, bottom - top, "#ff00ff")


def _hit_block(frame, x, y):
    scale = frame.scales[STRENGTH]
    return Hit(Zone.PLOT, STRENGTH) if 100 <= x < 150 and BLOCK[0] <= scale.value_at(y) <= BLOCK[1] else None


STRENGTH_LAYER = Layer(
    STRENGTH, 45, _paint_block, STRENGTH, hit=_hit_block, autoscale=lambda _shown: Extent(0.0, 100.0)
)
WITH_THIRD = in_order((*LAYERS, STRENGTH_LAYER))


@pytest.fixture
def scene(qapp):
    return ChartScene(series_of(make_bars(300)), Viewport(spacing=6.0), panes=PANES)


def _paint(scene, layers=WITH_THIRD):
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_chart(painter, QSizeF(WIDTH, HEIGHT), scene, DARK, layers)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(HEIGHT, -1) & 0xFFFFFF


def _frame(scene, layers=WITH_THIRD):
    return lay_out(scene, WIDTH, HEIGHT, 1.0, layers)


def test_a_third_pane_gets_its_room_below_the_others(scene):
    boxes = _frame(scene).panes.boxes
    assert [box.pane.id for box in boxes] == [PRICE, VOLUME, STRENGTH]
    assert boxes[2].bottom == _frame(scene).panes.time_top
    assert boxes[2].height == pytest.approx(_frame(scene).panes.time_top * 0.25 / 1.25, abs=2)


def test_a_pane_is_scaled_by_its_own_layers_alone(scene):
    frame, plain = _frame(scene), _frame(scene, LAYERS)
    strength = frame.scales[STRENGTH]
    assert strength.range.lo < 0
    assert strength.range.hi > 100
    assert (frame.price.range, frame.scales[VOLUME].range) == (plain.price.range, plain.scales[VOLUME].range)
    wider = replace(STRENGTH_LAYER, id="wider", autoscale=lambda _shown: Extent(-50.0, 20.0))
    both = _frame(scene, (*WITH_THIRD, wider)).scales[STRENGTH].range
    assert both.lo < -50
    assert both.hi > 100


def test_a_layer_of_the_price_pane_widens_its_scale(scene):
    low, high = 1.0, 10_000.0
    band = Layer("band", 45, lambda _painter, _picture: None, PRICE, autoscale=lambda _shown: Extent(low, high))
    shown = _frame(scene, (*LAYERS, band)).price.range
    assert shown.lo < low < high < shown.hi


def test_a_pane_has_labels_and_grid_lines_of_its_own(scene):
    box, axis = _frame(scene).panes.box(STRENGTH), _frame(scene).panes.plot_w
    pixels = _paint(scene)
    assert (pixels[box.top : box.bottom, axis + 8 :] != int(DARK.background[1:], 16)).any()
    rows = [round(y) for y, _ in _frame(scene).scales[STRENGTH].levels(30.0)]
    assert len(rows) >= 2
    assert {int(pixels[row, 3]) for row in rows} == {int(DARK.grid[1:], 16)}


def test_one_more_layer_in_the_tuple_is_painted_and_hit(scene):
    pixels, frame = _paint(scene), _frame(scene)
    found = np.argwhere(pixels == 0xFF00FF)
    assert found[:, 1].min() == 100
    assert found[:, 1].max() == 149
    assert frame.scales[STRENGTH].value_at(found[:, 0].min()) == pytest.approx(60, abs=1)
    assert not (_paint(scene, LAYERS) == 0xFF00FF).any()
    assert hit_test(frame, 120, int(found[:, 0].mean()), WITH_THIRD) == Hit(Zone.PLOT, STRENGTH, STRENGTH)
    assert hit_test(frame, 120, int(found[:, 0].mean()), LAYERS) == Hit(Zone.PLOT, STRENGTH, "ground")


def test_of_two_layers_the_higher_one_is_seen_and_hit(scene):
    def coloured(name, z, colour):
        def paint(painter, _picture):
            fill(painter, 300, 100, 20, 20, colour)

        return Layer(name, z, paint, PRICE, hit=lambda _frame, _x, _y: Hit(Zone.PLOT, PRICE))

    low, high = coloured("low", 500, "#00ff00"), coloured("high", 501, "#0000ff")
    for layers in ((low, high), (high, low)):
        assert _paint(scene, in_order((*LAYERS, *layers)))[110, 310] == 0x0000FF
        assert hit_test(_frame(scene), 310, 110, in_order((*LAYERS, *layers))).layer == "high"


def test_a_layer_of_a_pane_that_is_not_shown_is_neither_painted_nor_hit(scene):
    alone = replace(scene, maximised=PRICE)
    assert not (_paint(alone) == 0xFF00FF).any()
    everywhere = replace(STRENGTH_LAYER, hit=lambda _frame, _x, _y: Hit(Zone.PLOT, STRENGTH))
    assert hit_test(_frame(alone), 120, 300, (*LAYERS, everywhere)).pane == PRICE


@pytest.fixture
def view(qapp):
    model = ChartModel(layers=WITH_THIRD)
    model.scene = replace(model.scene, panes=PANES)
    made = ChartView(model)
    made.resize(WIDTH, HEIGHT)
    made.show()
    model.show_series(series_of(make_bars(300)))
    settle(qapp)
    yield made
    made.close()
    discard(qapp, made)


def _mouse(qapp, view, kind, x, y):
    at, button = QPointF(x, y), Qt.MouseButton.LeftButton
    qapp.sendEvent(
        view.viewport(), QMouseEvent(kind, at, view.mapToGlobal(at), button, button, Qt.KeyboardModifier.NoModifier)
    )
    settle(qapp)


def test_the_separator_above_a_third_pane_moves_it_and_the_pane_above(qapp, view):
    before = view.model.frame().panes
    y = (before.box(VOLUME).bottom + before.box(STRENGTH).top) / 2
    _mouse(qapp, view, QEvent.Type.MouseButtonPress, 200, y)
    _mouse(qapp, view, QEvent.Type.MouseMove, 200, y - 30)
    _mouse(qapp, view, QEvent.Type.MouseButtonRelease, 200, y - 30)
    after = view.model.frame().panes
    assert after.box(STRENGTH).top == pytest.approx(before.box(STRENGTH).top - 30, abs=2)
    assert after.box(PRICE)[1:] == pytest.approx(before.box(PRICE)[1:], abs=1)
    assert after.box(VOLUME).height == pytest.approx(before.box(VOLUME).height - 30, abs=2)


def test_a_double_click_maximises_a_third_pane(qapp, view):
    box = view.model.frame().panes.box(STRENGTH)
    _mouse(qapp, view, QEvent.Type.MouseButtonDblClick, 200, box.top + 20)
    assert [one.pane.id for one in view.model.frame().panes.boxes] == [STRENGTH]


def test_the_crosshair_reads_the_value_of_the_pane_under_it(qapp, view):
    frame = view.model.frame()
    y = round(frame.scales[STRENGTH].y_of(50.0))
    _mouse(qapp, view, QEvent.Type.MouseMove, 200, y)
    assert float(view.point.value_text) == pytest.approx(50, abs=1.5)


def test_a_layer_above_the_chart_repaints_only_where_its_cover_changed(qapp, view):
    place, painted = {"at": (100, 50), "text": "a"}, []

    def cover(picture):
        return (
            Cover(logical_rect((*place["at"], 10, 10), picture.frame.dpr), place["at"]),
            Cover(logical_rect((300, 200, 10, 10), picture.frame.dpr), place["text"]),
        )

    layer = Layer("mark", 300, lambda _painter, picture: painted.append(picture), cover=cover)
    overlay, picture = Overlay([*LAYERS, layer]), view._overlay.picture
    overlay.show(picture)
    assert overlay.show(picture) == []
    place["text"] = "b"
    assert overlay.show(picture) == [logical_rect((300, 200, 10, 10), 1.0)]
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for rect, n_paints in (((290, 190, 100, 100), 1), ((400, 190, 100, 100), 0), ((0, 0, 110, 60), 1)):
        painted.clear()
        overlay.paint(painter, QRect(*rect))
        assert len(painted) == n_paints  # only within what it covers
    painter.end()
    place["at"] = 110, 50
    assert overlay.show(picture) == [logical_rect((100, 50, 20, 10), 1.0)]  # a little: one paint
    place["at"] = 700, 500
    assert overlay.show(picture) == [logical_rect((*at, 10, 10), 1.0) for at in ((110, 50), (700, 500))]
