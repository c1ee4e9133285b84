"""The buttons of a pane in its top right corner while the mouse is in it: a grip to drag it, enlarge, close."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from candledesk.ui.chart.core.geometry.pane_head import HeadPart, HeadTarget, head_parts
from candledesk.ui.chart.core.panes import Hit, Zone, hit_axes
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import colour_of, fill
from candledesk.ui.chart.paint.studies.study_paint import backing

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.panes import PaneBox
    from candledesk.ui.chart.paint.layer import Picture

_ICON_W, _ICON_H, _EDGE = 24.0, 20.0, 4.0  # logical pixels


def _corner(frame: Frame, box: PaneBox) -> tuple[int, int, int, int]:
    """Return the left and top edge of the buttons in device pixels, and the size of one."""
    width, height, edge = (round(px * frame.dpr) for px in (_ICON_W, _ICON_H, _EDGE))
    return frame.panes.plot_w - edge - width * len(head_parts(box.pane.id)), box.top + edge, width, height


def head_target(frame: Frame, x: float, y: float) -> HeadTarget | None:
    """Return the pane under a device pixel and the part of it, ``None`` on an axis or a separator."""
    if hit_axes(frame.panes, x, y, frame.dpr) is not None:
        return None
    box = frame.panes.box_at(y)
    left, top, width, height = _corner(frame, box)
    if x < left or not top <= y < top + height:
        return HeadTarget(box.pane.id, HeadPart.PLOT)
    parts = head_parts(box.pane.id)
    at = math.floor((x - left) / width)
    return HeadTarget(box.pane.id, parts[at] if at < len(parts) else HeadPart.PLOT)


def _hit(frame: Frame, x: float, y: float) -> Hit | None:
    target = head_target(frame, x, y)
    return None if target is None or target.part is HeadPart.PLOT else Hit(Zone.PANE_HEAD, target.pane)


def _cover(picture: Picture) -> tuple[Cover, ...]:
    frame, head = picture.frame, picture.head
    covers = []
    for box in frame.panes.boxes:
        left, top, width, height = (round(px / frame.dpr) for px in _corner(frame, box))
        n = len(head_parts(box.pane.id))
        own = head if head is not None and head.pane == box.pane.id else None
        covers.append(Cover(QRect(left - 1, top - 1, width * n + 3, height + 3), own))
    return tuple(covers)


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, theme, head = picture.frame, picture.theme, picture.head
    if head is None:
        return
    box = frame.panes.box(head.pane)
    parts = head_parts(head.pane)
    if not parts or box.height < round((_ICON_H + 2 * _EDGE) * frame.dpr):
        return
    left, top, width, height = _corner(frame, box)
    fill(painter, left, top, width * len(parts), height, backing(theme))
    painter.save()
    for at, part in enumerate(parts):
        is_own = part is head.part
        if is_own:
            fill(painter, left + at * width, top, width, height, theme.hover)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour_of(theme.text if is_own else theme.text_muted), 1.3 * frame.dpr))
        centre = QPointF(left + (at + 0.5) * width, top + height / 2)
        _draw(painter, part, centre, frame.dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.restore()


def _draw(painter: QPainter, part: HeadPart, at: QPointF, dpr: float) -> None:
    if part is HeadPart.GRIP:
        painter.setBrush(painter.pen().color())
        painter.setPen(Qt.PenStyle.NoPen)
        for dx, dy in ((dx, dy) for dx in (-2.5, 2.5) for dy in (-4.5, 0.0, 4.5)):
            painter.drawEllipse(at + QPointF(dx, dy) * dpr, 1.3 * dpr, 1.3 * dpr)
        return
    half = 4.0 * dpr
    if part is HeadPart.ENLARGE:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
        return
    painter.drawLine(at + QPointF(-half, -half), at + QPointF(half, half))
    painter.drawLine(at + QPointF(-half, half), at + QPointF(half, -half))


PANE_HEAD = Layer("pane_head", 212, _paint, hit=_hit, cover=_cover)
