"""The handles by which drawings are taken; those of the drawing under the pointer lie in the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPen

from candledesk.ui.chart.paint.layer import Cover, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from candledesk.drawings.figures import Point
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

RADIUS = 4.5  # WORKBENCH.md §2.3
_LINE = 1.5
_REACH = 8  # pixels from its middle that a handle and its smooth edge may cover
_MOST = 8  # handles of one drawing: those of a rectangle


def paint_handles(painter: QPainter, handles: Iterable[Point], theme: Theme) -> None:
    """Paint handles with a painter of logical pixels."""
    painter.setPen(QPen(QColor(theme.accent), _LINE))
    painter.setBrush(QColor(theme.background))
    for x, y in handles:
        painter.drawEllipse(QPointF(x, y), RADIUS, RADIUS)


def _shown(picture: Picture) -> tuple[Point, ...]:
    width, height = picture.frame.panes.plot_w / picture.frame.dpr, picture.frame.panes.time_top / picture.frame.dpr
    return tuple(one for one in picture.handles if 0 <= one.x <= width and 0 <= one.y <= height)[:_MOST]


def _cover(picture: Picture) -> tuple[Cover, ...]:
    """Return as many covers for every drawing, so that they can be compared one by one."""
    handles = _shown(picture)
    if not handles:
        return ()
    rects = [QRect(round(x) - _REACH, round(y) - _REACH, 2 * _REACH + 1, 2 * _REACH + 1) for x, y in handles]
    covers = [Cover(rect, handle) for rect, handle in zip(rects, handles, strict=True)]
    return (*covers, *[Cover(QRect(), None)] * (_MOST - len(covers)))


def _paint(painter: QPainter, picture: Picture) -> None:
    handles = _shown(picture)
    if handles:
        painter.save()
        painter.setClipRect(0, 0, picture.frame.panes.plot_w, picture.frame.panes.time_top)
        painter.scale(picture.frame.dpr, picture.frame.dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_handles(painter, handles, picture.theme)
        painter.restore()


HOVERED_HANDLES = Layer("hovered_handles", 150, _paint, cover=_cover)
