"""Series and paintings of charts without a window."""

from candledesk.cache.messages import EdgeState, ViewportReply, ViewportRequest
from candledesk.domain.interval import INTERVALS
from candledesk.ui.chart.core.scene import Series
from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import LAYERS, lay_out, paint_layers
from tests.fake_data import make_instrument


def series_of(bars, interval="1d", **facts):
    """Return the loaded window of a series that begins with its first bar and ends with its latest."""
    request = ViewportRequest(1, 1, "AAPL", INTERVALS[interval], None, 500, 0)
    return Series.from_reply(
        ViewportReply(request, bars, make_instrument(), EdgeState.START, "Listed on 12 Dec 1980", **facts)
    )


def paint_chart(painter, size, scene, theme, layers=LAYERS):
    """Paint ``scene`` on ``size`` logical pixels, without what lies over the chart: legend, countdown, crosshair."""
    dpr = painter.deviceTransform().m11()
    frame = lay_out(scene, round(size.width() * dpr), round(size.height() * dpr), dpr, layers)
    paint_layers(painter, Picture(frame, scene, theme), [layer for layer in layers if layer.cover is None])
