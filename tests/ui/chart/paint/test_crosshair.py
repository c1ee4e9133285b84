import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.crosshair import snap_crosshair
from candledesk.ui.chart.core.options import Magnet
from candledesk.ui.chart.core.scene import ChartScene, Series
from candledesk.ui.chart.core.viewport import Viewport
from candledesk.ui.chart.paint.crosshair import CROSSHAIR
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import lay_out, paint_layers
from candledesk.ui.theme.themes import DARK
from tests.fake_data import make_bars, make_instrument

WIDTH, HEIGHT = 900, 300


def _time_tags(interval, dpr):
    """Return the left and right edges of the time's box and of its words, per bar, in device pixels."""
    request = ViewportRequest(1, 1, "AAPL", interval, None, 500, 0)
    reply = ViewportReply(request, make_bars(400, interval), make_instrument(), EdgeState.START, "")
    series = Series.from_reply(reply)
    size = round(WIDTH * dpr), round(HEIGHT * dpr)
    scene = ChartScene(series, Viewport(spacing=2.0, width=WIDTH))
    frame = lay_out(scene, *size, dpr)
    for x in range(300, 600, 7):
        image = QImage(*size, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        paint_layers(
            painter, Picture(frame, scene, DARK, snap_crosshair(frame, series, x, 100, Magnet.CLOSE)), [CROSSHAIR]
        )
        painter.end()
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(size[1], -1) & 0xFFFFFF
        band = pixels[frame.panes.time_top + 1 : frame.panes.height, : frame.panes.plot_w]
        box = np.flatnonzero(band.any(axis=0))
        ink = np.flatnonzero(((band != 0) & (band != int(DARK.tag[1:], 16))).any(axis=0))
        yield box[0], box[-1], ink[0], ink[-1]


@pytest.mark.parametrize("dpr", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("name", ["1mo", "1d", "1h"])
def test_the_box_of_the_time_fits_its_words_and_does_not_jump(qapp, name, dpr):
    tags = list(_time_tags(INTERVALS[name], dpr))
    assert len({right - left for left, right, _, _ in tags}) == 1
    pads = [((first - left) / dpr, (right - last) / dpr) for left, right, first, last in tags]
    assert max(abs(before - after) for before, after in pads) <= 3
    assert 7 <= min(min(pad) for pad in pads) <= 11
