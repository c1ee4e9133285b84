"""The layers of the labels that drawings have on the axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from candledesk.ui.chart.core.drawings.axis_tags import price_tags, time_tags
from candledesk.ui.chart.paint.axis_text import axis_pen, paint_tag
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.studies.study_paint import text_on
from candledesk.ui.chart.paint.text_painter import Align, draw_figures, figures_width

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.paint.layer import Picture

_PAD = 8.0  # logical pixels on either side of a time


def _paint_prices(painter: QPainter, picture: Picture) -> None:
    for y, text, colour in price_tags(picture.scene, picture.frame):
        paint_tag(painter, picture.frame, y, text, (colour, text_on(colour)))


def _paint_times(painter: QPainter, picture: Picture) -> None:
    frame, panes = picture.frame, picture.frame.panes
    height = panes.height - panes.time_top
    for x, text, colour in time_tags(picture.scene, frame):
        pen = axis_pen(frame, text_on(colour))
        width = figures_width(text, pen) + 2 * round(_PAD * frame.dpr)
        left = min(max(round(x) - width // 2, 0), max(0, panes.plot_w - width))
        fill(painter, left, panes.time_top, width, height, colour)
        middle = left + width // 2, panes.time_top + height // 2
        draw_figures(painter, *middle, text, pen, Align.AlignHCenter)


DRAWING_PRICES = Layer("drawing_prices", 66, _paint_prices)
DRAWING_TIMES = Layer("drawing_times", 101, _paint_times)
