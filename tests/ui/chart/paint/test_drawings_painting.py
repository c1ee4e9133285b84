"""The pixels of drawings."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
from candledesk.drawings.figures import Circle, Line, Point, Polygon, Rectangle, Stroke, Text
from candledesk.drawings.registry import TOOLS
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.axis_text import TAG_H
from candledesk.ui.chart.paint.drawings.painter import paint_figure
from candledesk.ui.chart.paint.drawings.recording import calls_of
from candledesk.ui.chart.paint.layers import lay_out
from candledesk.ui.theme.themes import DARK
from tests.fake_data import make_bars
from tests.ui.painting import paint_chart, series_of

W, H = 640, 480
BARS = make_bars(200)
RED = Stroke("#ff0000", 2)


def pixels_of(paint, dpr=1.0):
    image = QImage(round(W * dpr), round(H * dpr), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(dpr)
    image.fill(0)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF


def figure_pixels(figure):
    return pixels_of(lambda painter: paint_figure(painter, figure))


def chart_pixels(*drawings, dpr=1.0):
    scene = ChartScene(series_of(BARS), Viewport(spacing=8.0), drawings=DrawingSet(drawings))
    return scene, pixels_of(lambda painter: paint_chart(painter, QSizeF(W, H), scene, DARK), dpr)


def level(tool="horizontal_line", **changes):
    price = float(BARS.close[-20])
    return Drawing("a", tool, "AAPL", (Anchor(int(BARS.open_time[-20]), price, "1d"),), z=1, **changes)


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
def test_a_level_is_painted_at_its_price_across_the_plot_with_a_tag_on_the_axis(qapp, dpr):
    scene, pixels = chart_pixels(level(style={"color": "#ff00ff"}), dpr=dpr)
    frame = lay_out(scene, round(W * dpr), round(H * dpr), dpr)
    y = round(float(frame.scales[PRICE].y_of(float(BARS.close[-20]))))
    assert (pixels[y, : frame.panes.plot_w] == 0xFF00FF).mean() > 0.9
    tag = np.flatnonzero((pixels[:, frame.panes.plot_w :] == 0xFF00FF).any(axis=1))
    assert (tag[0], tag[-1]) == (y - round(TAG_H * dpr) // 2, tag[0] + round(TAG_H * dpr) - 1)


def test_every_tool_is_painted_without_a_word_of_qt(qapp):
    _, plain = chart_pixels()
    for tool in TOOLS.values():
        points = tuple(
            Anchor(int(BARS.open_time[-30 + 8 * at]), float(BARS.close[-30 + 8 * at]), "1d")
            for at in range(tool.n_points)
        )
        _, painted = chart_pixels(Drawing("a", tool.id, "AAPL", points, text="<b>\ntwo"))
        assert (painted != plain).any(), tool.id


def test_later_drawings_are_painted_over_earlier_ones(qapp):
    pair = (level(style={"color": "#ff00ff"}), level(style={"color": "#00ffff"}))
    assert not (chart_pixels(*pair)[1] == 0xFF00FF).any()
    assert (chart_pixels(*pair[::-1])[1] == 0xFF00FF).any()


def test_dashed_and_dotted_lines_have_gaps(qapp):
    shares = [
        (figure_pixels(Line(Point(0, 100), Point(600, 100), RED._replace(dash=dash)))[100, :600] > 0).mean()
        for dash in ("solid", "dashed", "dotted")
    ]
    assert shares[0] == 1.0
    assert 0.5 < shares[1] < 0.8
    assert 0.2 < shares[2] < 0.5


def test_fills_have_their_opacity_and_an_open_polygon_has_none(qapp):
    corners = (Point(10, 10), Point(110, 10), Point(110, 110), Point(10, 110))
    assert figure_pixels(Polygon(corners, "#ff0000", 0.5))[60, 60] >> 16 == pytest.approx(128, abs=2)
    assert figure_pixels(Polygon(corners, "#ff000080", 0.5))[60, 60] >> 16 == pytest.approx(64, abs=2)
    assert figure_pixels(Polygon(corners, stroke=RED))[60, 60] == 0
    assert figure_pixels(Polygon(corners, stroke=RED))[60, 10] == 0, "it is not closed"
    assert figure_pixels(Polygon(corners, stroke=RED))[10, 60] == 0xFF0000


def test_a_rectangle_has_a_fill_of_its_opacity_and_is_closed(qapp):
    filled = figure_pixels(Rectangle(10, 110, 110, 10, "#ff0000", 0.5))
    assert filled[60, 60] >> 16 == pytest.approx(128, abs=2)
    outline = figure_pixels(Rectangle(10, 10, 110, 110, stroke=RED))
    assert [outline[at] for at in ((60, 60), (10, 60), (110, 60), (60, 10), (60, 110))] == [0, *[0xFF0000] * 4]


def test_a_circle_is_an_outline_with_a_fill_if_wanted(qapp):
    assert figure_pixels(Circle(Point(60, 60), 20, RED))[60, 60] == 0
    filled = figure_pixels(Circle(Point(60, 60), 20, RED, "#00ff00"))
    assert (filled[60, 60], filled[60, 80]) == (0x00FF00, 0xFF0000)


@pytest.mark.parametrize("align", [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_a_text_lies_about_its_point_as_it_is_aligned(qapp, align):
    found = np.argwhere(figure_pixels(Text(Point(300, 200), "MMMM\nMM", "#ffffff", 20, align)) > 0)
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0)
    width, height = right - left, bottom - top
    assert left == pytest.approx(300 - align[0] * width, abs=8)
    assert top == pytest.approx(200 - align[1] * height, abs=12)


def test_a_ground_lies_under_its_text(qapp):
    pixels = figure_pixels(Text(Point(300, 200), "M", "#ffffff", 20, background="#ff0000"))
    assert (pixels == 0xFF0000).sum() > 100


def test_what_lies_very_far_away_is_painted_all_the_same(qapp):
    pixels = figure_pixels(Line(Point(-1e12, 100), Point(1e12, 100), RED))
    assert (pixels[100] == 0xFF0000).mean() == 1.0


PANE = 100.0, 140.0
MOVED = [
    lambda y: Line(Point(10, y), Point(90, y), RED._replace(width=6)),
    lambda y: Line(Point(10, y - 20), Point(90, y), RED._replace(dash="dashed")),
    lambda y: Line(Point(10, y), Point(12, y - 90), RED._replace(width=8)),
    lambda y: Rectangle(10, y, 90, y + 10, "#ff0000", 0.5, RED._replace(width=6)),
    lambda y: Rectangle(10, y + 60, 90, y, "#ff0000", 0.5),
    lambda y: Text(Point(50, y), "Éjg\nÅ|", "#ffffff", 16, (0.5, 0.5)),
    lambda y: Text(Point(50, y), "g", "#ffffff", 16, (0.5, 0.0), "#ff0000"),
]


def clipped_pixels(figure, within, dpr):
    def paint(painter):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(0, PANE[0], W, PANE[1] - PANE[0]))
        for call, arguments in calls_of((figure,), dpr, within):
            call(painter, *arguments)

    return pixels_of(paint, dpr)


@pytest.mark.parametrize("dpr", [1.0, 1.5])
@pytest.mark.parametrize("make", MOVED)
def test_what_has_no_call_is_hidden_by_the_edge_of_its_pane(qapp, make, dpr):
    everywhere = -1e9, 1e9
    is_left_out = []
    for y in np.arange(30.0, 270.0, 3.7).tolist():
        figure = make(y)
        is_left_out.append(not calls_of((figure,), dpr, PANE))
        if is_left_out[-1]:
            assert not clipped_pixels(figure, everywhere, dpr).any(), y
    assert is_left_out[0]
    assert is_left_out[-1]
    assert not all(is_left_out)
