"""Sentences in a chart: what its price axis cannot show, what lies left of the oldest bar, why there are no bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.chart_messages import edge_text, edge_title
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.paint.axis_text import axis_pen
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import fill
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_line, draw_paragraph, figures_width, shortened
from candledesk.ui.theme.themes import FONT_PX

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.paint.layer import Picture

_EDGE_MIN = 110.0  # narrower empty regions stay without text
_EDGE_MAX = 260.0
_NOTE_LEFT, _NOTE_H, _NOTE_BELOW = 12.0, 18.0, 6.0


def _paint_notes(painter: QPainter, picture: Picture) -> None:
    """Say in the price pane's bottom left what its axis cannot show."""
    if not picture.has_bars:
        return
    frame, theme = picture.frame, picture.theme
    pen, box = axis_pen(frame, theme.text_muted), frame.panes.box(PRICE)
    left, height, pad = round(_NOTE_LEFT * frame.dpr), round(_NOTE_H * frame.dpr), round(4 * frame.dpr)
    top, room = box.bottom - round(_NOTE_BELOW * frame.dpr) - height * len(frame.notes), frame.panes.plot_w - 2 * left
    for note in frame.notes if top > box.top else ():
        text = note if figures_width(note, pen) <= room else shortened(note, pen, room)
        fill(painter, left - pad, top, figures_width(text, pen) + 2 * pad, height, theme.background)
        draw_line(painter, left, top + height // 2, text, pen)
        top += height


def _paint_edge(painter: QPainter, picture: Picture) -> None:
    """Say in the empty region left of the oldest bar what is there, and why."""
    frame, scene, theme = picture.frame, picture.scene, picture.theme
    series, panes = scene.series, frame.panes
    right = frame.device_x(-0.5)
    if not len(series.bars) or right < _EDGE_MIN * frame.dpr:
        return
    pad, room = round(10 * frame.dpr), round(min(right, panes.plot_w))
    width = min(room - 2 * pad, round(_EDGE_MAX * frame.dpr))
    left = (room - width) // 2
    middle = (panes.boxes[0].top + panes.boxes[0].bottom) // 2
    painter.save()
    painter.setClipRect(0, 0, panes.plot_w, panes.time_top)
    if series.edge is EdgeState.START:
        fill(painter, round(right), 0, max(1, int(frame.dpr)), panes.time_top, theme.border)
    title_h = round(36 * frame.dpr)
    pen, detail_pen = Pen(round((FONT_PX + 1) * frame.dpr), theme.text), axis_pen(frame, theme.text_muted)
    title = edge_title(series.edge, is_offline=scene.is_offline, pause=scene.pause)
    above, below = Align.AlignHCenter | Align.AlignBottom, Align.AlignHCenter | Align.AlignTop
    draw_paragraph(painter, QRect(left, middle - title_h, width, title_h), title, pen, above)
    detail = QRect(left, middle + round(4 * frame.dpr), width, round(90 * frame.dpr))
    draw_paragraph(painter, detail, edge_text(series, scene.pause), detail_pen, below)
    painter.restore()


def _paint_notice(painter: QPainter, picture: Picture) -> None:
    """Say in the middle of a chart why it has no bars."""
    frame, notice, theme = picture.frame, picture.scene.notice, picture.theme
    if notice is None:
        return
    panes = frame.panes
    width = min(panes.plot_w - round(32 * frame.dpr), round(460 * frame.dpr))
    left, middle = (panes.plot_w - width) // 2, panes.time_top // 2
    title_h = round(60 * frame.dpr)
    title, pen = Pen(round(19 * frame.dpr), theme.text, is_bold=True), Pen(round(13 * frame.dpr), theme.text_muted)
    above, below = Align.AlignHCenter | Align.AlignBottom, Align.AlignHCenter | Align.AlignTop
    draw_paragraph(painter, QRect(left, middle - title_h, width, title_h), notice.title, title, above)
    detail = QRect(left, middle + round(10 * frame.dpr), width, round(120 * frame.dpr))
    draw_paragraph(painter, detail, notice.detail, pen, below)


NOTES = Layer("notes", 50, _paint_notes, PRICE)
EDGE = Layer("edge", 80, _paint_edge)
NOTICE = Layer("notice", 110, _paint_notice)
