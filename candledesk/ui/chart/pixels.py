"""Painting on whole device pixels: the transform, many rectangles in one call, text."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
import shiboken6
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF, QStaticText

from candledesk.ui.theme import chart_font

if TYPE_CHECKING:
    from collections.abc import Iterator

    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.layout import RectArray

Align = Qt.AlignmentFlag


@contextmanager
def device_pixels(painter: QPainter) -> Iterator[None]:
    """Let one unit be one device pixel, with the origin at the item's own, on a whole pixel.

    ``resetTransform`` alone leaves the device's scale in place (notes/render.md §9).
    """
    corner = painter.deviceTransform().map(QPointF(0, 0))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.resetTransform()
    inverse, _ok = cast("tuple[object, bool]", painter.deviceTransform().inverted())
    painter.setTransform(inverse)  # type: ignore[arg-type]
    painter.translate(QPoint(round(corner.x()), round(corner.y())))
    try:
        yield
    finally:
        painter.restore()


@lru_cache(maxsize=64)
def colour_of(name: str) -> QColor:
    """Parse a colour once."""
    return QColor(name)


def fill_rects(painter: QPainter, rects: RectArray, colour: str) -> None:
    """Fill many rectangles in one call by handing Qt the array itself; the caller has set ``NoPen``."""
    if not len(rects):
        return
    rects = np.ascontiguousarray(rects, dtype=np.int32)
    painter.setBrush(colour_of(colour))
    first = cast("QRect", shiboken6.wrapInstance(rects.ctypes.data, QRect))
    painter.drawRects(first, len(rects))


def polygon_of(points: FloatArray) -> QPolygonF:
    """Return points of shape ``(n, 2)`` as Qt wants them."""
    return cast("QPolygonF", arrayToQPolygonF(points[:, 0], points[:, 1]))


def fill(painter: QPainter, left: int, top: int, width: int, height: int, colour: str) -> None:
    """Fill one rectangle."""
    painter.fillRect(left, top, width, height, colour_of(colour))


@lru_cache(maxsize=1024)
def static_text(text: str, pixels: int, is_bold: bool) -> tuple[QStaticText, int, int]:  # noqa: FBT001 - a cache key
    """Lay a line out once: the text, its width and its height (``drawText`` costs five times as much)."""
    laid = QStaticText(text)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    font = chart_font(pixels, is_bold=is_bold)
    laid.prepare(font=font)
    size = laid.size()
    return laid, math.ceil(size.width()), math.ceil(size.height())


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line of text is written; ``pixels``: device pixels of the font."""

    pixels: int
    colour: str
    is_bold: bool = False


def draw_line(painter: QPainter, x: int, middle: int, text: str, pen: Pen, align: Align = Align.AlignLeft) -> int:
    """Write one line at ``x``, vertically about ``middle``; return its width."""
    laid, width, height = static_text(text, pen.pixels, pen.is_bold)
    if align is Align.AlignHCenter:
        x -= width // 2
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    painter.drawStaticText(x, middle - height // 2, laid)
    return width


def draw_lines(painter: QPainter, lines: list[tuple[int, int, str]], pen: Pen, align: Align = Align.AlignLeft) -> None:
    """Write many lines with one pen: each is its ``x``, the middle of its height, and its text."""
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    is_centred = align is Align.AlignHCenter
    for x, middle, text in lines:
        laid, width, height = static_text(text, pen.pixels, pen.is_bold)
        painter.drawStaticText(x - width // 2 if is_centred else x, middle - height // 2, laid)


@lru_cache(maxsize=64)
def _font_metrics(pixels: int, is_bold: bool) -> tuple[QFontMetricsF, int, int]:  # noqa: FBT001 - a cache key
    """Return a font's metrics, its ascent and its height in whole pixels, as a laid-out line has them."""
    metrics = QFontMetricsF(chart_font(pixels, is_bold=is_bold))
    return metrics, round(metrics.ascent()), math.ceil(metrics.height())


def draw_figures(painter: QPainter, x: int, middle: int, text: str, pen: Pen, align: Align = Align.AlignLeft) -> int:
    """Write figures that are seldom the same again, where ``draw_line`` would write them: a quarter of its first cost.

    Not for words: kerned letters round their width differently.
    """
    metrics, ascent, height = _font_metrics(pen.pixels, pen.is_bold)
    width = math.ceil(metrics.horizontalAdvance(text))
    if align is Align.AlignHCenter:
        x -= width // 2
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    painter.drawText(x, middle - height // 2 + ascent, text)
    return width


def draw_paragraph(painter: QPainter, rect: QRect, text: str, pen: Pen, align: Align) -> None:
    """Write words that wrap inside ``rect``."""
    painter.setFont(chart_font(pen.pixels, is_bold=pen.is_bold))
    painter.setPen(colour_of(pen.colour))
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextWordWrap), text)
