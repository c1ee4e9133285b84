"""The calls that paint figures: made once for a drawing, and made again only when it looks different."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPolygonF, QStaticText

from candledesk.drawings.figures import Circle, Curve, Line, Rectangle, Text
from candledesk.ui.chart.paint.pixels import polygon_of
from candledesk.ui.chart.paint.studies.lines import stroke
from candledesk.ui.theme.themes import chart_font

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PySide6.QtGui import QFont

    from candledesk.domain.bars import FloatArray
    from candledesk.drawings.figures import Figure, Point, Polygon, Stroke

Call = tuple[Callable[..., object], tuple[Any, ...]]
"""A function whose first argument is a painter, and its other arguments."""
DASHES = {"solid": (), "dashed": (5.0, 3.0), "dotted": (1.0, 2.0)}  # in widths of the line
EVERYWHERE = (-math.inf, math.inf)
_LINE_HEIGHT = 1.3
_EDGE = 1.0  # pixels that a smooth edge may cover
_PAD = 4.0  # of a text on a background
_MANY_POINTS = 16  # of a curve, whose corners are flat
_MOST_PX = 1e6  # Qt draws no coordinates beyond a few million exactly
_SMOOTH = QPainter.RenderHint.Antialiasing  # an attribute of an enumeration takes as long to find as a line to draw
_NO_PEN = QPen(Qt.PenStyle.NoPen)
_NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)


def calls_of(figures: Iterable[Figure], dpr: float, within: tuple[float, float] = EVERYWHERE) -> tuple[Call, ...]:
    """Return the calls that paint figures with a painter of logical pixels, of which each is ``dpr`` wide.

    ``within``: top and bottom of what is painted; what lies above or below has no call.
    """
    recording = _Recording(dpr, within)
    for figure in figures:
        recording.add(figure)
    recording.set_smooth(is_smooth=True)
    return tuple(recording.calls)


class _Recording:
    """Calls, without those that set what is set already."""

    def __init__(self, dpr: float, within: tuple[float, float]) -> None:
        self._dpr = dpr
        self._top, self._bottom = within
        self.calls: list[Call] = []
        self._is_smooth = True
        self._pen: object = None
        self._brush: object = None
        self._font_px = 0

    def add(self, figure: Figure) -> None:
        if isinstance(figure, Line):
            self._add_line(figure)
        elif isinstance(figure, Text):
            self._add_text(figure)
        elif isinstance(figure, Circle):
            self.set_smooth(is_smooth=True)
            self._set_pen(_pen(figure.stroke))
            self._set_brush(_brush(figure.fill) if figure.fill else _NO_BRUSH)
            self.calls.append((QPainter.drawEllipse, (_point(figure.centre), figure.radius, figure.radius)))
        elif isinstance(figure, Rectangle):
            self._add_rectangle(figure)
        else:
            self._add_polygon(figure)

    def _is_beyond(self, first: float, second: float, reach: float) -> bool:
        """Tell whether what lies from one pixel down to another, and ``reach`` around it, is not painted."""
        return (first < self._top - reach and second < self._top - reach) or (
            first > self._bottom + reach and second > self._bottom + reach
        )

    def set_smooth(self, *, is_smooth: bool) -> None:
        if is_smooth is not self._is_smooth:
            self.calls.append((QPainter.setRenderHint, (_SMOOTH, is_smooth)))
            self._is_smooth = is_smooth

    def _set_pen(self, pen: QPen) -> None:
        if pen is not self._pen:
            self.calls.append((QPainter.setPen, (pen,)))
            self._pen = pen

    def _set_brush(self, brush: QBrush) -> None:
        if brush is not self._brush:
            self.calls.append((QPainter.setBrush, (brush,)))
            self._brush = brush

    def _add_line(self, line: Line) -> None:
        if self._is_beyond(line.start.y, line.end.y, line.stroke.width + _EDGE):
            return
        self.set_smooth(is_smooth=True)
        self._set_pen(_pen(line.stroke))
        self.calls.append((QPainter.drawLine, (_line(line.start, line.end),)))

    def _add_rectangle(self, rectangle: Rectangle) -> None:
        """Fill and outline without smooth edges, which cost ten times as much."""
        reach = _EDGE if rectangle.stroke is None else rectangle.stroke.width + _EDGE
        if self._is_beyond(rectangle.top, rectangle.bottom, reach):
            return
        (x, y), (x2, y2) = _drawn(rectangle.left, rectangle.top), _drawn(rectangle.right, rectangle.bottom)
        rect = QRectF(min(x, x2), min(y, y2), abs(x2 - x), abs(y2 - y))
        self.set_smooth(is_smooth=False)
        if rectangle.fill:
            self.calls.append((QPainter.fillRect, (rect, _colour(rectangle.fill, rectangle.opacity))))
        if rectangle.stroke is not None:
            self._set_pen(_pen(rectangle.stroke))
            self._set_brush(_NO_BRUSH)
            self.calls.append((QPainter.drawRect, (rect,)))

    def _add_polygon(self, polygon: Polygon) -> None:
        if _is_curve(polygon) and polygon.stroke is not None:
            self.set_smooth(is_smooth=True)
            at = _array(polygon.points)
            lines = np.concatenate((at[:-1], at[1:]), axis=1)
            self.calls.append((stroke, (lines, polygon.stroke.color, polygon.stroke.width)))  # no corners: a quarter
            self._pen = None
            return
        points = _polygon(polygon.points)
        if polygon.fill:
            self.set_smooth(is_smooth=False)
            self._set_pen(_NO_PEN)
            self._set_brush(_brush(polygon.fill, polygon.opacity))
            self.calls.append((QPainter.drawPolygon, (points,)))
        if polygon.stroke is not None:
            self.set_smooth(is_smooth=True)
            self._set_pen(_pen(polygon.stroke))
            self._set_brush(_NO_BRUSH)
            self.calls.append((QPainter.drawPolygon if polygon.fill else QPainter.drawPolyline, (points,)))

    def _add_text(self, text: Text) -> None:
        """Write lines of plain text; markup in them is written as it is."""
        x, y = _drawn(*text.at)
        box, rows = _laid_out(text.text, text.size, text.align, self._dpr)
        if self._is_beyond(y + box.top(), y + box.bottom(), text.size):  # letters may reach out of their line
            return
        self.set_smooth(is_smooth=True)
        if text.background:
            self._set_pen(_NO_PEN)
            self._set_brush(_brush(text.background))
            self.calls.append((QPainter.drawRoundedRect, (box.translated(x, y), _PAD / 2, _PAD / 2)))
        self._set_pen(_text_pen(text.color))
        if text.size != self._font_px:
            self.calls.append((QPainter.setFont, (chart_font(text.size),)))
            self._font_px = text.size
        self.calls += [(QPainter.drawStaticText, (QPointF(x + left, y + top), line)) for line, left, top in rows]


def rect_of_text(text: Text, dpr: float) -> QRect:
    """Return the logical pixels that a text covers with its ground, and its smooth edge."""
    box, _ = _laid_out(text.text, text.size, text.align, dpr)
    return box.translated(*_drawn(*text.at)).toAlignedRect().adjusted(-1, -1, 1, 1)


def _is_curve(polygon: Polygon) -> bool:
    """Tell whether it is a line through many points whose parts may overlap: opaque and without dashes."""
    line = polygon.stroke
    is_plain = line is not None and line.dash == "solid" and len(line.color) == len("#rrggbb")
    return not polygon.fill and is_plain and len(polygon.points) > _MANY_POINTS


@lru_cache(maxsize=1_024)
def _laid_out(
    text: str, pixels: int, align: tuple[float, float], dpr: float
) -> tuple[QRectF, list[tuple[QStaticText, float, float]]]:
    """Lay a text out once (writing it costs a fifth then), at the pixel 0.

    Returns the box of its background, and each line with its left and its top.
    """
    font, height = chart_font(pixels), pixels * _LINE_HEIGHT
    lines = [_static_text(line, font) for line in text.split("\n")]
    widths = [QFontMetrics(font).horizontalAdvance(line.text()) for line in lines]
    left, top = -align[0] * max(widths), -align[1] * height * len(lines)
    box = QRectF(left - _PAD, top - _PAD / 2, max(widths) + 2 * _PAD, height * len(lines) + _PAD)
    rows = []
    for row, (line, width) in enumerate(zip(lines, widths, strict=True)):
        down = math.floor((height - line.size().height()) / 2 * dpr + 0.5) / dpr  # whole device pixels, as Qt
        rows.append((line, -align[0] * width, top + row * height + down))
    return box, rows


def _static_text(line: str, font: QFont) -> QStaticText:
    laid = QStaticText(line)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.prepare(font=font)
    return laid


def _array(points: Sequence[Point]) -> FloatArray:
    array = points.array if isinstance(points, Curve) else np.array(points)
    return np.minimum(np.maximum(array, -_MOST_PX), _MOST_PX)  # a third of the time of clip


def _polygon(points: Sequence[Point]) -> QPolygonF:
    return polygon_of(_array(points)) if len(points) > _MANY_POINTS else QPolygonF([_point(one) for one in points])


def _line(start: Point, end: Point) -> QLineF:
    return QLineF(*_drawn(*start), *_drawn(*end))


def _point(point: Point) -> QPointF:
    return QPointF(*_drawn(*point))


def _drawn(x: float, y: float) -> tuple[float, float]:
    """Return a point within the coordinates that Qt draws."""
    if -_MOST_PX <= x <= _MOST_PX and -_MOST_PX <= y <= _MOST_PX:
        return x, y
    return min(max(x, -_MOST_PX), _MOST_PX), min(max(y, -_MOST_PX), _MOST_PX)


@lru_cache(maxsize=256)
def _pen(line: Stroke) -> QPen:
    pen = QPen(_colour(line.color), line.width)
    dashes = DASHES[line.dash]
    if dashes:
        pen.setDashPattern(list(dashes))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if dashes else Qt.PenCapStyle.SquareCap)
    return pen


@lru_cache(maxsize=256)
def _text_pen(name: str) -> QPen:
    return QPen(_colour(name))


@lru_cache(maxsize=256)
def _brush(name: str, opacity: float = 1.0) -> QBrush:
    return QBrush(_colour(name, opacity))


@lru_cache(maxsize=256)
def _colour(name: str, opacity: float = 1.0) -> QColor:
    """Return a colour of ``#rrggbb`` or ``#rrggbbaa`` (Qt writes the opacity in front) with a share of its opacity."""
    colour = QColor(f"#{name[7:]}{name[1:7]}") if len(name) > len("#rrggbb") else QColor(name)
    colour.setAlphaF(colour.alphaF() * opacity)
    return colour
