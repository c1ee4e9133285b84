"""The crosshair with its labels on the axes. It repaints its own few pixels, never the bars."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect

from candledesk.domain.interval import DAY_S
from candledesk.domain.prices.oddity import odd_text
from candledesk.ui.chart.core.options import Magnet
from candledesk.ui.chart.core.scales import PriceRange, PriceScale, format_volume
from candledesk.ui.chart.core.time_ticks import build_calendar, format_open_time
from candledesk.ui.chart.paint.pixels import draw_dashed, fill, logical_rect
from candledesk.ui.chart.paint.price_axis import TAG_H, axis_pen, paint_tag
from candledesk.ui.chart.paint.text_painter import Align, Pen, draw_figures, figures_width, shortened

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.domain.interval import Interval
    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.theme.themes import Theme

_TIME_TAG_PAD = 8.0  # logical pixels on either side of the widest words
_NEAR_PX = 24_000  # logical pixels that are sooner painted in vain than by another paint


@dataclass(frozen=True, slots=True)
class CrosshairPoint:
    """Where the crosshair is: the bar it snaps to, its device pixels, and why that bar is flagged (or nothing)."""

    row: int
    x: int
    y: int
    price_text: str
    flag_text: str = ""


def snap_crosshair(frame: Frame, series: Series, x: float, y: float, magnet: Magnet) -> CrosshairPoint | None:
    """Snap logical pixels to a bar's centre and, as the magnet says, to one of its prices while that is on screen."""
    row = frame.placed.bar_at(x)
    panes, device_y = frame.panes, round(y * frame.dpr)
    if row is None or not (0 <= x * frame.dpr < panes.plot_w and 0 <= device_y < panes.time_top):
        return None
    centre = int(np.rint(frame.row_x(row)))
    flag_text = odd_text(series.flags.get(int(series.bars.open_time[row]), 0)) if series.flags else ""
    if device_y >= panes.volume_top:
        scale = PriceScale(PriceRange(0.0, max(frame.volume_peak, 1.0)), panes.volume_top, panes.volume_bottom)
        return CrosshairPoint(row, centre, device_y, format_volume(scale.price_at(device_y)), flag_text)
    price = _snap(frame, series, row, device_y, magnet)
    if price is None:
        price = frame.price.price_at(device_y)
    else:
        device_y = round(float(frame.price.y_of(price)))
    return CrosshairPoint(row, centre, device_y, frame.price.label(price, series.decimals), flag_text)


def _snap(frame: Frame, series: Series, row: int, device_y: int, magnet: Magnet) -> float | None:
    """Return the bar's price that the magnet takes, or ``None`` for the price under the cursor."""
    bars, panes = series.bars, frame.panes
    if magnet is Magnet.FREE:
        return None
    columns = (bars.close,) if magnet is Magnet.CLOSE else (series.drawn.open, bars.high, bars.low, bars.close)
    ends = [(float(frame.price.y_of(price)), price) for price in (float(column[row]) for column in columns)]
    y, price = min(ends, key=lambda end: abs(end[0] - device_y))
    return price if panes.price_top <= y < panes.price_bottom else None


