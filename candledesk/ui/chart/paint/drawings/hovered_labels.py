"""The labels of the drawing under the pointer that are hidden else; they lie in the overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from candledesk.ui.chart.paint.drawings.painter import paint_figure
from candledesk.ui.chart.paint.drawings.recording import rect_of_text
from candledesk.ui.chart.paint.layer import Cover, Layer

if TYPE_CHECKING:
    from candledesk.ui.chart.paint.layer import Picture


def _cover(picture: Picture) -> tuple[Cover, ...]:
    """Return one cover of all labels, those of one drawing."""
    box = QRect()
    for label in picture.labels:
        box = box.united(rect_of_text(label, picture.frame.dpr))
    return (Cover(box, picture.labels),) if picture.labels else ()


def _paint(painter: QPainter, picture: Picture) -> None:
    if picture.labels:
        frame = picture.frame
        painter.save()
        painter.setClipRect(0, 0, frame.panes.plot_w, frame.panes.time_top)
        painter.scale(frame.dpr, frame.dpr)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label in picture.labels:
            paint_figure(painter, label)
        painter.restore()


HOVERED_LABELS = Layer("hovered_labels", 149, _paint, cover=_cover)
