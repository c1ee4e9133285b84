"""The one paint function of a chart, for the window, a pixmap and files alike."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from candledesk.cache.messages import EdgeState
from candledesk.ui.chart.frame import Frame, TextMetrics, solve_frame
from candledesk.ui.chart.layout import RectArray, candle_rects, volume_rects
from candledesk.ui.chart.pixels import (
    Align,
    Pen,
    device_pixels,
    draw_figures,
    draw_lines,
    draw_paragraph,
    fill,
    fill_rects,
)
from candledesk.ui.chart.scales import PriceRange, PriceScale, format_price, format_volume
from candledesk.ui.chart.ticks import TimeTick, time_ticks
from candledesk.ui.chart.words import edge_title, edge_words
from candledesk.ui.theme import FONT_PX, Theme, chart_font

if TYPE_CHECKING:
    from PySide6.QtCore import QSizeF

    from candledesk.ui.chart.scene import ChartScene, Notice, Series

PRICE_GAP = 44.0  # logical pixels between price labels
TIME_GAP = 76.0
_VOLUME_GAP = 30.0
_EDGE_MIN = 110.0  # narrower empty regions stay silent
_EDGE_MAX = 260.0
_TAG_CLEAR = 17.0  # from a tag's middle to the nearest label's: half of each


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
    panes = frame.panes
    with device_pixels(painter):
        painter.setPen(Qt.PenStyle.NoPen)
        fill(painter, 0, 0, panes.width, panes.height, theme.background)
        labels = time_ticks(scene.series.calendar, frame.placed, TIME_GAP)
        if frame.hi > frame.lo:
            levels = _levels(frame.price, PRICE_GAP * frame.dpr, scene.series.decimals)
            _paint_grid(painter, frame, levels, labels, theme)
            _paint_bars(painter, frame, theme)
            _paint_price_labels(painter, frame, levels, scene.series, theme)
            _paint_last_price(painter, frame, scene.series, theme)
        _paint_edge(painter, frame, scene, theme)
        _paint_axis_lines(painter, frame, theme)
        _paint_time_labels(painter, frame, labels, theme)
        if scene.notice is not None:
            _paint_notice(painter, frame, scene.notice, theme)


def _levels(scale: PriceScale, min_gap: float, decimals: int) -> list[tuple[float, float]]:
    """Return the scale's round prices, each with its pixel."""
    prices = scale.ticks(min_gap, decimals)
    return list(zip(prices, scale.y_of(np.array(prices, np.float64)).tolist(), strict=True))


def _paint_grid(
    painter: QPainter, frame: Frame, levels: list[tuple[float, float]], labels: list[TimeTick], theme: Theme
) -> None:
    panes, line = frame.panes, max(1, int(frame.dpr))
    rows = [round(y) for _, y in levels]
    across = [(0, y, panes.plot_w - 1, y + line - 1) for y in rows if y < panes.price_bottom]
    columns = [round(frame.device_x(tick.index)) for tick in labels]
    down = [(x, 0, x + line - 1, panes.time_top - 1) for x in columns if 0 <= x < panes.plot_w]
    painter.setPen(Qt.PenStyle.NoPen)
    fill_rects(painter, np.array(across + down, np.int32).reshape(-1, 4), theme.grid)


def _paint_bars(painter: QPainter, frame: Frame, theme: Theme) -> None:
    panes, columns, x = frame.panes, frame.columns, frame.column_x()
    is_up = columns.close >= columns.open
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setClipRect(0, 0, panes.plot_w, panes.time_top)
    if panes.has_volume:
        volume = volume_rects(
            x,
            columns.volume,
            is_up=is_up,
            spacing=frame.device_spacing,
            top=panes.volume_top,
            bottom=panes.volume_bottom,
            peak=frame.volume_peak,
        )
        fill_rects(painter, volume.up, theme.up_volume)
        fill_rects(painter, volume.down, theme.down_volume)
    y_of = frame.price.y_of
    painter.setClipRect(0, panes.price_top, panes.plot_w, panes.price_bottom - panes.price_top)
    candles = candle_rects(
        x,
        y_of(columns.open),
        y_of(columns.high),
        y_of(columns.low),
        y_of(columns.close),
        is_up=is_up,
        spacing=frame.device_spacing,
        top=panes.price_top,
        bottom=panes.price_bottom,
    )
    fill_rects(painter, candles.up, theme.up)
    fill_rects(painter, candles.down, theme.down)
    painter.restore()


def axis_pen(frame: Frame, colour: str, *, is_bold: bool = False) -> Pen:
    """Return the pen of axis labels and of the legend."""
    return Pen(round(FONT_PX * frame.dpr), colour, is_bold)


