"""The lines of compared series, dashed where a value is carried over, and the scales that some have for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from candledesk.ui.chart.core.compares.compare import Place
from candledesk.ui.chart.core.compares.texts import compare_tag
from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.core.studies.shapes import DENSE_PX, clipped, dense_rects, segments
from candledesk.ui.chart.paint.axis_text import TAG_H, levels_of
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import fill, fill_rects
from candledesk.ui.chart.paint.studies.lines import stroke
from candledesk.ui.chart.paint.studies.study_paint import clipped_to, faint, text_on
from candledesk.ui.chart.paint.text_painter import Pen, draw_figures, figures_width
from candledesk.ui.theme.themes import FONT_PX

if TYPE_CHECKING:
    from candledesk.domain.bars import FloatArray
    from candledesk.ui.chart.core.compares.columns import CompareColumns, ShownCompare
    from candledesk.ui.chart.paint.layer import Picture

_WIDTH = 1.5  # logical pixels of a line
_PAD = 6.0
_LEGEND_H = 52.0  # above which the labels on the left are left out
_ROW_H = 20.0
_BACKING = 220  # of 255


def _paint(painter: QPainter, picture: Picture) -> None:
    frame = picture.frame
    if not picture.has_bars:
        return
    for one in frame.compares:
        box = frame.panes.box(one.compare.pane)
        if one.columns is not None and box.height > 0:
            with clipped_to(painter, picture, box):
                _paint_line(painter, picture, one, one.columns)


def _y(picture: Picture, one: ShownCompare, values: FloatArray) -> FloatArray:
    frame, box = picture.frame, picture.frame.panes.box(one.compare.pane)
    scale = one.scale or frame.scales[one.compare.pane]
    return clipped(scale.y_of(values), box.top, box.bottom)


def _paint_line(painter: QPainter, picture: Picture, one: ShownCompare, columns: CompareColumns) -> None:
    frame, colour = picture.frame, one.compare.colour
    width = _WIDTH * frame.dpr
    if frame.device_spacing < DENSE_PX:
        ends = _y(picture, one, columns.least), _y(picture, one, columns.greatest), _y(picture, one, columns.last)
        rects, _ = dense_rects(columns.x, ends, max(1, round(width)))
        fill_rects(painter, rects, colour)
        return
    lines, ends_at = segments(columns.x, _y(picture, one, columns.last))
    is_dashed = columns.is_carried[ends_at]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke(painter, lines[~is_dashed], colour, width)
    stroke(painter, lines[is_dashed], colour, width, is_dashed=True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(Qt.PenStyle.NoPen)


def _paint_scales(painter: QPainter, picture: Picture) -> None:
    """Write the labels of own scales within the plot, one column for each series, and the tags of their last values."""
    frame, box = picture.frame, picture.frame.panes.box(PRICE)
    used = {Place.LEFT: 0, Place.RIGHT: 0}
    for one in frame.compares:
        if one.scale is None or box.height <= 0 or not picture.has_bars:
            continue
        levels = levels_of(one.scale, frame.dpr)
        pen = Pen(round(FONT_PX * frame.dpr), picture.theme.text_muted)
        pad, tag = round(_PAD * frame.dpr), compare_tag(one, one.scale, box) if picture.series.at_latest else None
        texts = [text for _, text in levels] + ([tag.text] if tag else [])
        width = max((figures_width(text, pen) for text in texts), default=0) + 2 * pad
        place = one.compare.place
        left = used[place] if place is Place.LEFT else frame.panes.plot_w - used[place] - width
        used[place] += width
        apart = TAG_H * frame.dpr
        clear = [level for level in levels if tag is None or abs(level[0] - tag.y) >= apart]
        _paint_labels(painter, picture, (left, width), clear, pen)
        if tag is not None:
            height, colour = round(TAG_H * frame.dpr), one.compare.colour
            fill(painter, left, round(tag.y) - height // 2, width, height, colour)
            draw_figures(painter, left + pad, round(tag.y), tag.text, Pen(pen.pixels, text_on(colour)))


def _paint_labels(
    painter: QPainter, picture: Picture, column: tuple[int, int], levels: list[tuple[float, str]], pen: Pen
) -> None:
    frame, (left, width) = picture.frame, column
    n_rows = sum(one.compare.pane == PRICE for one in frame.compares)
    n_rows += sum(one.study.pane == PRICE for one in frame.studies)
    top = (_LEGEND_H + n_rows * _ROW_H) * frame.dpr if left < frame.panes.plot_w // 2 else 0.0
    half, pad = round(TAG_H * frame.dpr) // 2, round(_PAD * frame.dpr)
    box = frame.panes.box(PRICE)
    for y, text in levels:
        if max(box.top, top) + half <= y < box.bottom - half:
            fill(painter, left, round(y) - half, width, 2 * half, faint(picture.theme.background, _BACKING))
            draw_figures(painter, left + pad, round(y), text, pen)


COMPARE_LINES = Layer("compare_lines", 44, _paint)
COMPARE_SCALES = Layer("compare_scales", 46, _paint_scales, PRICE)
