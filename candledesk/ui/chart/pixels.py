"""Painting on whole device pixels: the transform, many rectangles in one call, text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import numpy as np
import shiboken6
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def fill_rects(painter: QPainter, rects: RectArray, colour: str) -> None:
    """Fill many rectangles in one call by handing Qt the array itself; the caller has set ``NoPen``."""
    if not len(rects):
        return
    rects = np.ascontiguousarray(rects, dtype=np.int32)
    painter.setBrush(QColor(colour))
    first = cast("QRect", shiboken6.wrapInstance(rects.ctypes.data, QRect))
    painter.drawRects(first, len(rects))


def fill(painter: QPainter, left: int, top: int, width: int, height: int, colour: str) -> None:
    """Fill one rectangle."""
    painter.fillRect(left, top, width, height, QColor(colour))


def draw_text(painter: QPainter, rect: QRect, text: str, colour: str, align: Align = Align.AlignCenter) -> None:
    """Write one line or, with ``TextWordWrap`` set by the rect's height, a short paragraph."""
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextWordWrap), text)
