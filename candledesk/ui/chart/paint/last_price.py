"""The last price: a dotted line, its tag on the axis, and the room of the countdown below that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from candledesk.ui.chart.core.panes import PRICE
from candledesk.ui.chart.paint.axis_text import TAG_H, paint_tag
from candledesk.ui.chart.paint.layer import Layer
from candledesk.ui.chart.paint.pixels import draw_dashed

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import ChartScene, Series
    from candledesk.ui.chart.paint.layer import Picture
    from candledesk.ui.theme.themes import Theme

_TAG_CLEAR = 17.0  # from a tag's middle to the nearest label's: half of each
_COUNTDOWN_H = 17.0


def last_price_y(frame: Frame, series: Series) -> int | None:
    """Return the device pixel of the last price; ``None`` when it is not shown."""
    if not series.at_latest or not len(series.bars):
        return None
    y, box = round(float(frame.price.y_of(float(series.bars.close[-1])))), frame.panes.box(PRICE)
    return y if box.top <= y < box.bottom else None


def tag_room(frame: Frame, scene: ChartScene) -> tuple[float, float]:
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
    half, height = round(TAG_H * frame.dpr) // 2, round(_COUNTDOWN_H * frame.dpr)
    top = y - half + round(TAG_H * frame.dpr)
    if top + height > panes.box(PRICE).bottom:
        top = y - half - height
    return panes.plot_w, top, panes.width - panes.plot_w, height


def last_colour(series: Series, theme: Theme) -> str:
    """Return the colour of the last bar."""
    return theme.up if series.drawn.close[-1] >= series.drawn.open[-1] else theme.down


def _paint_last_price(painter: QPainter, picture: Picture) -> None:
    """Draw a dotted line at the last price and its tag on the axis."""
    frame, series, theme = picture.frame, picture.series, picture.theme
    y = last_price_y(frame, series)
    if y is None or not picture.has_bars:
        return
    colour = last_colour(series, theme)
    dot, line = max(1, round(2 * frame.dpr)), max(1, int(frame.dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    if picture.scene.options.has_last_price:
        draw_dashed(painter, 0, y, frame.panes.plot_w, (dot, line), colour)
    paint_tag(painter, frame, y, frame.price.label(float(series.bars.close[-1])), (colour, theme.accent_text))


LAST_PRICE = Layer("last_price", 70, _paint_last_price, PRICE)