def _axis_x(frame: Frame) -> int:
    return frame.panes.plot_w + round(8 * frame.dpr)


def _paint_price_labels(
    painter: QPainter, frame: Frame, levels: list[tuple[float, float]], series: Series, theme: Theme
) -> None:
    panes, half, x = frame.panes, 9 * frame.dpr, _axis_x(frame)
    top, bottom = panes.price_top + half, panes.price_bottom - half
    last_y, apart = _last_price_y(frame, series), _TAG_CLEAR * frame.dpr
    lines = [
        (x, round(y), format_price(price, series.decimals))
        for price, y in levels
        if top <= y <= bottom and (last_y is None or abs(y - last_y) >= apart)
    ]
    if panes.has_volume and frame.volume_peak > 0:
        scale = PriceScale(PriceRange(0.0, frame.volume_peak), panes.volume_top, panes.volume_bottom)
        top, bottom = panes.volume_top + half, panes.volume_bottom - half
        volumes = _levels(scale, _VOLUME_GAP * frame.dpr, 0)
        lines += [(x, round(y), format_volume(volume, is_short=True)) for volume, y in volumes if top <= y <= bottom]
    draw_lines(painter, lines, axis_pen(frame, theme.text_muted))


def _last_price_y(frame: Frame, series: Series) -> int | None:
    """Return the device pixel of the last price; ``None`` when it is not shown."""
    if not series.at_latest or not len(series.bars):
        return None
    y = round(float(frame.price.y_of(float(series.bars.close[-1]))))
    return y if frame.panes.price_top <= y < frame.panes.price_bottom else None


def _paint_last_price(painter: QPainter, frame: Frame, series: Series, theme: Theme) -> None:
    bars, panes, y = series.bars, frame.panes, _last_price_y(frame, series)
    if y is None:
        return
    colour = theme.up if bars.close[-1] >= bars.open[-1] else theme.down
    dot, line = max(1, round(2 * frame.dpr)), max(1, int(frame.dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    fill_rects(painter, dashes_across(panes.plot_w, dot, y, line), colour)
    paint_tag(painter, frame, y, format_price(float(bars.close[-1]), series.decimals), (colour, theme.accent_text))


def dashes_across(length: int, dash: int, y: int, line: int) -> RectArray:
    """Return dashes along ``y``, ``line`` thick, from 0 to ``length``, with gaps of their own length."""
    starts = np.arange(0, length, dash * 2, dtype=np.int32)
    rects = np.empty((len(starts), 4), np.int32)
    rects[:, 0], rects[:, 1], rects[:, 2], rects[:, 3] = starts, y, starts + (dash - 1), y + line - 1
    return rects


def paint_tag(painter: QPainter, frame: Frame, y: float, text: str, colours: tuple[str, str]) -> None:
    """Write a label on the price axis in a filled box; ``colours``: box, text."""
    panes, height = frame.panes, round(20 * frame.dpr)
    fill(painter, panes.plot_w, round(y) - height // 2, panes.width - panes.plot_w, height, colours[0])
    draw_figures(painter, _axis_x(frame), round(y), text, axis_pen(frame, colours[1]))


def _paint_axis_lines(painter: QPainter, frame: Frame, theme: Theme) -> None:
    panes, line = frame.panes, max(1, round(frame.dpr))
    fill(painter, panes.plot_w, 0, line, panes.height, theme.separator)
    fill(painter, 0, panes.time_top, panes.width, line, theme.separator)
    if panes.has_volume:
        fill(painter, 0, panes.price_bottom, panes.width, panes.volume_top - panes.price_bottom, theme.separator)


def _paint_time_labels(painter: QPainter, frame: Frame, labels: list[TimeTick], theme: Theme) -> None:
    panes = frame.panes
    middle = (panes.time_top + panes.height) // 2
    painter.save()
    painter.setClipRect(0, panes.time_top, panes.plot_w, panes.height - panes.time_top)
    minor, major = axis_pen(frame, theme.text_muted), axis_pen(frame, theme.text, is_bold=True)
    for is_major, pen in ((False, minor), (True, major)):
        ticks = [tick for tick in labels if tick.is_major is is_major]
        lines = [(round(frame.device_x(tick.index)), middle, tick.text) for tick in ticks]
        draw_lines(painter, lines, pen, Align.AlignHCenter)
    painter.restore()


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
        edge_title(series.edge, is_offline=scene.is_offline),
        title,
        above,
    )
    detail = QRect(left, middle + round(4 * frame.dpr), width, round(90 * frame.dpr))
    draw_paragraph(painter, detail, edge_words(series), pen, below)
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
