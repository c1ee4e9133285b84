"""Painting on whole device pixels: the transform, many rectangles in one call, text."""

from __future__ import annotations

import math
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
import shiboken6
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

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
    transform = painter.deviceTransform()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    if not transform.isIdentity():
        corner = transform.map(QPointF(0, 0))
        painter.resetTransform()
        inverse, _ok = cast("tuple[object, bool]", painter.deviceTransform().inverted())
        painter.setTransform(inverse)  # type: ignore[arg-type]
        painter.translate(QPoint(round(corner.x()), round(corner.y())))
    try:
        yield
    finally:
        painter.restore()


def logical_rect(box: tuple[int, int, int, int], dpr: float) -> QRect:
    """Return left, top, width and height in device pixels as the logical pixels that hold all of them."""
    left, top, width, height = box
    first_x, first_y = math.floor(left / dpr), math.floor(top / dpr)
    return QRect(first_x, first_y, math.ceil((left + width) / dpr) - first_x, math.ceil((top + height) / dpr) - first_y)


@lru_cache(maxsize=64)
def colour_of(name: str) -> QColor:
    """Parse a colour once."""
    return QColor(name)


@lru_cache(maxsize=64)
def _brush_of(name: str) -> QBrush:
    return QBrush(colour_of(name))


def fill_rects(painter: QPainter, rects: RectArray, colour: str) -> None:
    """Fill many rectangles in one call by handing Qt the array itself; the caller has set ``NoPen``."""
    if not len(rects):
        return
    rects = np.ascontiguousarray(rects, dtype=np.int32)
    painter.setBrush(_brush_of(colour))
    first = cast("QRect", shiboken6.wrapInstance(rects.__array_interface__["data"][0], QRect))
    painter.drawRects(first, len(rects))


def polygon_of(points: FloatArray) -> QPolygonF:
    """Return points of shape ``(n, 2)`` as Qt wants them."""
    return cast("QPolygonF", arrayToQPolygonF(points[:, 0], points[:, 1]))


def draw_segments(painter: QPainter, points: FloatArray) -> None:
    """Draw the line through points of shape ``(n, 2)`` segment by segment, in one call.

    A wide antialiased polyline is outlined as one path and costs up to 30 times as much where it goes up and down a lot
    (86 ms for 780 points); segments with flat or square caps have a path of their own in Qt's raster engine.
    """
    if len(points) < 2:  # noqa: PLR2004 - no segment
        return
    segments = np.ascontiguousarray(np.concatenate((points[:-1], points[1:]), axis=1), dtype=np.float64)
    painter.drawLines(cast("QLineF", shiboken6.wrapInstance(segments.ctypes.data, QLineF)), len(segments))


def fill(painter: QPainter, left: int, top: int, width: int, height: int, colour: str) -> None:
    """Fill one rectangle."""
    painter.fillRect(left, top, width, height, colour_of(colour))
