"""The one paint function of a chart, for the window, a pixmap and files alike."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.core.chart_messages import edge_text, edge_title
from candledesk.ui.chart.core.frame import Frame, TextMetrics, solve_frame
from candledesk.ui.chart.core.time_ticks import TimeTick, time_ticks, zone_label
from candledesk.ui.chart.paint.bars_painter import paint_prices, paint_volume
from candledesk.ui.chart.paint.pixels import device_pixels, draw_dashed, fill, fill_rects, fill_ruled
from candledesk.ui.chart.paint.price_axis import axis_pen, axis_x, paint_last_price, paint_price_labels, price_levels
from candledesk.ui.chart.paint.text_painter import (
    Align,
    Pen,
    draw_line,
    draw_lines,
    draw_paragraph,
    figures_width,
    shortened,
)
from candledesk.ui.theme.themes import FONT_PX, Theme, chart_font

if TYPE_CHECKING:
    from PySide6.QtCore import QSizeF

    from candledesk.ui.chart.core.scene import ChartScene, Notice, Series

PRICE_GAP = 44.0  # logical pixels between price labels
TIME_GAP = 76.0
_SESSION_GAP = 48.0  # narrower sessions have no lines between them
_EDGE_MIN = 110.0  # narrower empty regions stay silent
_EDGE_MAX = 260.0
_NOTE_LEFT, _NOTE_H, _NOTE_BELOW = 12.0, 18.0, 6.0


@lru_cache(maxsize=8)
def text_metrics(dpr: float) -> TextMetrics:
    """Measure the axis font at a scale factor; logical pixels."""
    metrics = QFontMetricsF(chart_font(FONT_PX * dpr))
    return TextMetrics(metrics.horizontalAdvance("0") / dpr, metrics.height() / dpr)


def paint_chart(painter: QPainter, size: QSizeF, scene: ChartScene, theme: Theme) -> None:
    """Paint ``scene`` on ``size`` logical pixels from the painter's origin."""
    dpr = painter.deviceTransform().m11()
    width, height = round(size.width() * dpr), round(size.height() * dpr)
    paint_frame(painter, solve_frame(scene, width, height, dpr, text_metrics(dpr)), scene, theme)


