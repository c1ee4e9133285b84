"""The price axis: labels, and the last price with its line and tag."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from candledesk.ui.chart.core.scales import PriceRange, PriceScale, format_volume
from candledesk.ui.chart.paint.pixels import draw_dashed, fill
from candledesk.ui.chart.paint.text_painter import Pen, draw_figures, draw_lines
from candledesk.ui.theme.themes import FONT_PX, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene, Series

_VOLUME_GAP = 30.0
_TAG_CLEAR = 17.0  # from a tag's middle to the nearest label's: half of each
TAG_H = 20.0  # logical pixels
COUNTDOWN_H = 17.0


@lru_cache(maxsize=8)
def price_levels(scale: PriceScale, min_gap: float, decimals: int) -> tuple[tuple[float, str], ...]:
    """Return the pixel and the label of the scale's round prices; while panning many a frame has the former's."""
    prices = scale.ticks(min_gap, decimals)
    return tuple((float(scale.y_of(price)), scale.label(price, decimals)) for price in prices)


@lru_cache(maxsize=4)
def volume_levels(peak: float, top: int, bottom: int, min_gap: float) -> tuple[tuple[float, str], ...]:
    """Return the pixel and the label of round volumes up to ``peak`` in the pane ``[top, bottom)``."""
    scale = PriceScale(PriceRange(0.0, peak), top, bottom)
    return tuple((scale.y_of(volume), format_volume(volume, is_short=True)) for volume in scale.ticks(min_gap, 0))


def axis_pen(frame: Frame, colour: str, *, is_bold: bool = False) -> Pen:
    """Return the pen of axis labels and of the legend."""
    return Pen(round(FONT_PX * frame.dpr), colour, is_bold)


def axis_x(frame: Frame) -> int:
    """Return where the words of the price axis begin, in device pixels."""
    return frame.panes.plot_w + round(8 * frame.dpr)


def paint_price_labels(
    painter: QPainter, frame: Frame, levels: tuple[tuple[float, str], ...], scene: ChartScene, theme: Theme
) -> None:
    """Write the prices, and the volumes of their pane; what the last price's tag would half cover is left out."""
    panes, half, x = frame.panes, 9 * frame.dpr, axis_x(frame)
    top, bottom = panes.price_top + half, panes.price_bottom - half
    covered_from, covered_to = _tag_room(frame, scene)
    lines = [(x, round(y), text) for y, text in levels if top <= y <= bottom and not covered_from < y < covered_to]
    if panes.has_volume and frame.volume_peak > 0:
        edges = panes.volume_top, panes.volume_bottom
        volumes = volume_levels(frame.volume_peak, *edges, _VOLUME_GAP * frame.dpr)
        lines += [(x, round(y), text) for y, text in volumes if edges[0] + half <= y <= edges[1] - half]
    draw_lines(painter, lines, axis_pen(frame, theme.text_muted))


def last_price_y(frame: Frame, series: Series) -> int | None:
    """Return the device pixel of the last price; ``None`` when it is not shown."""
    if not series.at_latest or not len(series.bars):
        return None
    y = round(float(frame.price.y_of(float(series.bars.close[-1]))))
    return y if frame.panes.price_top <= y < frame.panes.price_bottom else None


def _tag_room(frame: Frame, scene: ChartScene) -> tuple[float, float]:
    """Return between which device pixels no label has room beside the last price's tag and countdown."""
    y, apart = last_price_y(frame, scene.series), _TAG_CLEAR * frame.dpr
    if y is None:
        return (0.0, 0.0)
    place = countdown_rect(frame, scene.series) if scene.is_counting else None
    if place is None:
        return (y - apart, y + apart)
    half = _TAG_CLEAR * frame.dpr - round(TAG_H * frame.dpr) // 2
    return (min(y - apart, place[1] - half), max(y + apart, place[1] + place[3] + half))


def countdown_rect(frame: Frame, series: Series) -> tuple[int, int, int, int] | None:
    """Return left, top, width and height of the countdown in device pixels: under the tag, above it at the bottom."""
    y, panes = last_price_y(frame, series), frame.panes
    if y is None:
        return None
    half, height = round(TAG_H * frame.dpr) // 2, round(COUNTDOWN_H * frame.dpr)
    top = y - half + round(TAG_H * frame.dpr)
    if top + height > panes.price_bottom:
        top = y - half - height
    return panes.plot_w, top, panes.width - panes.plot_w, height


def last_colour(series: Series, theme: Theme) -> str:
    """Return the colour of the last bar."""
    return theme.up if series.drawn.close[-1] >= series.drawn.open[-1] else theme.down


def paint_last_price(painter: QPainter, frame: Frame, scene: ChartScene, theme: Theme) -> None:
    """Draw a dotted line at the last price and its tag on the axis."""
    series = scene.series
    bars, panes, y = series.bars, frame.panes, last_price_y(frame, series)
    if y is None:
        return
    colour = last_colour(series, theme)
    dot, line = max(1, round(2 * frame.dpr)), max(1, int(frame.dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    if scene.options.has_last_price:
        draw_dashed(painter, 0, y, panes.plot_w, (dot, line), colour)
    paint_tag(painter, frame, y, frame.price.label(float(bars.close[-1]), series.decimals), (colour, theme.accent_text))


def paint_tag(painter: QPainter, frame: Frame, y: float, text: str, colours: tuple[str, str]) -> None:
    """Write a label on the price axis in a filled box; ``colours``: box, text."""
    panes, height = frame.panes, round(TAG_H * frame.dpr)
    fill(painter, panes.plot_w, round(y) - height // 2, panes.width - panes.plot_w, height, colours[0])
    draw_figures(painter, axis_x(frame), round(y), text, axis_pen(frame, colours[1]))
