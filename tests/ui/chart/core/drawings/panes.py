"""A pane of a chart of 300 daily bars, 900 × 600 pixels, for the rules of setting and moving points."""

from candledesk.drawings.drawing import Anchor, Drawing, DrawingSet
from candledesk.ui.chart.core.drawings.drawing_pane import DrawingPane
from candledesk.ui.chart.core.scene import ChartScene
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.layers import lay_out
from tests.fake_data import make_bars
from tests.ui.painting import series_of

W, H = 900, 600
BARS = make_bars(300)
SPAN = (270, 290)


def drawing(tool="trend_line", rows=SPAN, prices=None, drawing_id="a", **changes):
    prices = prices or [float(BARS.high[row]) for row in rows]
    points = tuple(Anchor(int(BARS.open_time[row]), price, "1d") for row, price in zip(rows, prices, strict=True))
    return Drawing(drawing_id, tool, "AAPL", points, z=1, **changes)


def scene_of(*drawings, spacing=8.0, bars=BARS, **changes):
    return ChartScene(series_of(bars), Viewport(spacing=spacing), drawings=DrawingSet(drawings), **changes)


def pane_on(scene, dpr=1.0, **changes):
    return DrawingPane(scene, lay_out(scene, round(W * dpr), round(H * dpr), dpr), **changes)
