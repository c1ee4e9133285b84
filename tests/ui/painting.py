"""Painting without a window, for tests that count pixels."""

from candledesk.ui.chart.paint.layer import Picture
from candledesk.ui.chart.paint.layers import LAYERS, lay_out, paint_layers


def paint_chart(painter, size, scene, theme, layers=LAYERS):
    """Paint ``scene`` on ``size`` logical pixels, without what lies over the chart: legend, countdown, crosshair."""
    dpr = painter.deviceTransform().m11()
    frame = lay_out(scene, round(size.width() * dpr), round(size.height() * dpr), dpr, layers)
    paint_layers(painter, Picture(frame, scene, theme), [layer for layer in layers if layer.cover is None])
