"""The layers of the bars: prices as the chosen chart type, and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPen

from candledesk.ui.chart.core.autoscale import price_extent, volume_extent
from candledesk.ui.chart.core.geometry.lines import area_points, line_points
from candledesk.ui.chart.core.geometry.rects import CandleRects, by_direction, volume_rects
from candledesk.ui.chart.core.geometry.shapes import (
    Strokes,
    candle_rects,
    hollow_rects,
    ohlc_rects,
    place_strokes,
    wick_rects,
)
from candledesk.ui.chart.core.options import ChartType
from candledesk.ui.chart.core.panes import PRICE, VOLUME
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import colour_of, draw_segments, fill_rects, fill_standing, polygon_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

_LINE_PX = 2.0
_AREA_ALPHA = (90, 8)  # at the pane's top and bottom
_BASELINE_ALPHA = 60


def _paint_volumes(painter: QPainter, picture: Picture) -> None:
    """Paint the volumes as columns on the bottom of their pane."""
    frame, theme = picture.frame, picture.theme
    if not picture.has_bars:
        return
    columns, (_, top, bottom) = frame.columns, frame.panes.box(VOLUME)
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    box = (0, top, frame.panes.plot_w, bottom - top)
    painter.setClipRect(*box)
    peak = frame.scales[VOLUME].range.hi
    rects = volume_rects(frame.x, columns.volume, spacing=frame.device_spacing, top=top, bottom=bottom, peak=peak)
    is_up, traded = frame.is_up, columns.volume > 0
    if not traded.all():
        rects, is_up = rects[traded], is_up[traded]
    rects = fill_standing(painter, rects, is_up, (theme.up_volume, theme.down_volume), box)
    parts = by_direction(rects, is_up)
    fill_rects(painter, parts.up, theme.up_volume)
    fill_rects(painter, parts.down, theme.down_volume)
    painter.restore()


def _paint_prices(painter: QPainter, picture: Picture) -> None:
    """Paint the prices as the chart type says."""
    frame = picture.frame
    if not picture.has_bars:
        return
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    _, top, bottom = frame.panes.box(PRICE)
    painter.setClipRect(0, top, frame.panes.plot_w, bottom - top)
    _PAINTERS[picture.scene.options.chart_type](painter, frame, picture.theme)
    painter.restore()


def _fill_both(painter: QPainter, rects: CandleRects, theme: Theme) -> None:
    fill_rects(painter, rects.up, theme.up)
    fill_rects(painter, rects.down, theme.down)


def _paint_candles(painter: QPainter, frame: Frame, theme: Theme) -> None:
    _fill_both(painter, candle_rects(_strokes(frame), frame.priced.is_up), theme)


def _strokes(frame: Frame) -> Strokes:
    columns, (_, top, bottom) = frame.priced.columns, frame.panes.box(PRICE)
    ends = frame.price.y_of(np.array((columns.open, columns.high, columns.low, columns.close)))
    return place_strokes(frame.priced.x, ends, frame.device_spacing, top, bottom)


def _paint_hollow(painter: QPainter, frame: Frame, theme: Theme) -> None:
    priced = frame.priced
    is_filled = priced.columns.close < priced.columns.open
    _fill_both(painter, hollow_rects(_strokes(frame), priced.is_up, is_filled), theme)


def _paint_ohlc(painter: QPainter, frame: Frame, theme: Theme) -> None:
    _fill_both(painter, ohlc_rects(_strokes(frame), frame.priced.is_up), theme)


def _points(frame: Frame) -> FloatArray:
    _, top, bottom = frame.panes.box(PRICE)
    return line_points(frame.priced.x, frame.price.y_of(frame.priced.columns.close), top, bottom)


def _stroke_line(painter: QPainter, frame: Frame, points: FloatArray, colour: str) -> None:
    """Draw the line of closes; where a column holds many bars also their extremes, so that no spike is lost."""
    if frame.columns.block > 1:
        painter.setPen(Qt.PenStyle.NoPen)
        fill_rects(painter, wick_rects(_strokes(frame)), colour)
    pen = QPen(colour_of(colour), _LINE_PX * frame.dpr)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)  # closes the corners
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    draw_segments(painter, points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _fill_area(painter: QPainter, points: FloatArray, floor: float, brush: QBrush) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawPolygon(polygon_of(area_points(points, floor)))


def _faded(colour: str, alpha: int) -> QColor:
    shade = QColor(colour)
    shade.setAlpha(alpha)
    return shade


def _gradient(line: QLineF, colour: str, alphas: tuple[int, int]) -> QBrush:
    gradient = QLinearGradient(line.p1(), line.p2())
    gradient.setColorAt(0, _faded(colour, alphas[0]))
    gradient.setColorAt(1, _faded(colour, alphas[1]))
    return QBrush(gradient)


def _paint_line(painter: QPainter, frame: Frame, theme: Theme) -> None:
    _stroke_line(painter, frame, _points(frame), theme.accent)


def _paint_area(painter: QPainter, frame: Frame, theme: Theme) -> None:
    (_, top, bottom), points = frame.panes.box(PRICE), _points(frame)
    down = QLineF(0, top, 0, bottom)
    _fill_area(painter, points, bottom, _gradient(down, theme.accent, _AREA_ALPHA))
    _stroke_line(painter, frame, points, theme.accent)


def _paint_baseline(painter: QPainter, frame: Frame, theme: Theme) -> None:
    """Split the area at the middle of the pane: above it in the colour of rising, below in that of falling."""
    panes, points = frame.panes, _points(frame)
    _, upper_edge, lower_edge = panes.box(PRICE)
    middle = (upper_edge + lower_edge) // 2
    upper, lower = (theme.down, theme.up) if frame.price.range.is_inverted else (theme.up, theme.down)
    for colour, top, bottom in ((upper, upper_edge, middle), (lower, middle, lower_edge)):
        far = top if colour is upper else bottom
        painter.save()
        painter.setClipRect(0, top, panes.plot_w, bottom - top)
        fade = _gradient(QLineF(0, far, 0, middle), colour, (_BASELINE_ALPHA, 0))
        _fill_area(painter, points, middle, fade)
        _stroke_line(painter, frame, points, colour)
        painter.restore()
    painter.fillRect(0, middle, panes.plot_w, max(1, int(frame.dpr)), colour_of(theme.crosshair))


_PAINTERS: dict[ChartType, Callable[[QPainter, Frame, Theme], None]] = {
    ChartType.CANDLES: _paint_candles,
    ChartType.HEIKIN_ASHI: _paint_candles,
    ChartType.HOLLOW: _paint_hollow,
    ChartType.BARS: _paint_ohlc,
    ChartType.LINE: _paint_line,
    ChartType.AREA: _paint_area,
    ChartType.BASELINE: _paint_baseline,
}


VOLUMES = Layer("volumes", 30, _paint_volumes, VOLUME, autoscale=volume_extent)
PRICES = Layer("prices", 40, _paint_prices, PRICE, autoscale=price_extent)
