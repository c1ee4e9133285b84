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
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from candledesk.domain.bars import BoolArray, FloatArray
    from candledesk.ui.chart.core.geometry.rects import RectArray

Align = Qt.AlignmentFlag
_FLOOR_ROWS = 16  # fewer rows are faster as rectangles


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
        painter.translate(QPoint(math.floor(corner.x() + 0.5), math.floor(corner.y() + 0.5)))  # halves up, as Qt
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
    """Return a colour, parsed once."""
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


def _dashes(length: int, dash: int, line: int, *, is_down: bool) -> RectArray:
    starts = np.arange(0, length, dash * 2, dtype=np.int32)
    ends = np.minimum(starts + (dash - 1), length - 1)
    none, side = np.zeros_like(starts), np.full_like(starts, line - 1)
    return np.stack((none, starts, side, ends) if is_down else (starts, none, ends, side), axis=1)


@lru_cache(maxsize=32)
def _dashed_pixmap(length: int, dash: int, line: int, colour: str, *, is_down: bool) -> QPixmap:
    pixmap = QPixmap(*((line, length) if is_down else (length, line)))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(Qt.PenStyle.NoPen)
    fill_rects(painter, _dashes(length, dash, line, is_down=is_down), colour)
    painter.end()
    return pixmap


def draw_dashed(
    painter: QPainter, left: int, top: int, length: int, dash: tuple[int, int], colour: str, *, is_down: bool = False
) -> None:
    """Draw dashes along a line, with gaps of their own length; ``dash``: their length and their thickness.

    On a screen or a pixmap it is copied from a picture, which costs less than filling each dash.
    """
    if is_raster(painter):
        painter.drawPixmap(left, top, _dashed_pixmap(max(1, length), *dash, colour, is_down=is_down))
    else:
        rects = _dashes(length, *dash, is_down=is_down) + np.array((left, top, left, top), np.int32)
        fill_rects(painter, rects, colour)


def fill_ruled(
    painter: QPainter, box: tuple[int, int, int, int], ground: str, lines: tuple[list[int], int, str]
) -> None:
    """Fill ``box`` (left, top, width, height) and draw lines down it; ``lines``: where, how thick, their colour.

    On a screen or a pixmap it is one row of colours repeated, for Qt fills a line row by row.
    """
    left, top, width, height = box
    at, thick, colour = lines
    seen = [x for x in at if left <= x < left + width]
    if not is_raster(painter):
        fill(painter, *box, ground)
        for x in seen:
            fill(painter, x, top, min(thick, left + width - x), height, colour)
        return
    row = np.full(width, colour_of(ground).rgba(), np.uint32)
    for x in seen:
        row[x - left : x - left + thick] = colour_of(colour).rgba()
    fill_repeated(painter, box, row)


def is_raster(painter: QPainter) -> bool:
    """Return whether the painter paints pixels (a screen, a pixmap) and not shapes (SVG, PDF)."""
    return isinstance(painter.device(), QWidget | QPixmap | QImage)


def fill_repeated(painter: QPainter, box: tuple[int, int, int, int], row: NDArray[np.uint32]) -> None:
    """Fill ``box`` (left, top, width, height) with one row of colours, shape ``(width,)``."""
    image = QImage(row.data, len(row), 1, 4 * len(row), QImage.Format.Format_RGB32)
    painter.setBrushOrigin(box[0], 0)
    painter.fillRect(*box, QBrush(image))


def fill_standing(
    painter: QPainter, rects: RectArray, is_up: BoolArray, colours: tuple[str, str], box: tuple[int, int, int, int]
) -> RectArray:
    """Fill the rows that all rectangles standing on the bottom of ``box`` share; return the rest of the rectangles.

    ``is_up``: which of them have the first of ``colours``, shape ``(n,)``; ``box``: left, top, width, height. Where
    they stand side by side, on a screen or a pixmap, that is one row of colours repeated, for Qt fills a rectangle row
    by row. The pixels are the same.
    """
    bottom = box[1] + box[3]
    floor = int(rects[:, 1].max(initial=box[1]))
    if bottom - floor < _FLOOR_ROWS or not len(rects) or not is_raster(painter):
        return rects
    first, last = rects[:, 0], rects[:, 2]
    if (first[1:] != last[:-1] + 1).any():
        return rects
    left, right = max(box[0], int(first[0])), min(box[0] + box[2], int(last[-1]) + 1)
    up, down = (np.uint32(colour_of(colour).rgba()) for colour in colours)
    row = np.repeat(np.where(is_up, up, down), last - first + 1)[left - first[0] :][: right - left]
    if len(row):
        fill_repeated(painter, (left, floor, right - left, bottom - floor), row)
    rects = rects.copy()
    rects[:, 3] = floor - 1
    return rects


def fill_upright(
    painter: QPainter, rects: RectArray, colours: tuple[str, str], is_first: BoolArray, height: int
) -> None:
    """Fill rectangles that stand side by side, none over another, with translucent colours (``#aarrggbb``).

    ``is_first``: which of them have the first colour, shape ``(n,)``; ``height``: of the device, for what lies beyond
    is not painted. On a screen or a pixmap it is one picture: translucent rectangles of one pixel's width cost
    twenty times as much, and a picture of palette indexes half as much again.
    """
    if not len(rects):
        return
    if not is_raster(painter):
        fill_rects(painter, rects[is_first], colours[0])
        fill_rects(painter, rects[~is_first], colours[1])
        return
    widths = rects[:, 2] - rects[:, 0] + 1
    tops, ends = rects[:, 1].clip(0, height), rects[:, 3].clip(-1, height - 1)
    top, bottom = int(tops.min()), int(ends.max())
    left, width = int(rects[0, 0]), int(rects[-1, 2]) - int(rects[0, 0]) + 1
    if bottom < top or width <= 0:
        return
    starts = rects[:, 0] - left
    at = np.repeat(starts, widths) + np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
    row = np.arange(bottom - top + 1, dtype=np.int16)[:, None]
    upper, lower, colour = np.full(width, 1, np.int16), np.zeros(width, np.int16), np.zeros(width, np.uint32)
    upper[at], lower[at] = np.repeat(tops - top, widths), np.repeat(ends - top, widths)
    first, second = map(_translucent_pixel, colours)
    colour[at] = np.repeat(np.where(is_first, first, second), widths)
    pixels = ((row >= upper) & (row <= lower)) * colour
    image = QImage(pixels.data, width, len(row), 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(left, top, image)


@lru_cache(maxsize=64)
def _translucent_pixel(name: str) -> np.uint32:
    """Return what Qt blends a translucent colour as: its red, green and blue times its opacity."""
    image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(colour_of(name))
    pixel: np.uint32 = np.frombuffer(image.constBits(), np.uint32)[0]
    return pixel


def polygon_of(points: FloatArray) -> QPolygonF:
    """Return points of shape ``(n, 2)`` as a polygon."""
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