def paint_frame(painter: QPainter, frame: Frame, scene: ChartScene, theme: Theme) -> None:
    """Paint a solved frame."""
    with device_pixels(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        labels = time_ticks(scene.series.calendar, frame.placed, TIME_GAP)
        columns = _tick_columns(frame, labels)
        starts = _session_rows(frame, scene) if scene.options.has_sessions else []
        has_grid = scene.options.has_grid and frame.hi > frame.lo
        _paint_ground(painter, frame, columns if has_grid and not starts else [], theme)
        if frame.hi > frame.lo:
            levels = price_levels(frame.price, PRICE_GAP * frame.dpr, scene.series.decimals)
            if has_grid:
                _paint_levels(painter, frame, levels, theme)
            _paint_sessions(painter, frame, starts, theme)
            paint_volume(painter, frame, theme)
            paint_prices(painter, frame, scene.options.chart_type, theme)
            _paint_notes(painter, frame, theme)
            paint_price_labels(painter, frame, levels, scene, theme)
            paint_last_price(painter, frame, scene, theme)
        _paint_edge(painter, frame, scene, theme)
        _paint_axis_lines(painter, frame, theme)
        _paint_time_labels(painter, frame, list(zip(labels, columns, strict=True)), scene.series, theme)
        if scene.notice is not None:
            _paint_notice(painter, frame, scene.notice, theme)


def _paint_ground(painter: QPainter, frame: Frame, columns: list[int], theme: Theme) -> None:
    """Fill everything, with the grid's lines down the plot at ``columns``."""
    panes, line = frame.panes, max(1, int(frame.dpr))
    fill_ruled(painter, (0, 0, panes.plot_w, panes.time_top), theme.background, (columns, line, theme.grid))
    fill(painter, panes.plot_w, 0, panes.width - panes.plot_w, panes.time_top, theme.background)
    fill(painter, 0, panes.time_top, panes.width, panes.height - panes.time_top, theme.background)


def _paint_levels(painter: QPainter, frame: Frame, levels: tuple[tuple[float, str], ...], theme: Theme) -> None:
    """Draw the grid's lines across the price pane."""
    panes, line = frame.panes, max(1, int(frame.dpr))
    rows = [round(y) for y, _ in levels]
    across = [(0, row, panes.plot_w - 1, row + line - 1) for row in rows if row < panes.price_bottom]
    fill_rects(painter, np.array(across, np.int32).reshape(-1, 4), theme.grid)


def _tick_columns(frame: Frame, ticks: list[TimeTick]) -> list[int]:
    """Return the device pixels of time labels."""
    return [round(x) for x in frame.device_xs([tick.index for tick in ticks])]


def _session_rows(frame: Frame, scene: ChartScene) -> list[int]:
    """Return the rows on screen that begin a session; none when there is no room to tell sessions apart."""
    starts = frame.lo + np.flatnonzero(scene.series.calendar.is_session_start[frame.lo : frame.hi])
    return [] if len(starts) * _SESSION_GAP * frame.dpr > frame.panes.plot_w else starts.tolist()


def _paint_sessions(painter: QPainter, frame: Frame, rows: list[int], theme: Theme) -> None:
    """Draw dashed lines where a session begins; they stand for the grid's."""
    dash = max(2, round(4 * frame.dpr)), max(1, int(frame.dpr))
    for row in rows:
        x = round(frame.device_x(frame.placed.axis.start_of(row) - 0.5))
        if 0 <= x < frame.panes.plot_w:
            draw_dashed(painter, x, 0, frame.panes.time_top, dash, theme.separator, is_down=True)


def _paint_notes(painter: QPainter, frame: Frame, theme: Theme) -> None:
    """Say in the price pane's bottom left what its axis cannot show."""
    panes, pen = frame.panes, axis_pen(frame, theme.text_muted)
    left, height, pad = round(_NOTE_LEFT * frame.dpr), round(_NOTE_H * frame.dpr), round(4 * frame.dpr)
    top, room = panes.price_bottom - round(_NOTE_BELOW * frame.dpr) - height * len(frame.notes), panes.plot_w - 2 * left
    for note in frame.notes if top > panes.price_top else ():
        words = note if figures_width(note, pen) <= room else shortened(note, pen, room)
        fill(painter, left - pad, top, figures_width(words, pen) + 2 * pad, height, theme.background)
        draw_line(painter, left, top + height // 2, words, pen)
        top += height


def _paint_axis_lines(painter: QPainter, frame: Frame, theme: Theme) -> None:
    panes, line = frame.panes, max(1, round(frame.dpr))
    fill(painter, panes.plot_w, 0, line, panes.height, theme.separator)
    fill(painter, 0, panes.time_top, panes.width, line, theme.separator)
    if panes.has_volume:
        fill(painter, 0, panes.price_bottom, panes.width, panes.volume_top - panes.price_bottom, theme.separator)


def _paint_time_labels(
    painter: QPainter, frame: Frame, labels: list[tuple[TimeTick, int]], series: Series, theme: Theme
) -> None:
    panes = frame.panes
    middle = (panes.time_top + panes.height) // 2
    painter.save()
    painter.setClipRect(0, panes.time_top, panes.plot_w, panes.height - panes.time_top)
    minor, major = axis_pen(frame, theme.text_muted), axis_pen(frame, theme.text, is_bold=True)
    for is_major, pen in ((False, minor), (True, major)):
        lines = [(x, middle, tick.text) for tick, x in labels if tick.is_major is is_major]
        draw_lines(painter, lines, pen, Align.AlignHCenter)
    painter.restore()
    if frame.hi > frame.lo:
        words = zone_label(series.calendar, int(series.bars.open_time[frame.hi - 1]))
        draw_lines(painter, [(axis_x(frame), middle, words)], minor)


def _paint_edge(painter: QPainter, frame: Frame, scene: ChartScene, theme: Theme) -> None:
    """Say in the empty region left of the oldest bar what is there, and why."""
    series = scene.series
    right = frame.device_x(-0.5)
    if not len(series.bars) or right < _EDGE_MIN * frame.dpr:
        return
    panes, pad = frame.panes, round(10 * frame.dpr)
    room = round(min(right, panes.plot_w))
    width = min(room - 2 * pad, round(_EDGE_MAX * frame.dpr))
    left = (room - width) // 2
    middle = (panes.price_top + panes.price_bottom) // 2
    painter.save()
    painter.setClipRect(0, 0, panes.plot_w, panes.time_top)
    if series.edge is EdgeState.START:
        fill(painter, round(right), 0, max(1, int(frame.dpr)), panes.time_top, theme.border)
    title_h = round(36 * frame.dpr)
    title, pen = Pen(round((FONT_PX + 1) * frame.dpr), theme.text), axis_pen(frame, theme.text_muted)
    above, below = Align.AlignHCenter | Align.AlignBottom, Align.AlignHCenter | Align.AlignTop
    draw_paragraph(
        painter,
        QRect(left, middle - title_h, width, title_h),
        edge_title(series.edge, is_offline=scene.is_offline, pause=scene.pause),
        title,
        above,
    )
    detail = QRect(left, middle + round(4 * frame.dpr), width, round(90 * frame.dpr))
    draw_paragraph(painter, detail, edge_text(series, scene.pause), pen, below)
    painter.restore()


def _paint_notice(painter: QPainter, frame: Frame, notice: Notice, theme: Theme) -> None:
    panes = frame.panes
    width = min(panes.plot_w - round(32 * frame.dpr), round(460 * frame.dpr))
    left, middle = (panes.plot_w - width) // 2, panes.time_top // 2
    title_h = round(60 * frame.dpr)
    title, pen = Pen(round(19 * frame.dpr), theme.text, is_bold=True), Pen(round(13 * frame.dpr), theme.text_muted)
    above, below = Align.AlignHCenter | Align.AlignBottom, Align.AlignHCenter | Align.AlignTop
    draw_paragraph(painter, QRect(left, middle - title_h, width, title_h), notice.title, title, above)
    detail = QRect(left, middle + round(10 * frame.dpr), width, round(120 * frame.dpr))
    draw_paragraph(painter, detail, notice.detail, pen, below)
