"""The crosshair with its labels on the axes: a layer that repaints its own few pixels, never the bars."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect

from candledesk.domain.interval import DAY_S
from candledesk.ui.chart.core.time_ticks import build_calendar, format_open_time, format_slot
from candledesk.ui.chart.paint.axis_text import TAG_H, axis_pen, paint_tag
from candledesk.ui.chart.paint.layer import Cover, Layer
from candledesk.ui.chart.paint.pixels import draw_dashed, fill, logical_rect
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_figures, figures_width, shortened

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.crosshair import CrosshairPoint
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.paint.layer import Picture

_TIME_TAG_PAD = 8.0  # logical pixels on either side of the widest text


def _cover(picture: Picture) -> tuple[Cover, ...]:
    """Return the line down, the line across with its label, and the labels of time and flags."""
    point = picture.point
    if point is None:
        return ()
    down, across, _, time, flag = _rects(picture, point)
    return (
        Cover(down, point.x),
        Cover(across, (point.y, point.value_text, point.has_line)),
        Cover(time, point.slot),
        Cover(flag, point.flag_text),
    )


@lru_cache(maxsize=2)
def _rects(picture: Picture, point: CrosshairPoint) -> tuple[QRect, QRect, QRect, QRect, QRect]:
    """Return the logical pixels of the lines down and across, and of the tags of value, time and flag.

    The line across holds the tag of the value; without a flag its tag is null.
    """
    frame, interval = picture.frame, picture.series.interval
    panes, line, half = frame.panes, max(1, int(frame.dpr)), round(TAG_H * frame.dpr) // 2 + 1
    down = logical_rect((point.x, 0, line, panes.time_top), frame.dpr)
    across = logical_rect((0, point.y - half, panes.width, 2 * half + 1), frame.dpr)
    value = logical_rect((panes.plot_w, point.y - half, panes.width - panes.plot_w, 2 * half + 1), frame.dpr)
    flag = logical_rect(_flag_tag(frame, point)[0], frame.dpr) if point.flag_text else QRect()
    across = across if point.has_line else value
    return down, across, value, logical_rect(_time_tag(frame, point, interval), frame.dpr), flag


def _paint(painter: QPainter, picture: Picture) -> None:
    """Draw the lines and the labels that are to be painted."""
    point, frame, theme, series = picture.point, picture.frame, picture.theme, picture.series
    if point is None:
        return
    down, across, value, time, flag = picture.are_within(_rects(picture, point))
    dash = max(2, round(4 * frame.dpr)), max(1, int(frame.dpr))
    if across and point.has_line:
        draw_dashed(painter, 0, point.y, frame.panes.plot_w, dash, theme.crosshair)
    if down:
        draw_dashed(painter, point.x, 0, frame.panes.time_top, dash, theme.crosshair, is_down=True)
    if value and point.value_text:
        paint_tag(painter, frame, point.y, point.value_text, (theme.tag, theme.tag_text))
    if time:
        left, top, width, height = _time_tag(frame, point, series.interval)
        fill(painter, left, top, width, height, theme.tag)
        text = format_slot(series.calendar, series.axis, point.slot, is_monthly=series.interval.is_monthly)
        pen = axis_pen(frame, theme.tag_text)
        draw_figures(painter, left + width // 2, top + height // 2, text, pen, Align.AlignHCenter)
    if flag:
        (left, top, width, height), text = _flag_tag(frame, point)
        fill(painter, left, top, width, height, theme.panel)
        middle = left + width // 2, top + height // 2
        draw_figures(painter, *middle, text, axis_pen(frame, theme.text_muted), Align.AlignHCenter)


@lru_cache(maxsize=16)
def _widest_time(pen: Pen, *, is_daily: bool, is_monthly: bool) -> int:
    """Return how wide the widest time is, of every weekday in every month: one width for all, so that nothing jumps."""
    days = np.arange(366, dtype=np.int64) * DAY_S
    calendar = build_calendar(days, "UTC", is_daily=is_daily)
    times = (format_open_time(calendar, row, is_monthly=is_monthly) for row in range(len(days)))
    return max(figures_width(time, pen) for time in times)


def _time_tag(frame: Frame, point: CrosshairPoint, interval: Interval) -> tuple[int, int, int, int]:
    panes = frame.panes
    text_w = _widest_time(axis_pen(frame, ""), is_daily=interval.is_daily, is_monthly=interval.is_monthly)
    width = text_w + 2 * round(_TIME_TAG_PAD * frame.dpr)
    left = min(max(point.x - width // 2, 0), max(0, panes.plot_w - width))
    return left, panes.time_top, width, panes.height - panes.time_top


def _flag_tag(frame: Frame, point: CrosshairPoint) -> tuple[tuple[int, int, int, int], str]:
    """Return the box of the text that says why the bar is flagged, above the time's, and what of it fits."""
    panes, pen, pad = frame.panes, axis_pen(frame, ""), round(_TIME_TAG_PAD * frame.dpr)
    room = panes.plot_w - 2 * pad
    text = point.flag_text if figures_width(point.flag_text, pen) <= room else shortened(point.flag_text, pen, room)
    width, height = figures_width(text, pen) + 2 * pad, round(TAG_H * frame.dpr)
    left = min(max(point.x - width // 2, 0), max(0, panes.plot_w - width))
    return (left, panes.time_top - height, width, height), text


CROSSHAIR = Layer("crosshair", 220, _paint, cover=_cover)
