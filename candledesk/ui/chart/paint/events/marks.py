"""The marks of dividends, splits and capital gains: small rounded boxes with a letter above the time axis."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from candledesk.cache.bar_messages import EventKind
from candledesk.ui.chart.core.events.event_marks import mark_at
from candledesk.ui.chart.core.panes import Hit, Zone
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import colour_of, is_raster
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_line

if TYPE_CHECKING:
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

_FONT_PX = 10.0
_RADIUS = 4.0


def mark_colour(kind: EventKind | None, theme: Theme) -> str:
    """Return the colour of a mark; ``None``: it stands for events of several kinds."""
    if kind is None:
        return theme.text_muted
    return {EventKind.DIVIDEND: theme.accent, EventKind.SPLIT: theme.warning, EventKind.CAPITAL_GAIN: theme.odd}[kind]


def draw_mark(
    painter: QPainter, box: tuple[int, int, int, int], text: str, colours: tuple[str, str], dpr: float
) -> None:
    """Draw a mark into ``box`` (left, top, width, height in device pixels); ``colours``: of letter and ground."""
    left, top, width, height = box
    colour, ground = colours
    line = max(1, int(dpr))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour_of(colour), line))
    painter.setBrush(colour_of(ground))
    half = line / 2
    painter.drawRoundedRect(QRectF(left + half, top + half, width - line, height - line), _RADIUS * dpr, _RADIUS * dpr)
    pen = Pen(round(_FONT_PX * dpr), colour, is_bold=True)
    draw_line(painter, left + (width + 1) // 2, top + height // 2, text, pen, Align.AlignHCenter)
    painter.restore()


@lru_cache(maxsize=128)
def mark_pixmap(size: tuple[int, int], text: str, colours: tuple[str, str], dpr: float) -> QPixmap:
    """Return a mark as a picture: copying it costs less than drawing rounded corners in every frame."""
    pixmap = QPixmap(*size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_mark(painter, (0, 0, *size), text, colours, dpr)
    painter.end()
    return pixmap


def _paint(painter: QPainter, picture: Picture) -> None:
    frame, theme = picture.frame, picture.theme
    if not frame.event_marks:
        return
    panes, is_on_screen = frame.panes, is_raster(painter)
    painter.save()
    painter.setClipRect(0, 0, panes.plot_w, panes.time_top)
    for mark in frame.event_marks:
        colours = mark_colour(mark.kind, theme), theme.background
        left, top, width, height = mark.box
        if is_on_screen:
            painter.drawPixmap(left, top, mark_pixmap((width, height), mark.text, colours, frame.dpr))
        else:
            draw_mark(painter, mark.box, mark.text, colours, frame.dpr)
    painter.restore()


def _hit(frame: Frame, x: float, y: float) -> Hit | None:
    is_mark = x < frame.panes.plot_w and mark_at(frame.event_marks, x, y) is not None
    return Hit(Zone.EVENT, frame.panes.boxes[-1].pane.id) if is_mark else None


EVENT_MARKS = Layer("event_marks", 95, _paint, hit=_hit)