class Crosshair:
    """Two dashed lines and their labels on the axes, in the overlay of a chart."""

    def __init__(self) -> None:
        """Start hidden."""
        self._shown: tuple[CrosshairPoint, Frame, Series, Theme] | None = None
        self._parts: list[QRect] = []

    @property
    def point(self) -> CrosshairPoint | None:
        """Where it is; ``None`` while hidden."""
        return None if self._shown is None else self._shown[0]

    def show_at(self, point: CrosshairPoint | None, frame: Frame, series: Series, theme: Theme) -> list[QRect]:
        """Move to ``point`` (``None`` hides); return what to repaint, in logical pixels."""
        previous = self._shown
        self._shown = None if point is None else (point, frame, series, theme)
        if (
            previous is not None
            and self._shown is not None
            and previous[1:] == self._shown[1:]
            and previous[0] == point
        ):
            return []
        parts = [] if point is None else _parts(point, frame, series.interval)
        left, self._parts = self._parts, parts
        if previous is not None and previous[1] is not frame:  # all of a chart that changed is painted anew
            return []
        if not left or not self._parts:  # it appears or vanishes
            return [part for part in left or self._parts if not part.isNull()]
        is_same_bar = previous is not None and point is not None and previous[0].x == point.x
        merged: list[QRect] = []
        for old, new in zip(left, self._parts, strict=True):
            if is_same_bar and old == new:  # neither the line down nor the time moves
                continue
            both = old.united(new)
            is_near = both.width() * both.height() < _NEAR_PX + old.width() * old.height() + new.width() * new.height()
            merged += [both] if is_near else [old, new]
        return [part for part in merged if not part.isNull()]

    def draw(self, painter: QPainter, within: QRect) -> None:
        """Draw the lines and the labels that lie within a rectangle of logical pixels, on device pixels."""
        if self._shown is None:
            return
        point, frame, series, theme = self._shown
        down, across, tag, flag = (part.intersects(within) for part in self._parts)
        dash = max(2, round(4 * frame.dpr)), max(1, int(frame.dpr))
        if across:
            draw_dashed(painter, 0, point.y, frame.panes.plot_w, dash, theme.crosshair)
        if down:
            draw_dashed(painter, point.x, 0, frame.panes.time_top, dash, theme.crosshair, is_down=True)
        if across and (within.right() + 1) * frame.dpr > frame.panes.plot_w:
            paint_tag(painter, frame, point.y, point.price_text, (theme.tag, theme.tag_text))
        if tag:
            left, top, width, height = _time_tag(frame, point, series.interval)
            fill(painter, left, top, width, height, theme.tag)
            words = format_open_time(series.calendar, point.row, is_monthly=series.interval.is_monthly)
            pen = axis_pen(frame, theme.tag_text)
            draw_figures(painter, left + width // 2, top + height // 2, words, pen, Align.AlignHCenter)
        if flag:
            (left, top, width, height), words = _flag_tag(frame, point)
            fill(painter, left, top, width, height, theme.panel)
            middle = left + width // 2, top + height // 2
            draw_figures(painter, *middle, words, axis_pen(frame, theme.text_muted), Align.AlignHCenter)


@lru_cache(maxsize=16)
def _widest_time(pen: Pen, *, is_daily: bool, is_monthly: bool) -> int:
    """Return how wide the widest time is, of every weekday in every month: one width for all, so that nothing jumps."""
    days = np.arange(366, dtype=np.int64) * DAY_S
    calendar = build_calendar(days, "UTC", is_daily=is_daily)
    times = (format_open_time(calendar, row, is_monthly=is_monthly) for row in range(len(days)))
    return max(figures_width(time, pen) for time in times)


def _time_tag(frame: Frame, point: CrosshairPoint, interval: Interval) -> tuple[int, int, int, int]:
    panes = frame.panes
    words_w = _widest_time(axis_pen(frame, ""), is_daily=interval.is_daily, is_monthly=interval.is_monthly)
    width = words_w + 2 * round(_TIME_TAG_PAD * frame.dpr)
    left = min(max(point.x - width // 2, 0), max(0, panes.plot_w - width))
    return left, panes.time_top, width, panes.height - panes.time_top


def _flag_tag(frame: Frame, point: CrosshairPoint) -> tuple[tuple[int, int, int, int], str]:
    """Return the box of the words that say why the bar is flagged, above the time's, and what of them fits."""
    panes, pen, pad = frame.panes, axis_pen(frame, ""), round(_TIME_TAG_PAD * frame.dpr)
    room = panes.plot_w - 2 * pad
    words = point.flag_text if figures_width(point.flag_text, pen) <= room else shortened(point.flag_text, pen, room)
    width, height = figures_width(words, pen) + 2 * pad, round(TAG_H * frame.dpr)
    left = min(max(point.x - width // 2, 0), max(0, panes.plot_w - width))
    return (left, panes.time_top - height, width, height), words


def _parts(point: CrosshairPoint, frame: Frame, interval: Interval) -> list[QRect]:
    """Return the line down, the line across with its label, and the labels of time and flags, in logical pixels.

    Each is painted by itself: a paint through a clip of many parts is ten times as slow.
    """
    panes, line, half = frame.panes, max(1, int(frame.dpr)), round(TAG_H * frame.dpr) // 2 + 1
    boxes = (
        (point.x, 0, line, panes.time_top),
        (0, point.y - half, panes.width, 2 * half + 1),
        _time_tag(frame, point, interval),
    )
    flag = logical_rect(_flag_tag(frame, point)[0], frame.dpr) if point.flag_text else QRect()
    return [*(logical_rect(box, frame.dpr) for box in boxes), flag]
