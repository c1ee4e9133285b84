"""The countdown to the close of the forming bar, under the last price's tag; each second repaints it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect

from candledesk.ui.chart.paint.pixels import fill, logical_rect
from candledesk.ui.chart.paint.price_axis import axis_pen, axis_x, countdown_rect, last_colour
from candledesk.ui.chart.paint.text_painter import draw_figures

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from candledesk.ui.chart.core.frame import Frame
    from candledesk.ui.chart.core.scene import Series
    from candledesk.ui.theme.themes import Theme

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def countdown_text(seconds: int) -> str:
    """Return ``04:59``, ``1:04:59`` or ``2d 03h``."""
    if seconds >= _DAY_S:
        return f"{seconds // _DAY_S}d {seconds % _DAY_S // _HOUR_S:02}h"
    minutes, rest = f"{seconds % _HOUR_S // _MINUTE_S:02}", f"{seconds % _MINUTE_S:02}"
    return f"{seconds // _HOUR_S}:{minutes}:{rest}" if seconds >= _HOUR_S else f"{minutes}:{rest}"


class Countdown:
    """A few figures in the overlay of a chart; hidden while there is nothing to count."""

    def __init__(self) -> None:
        """Start hidden."""
        self.text = ""
        self._rect = QRect()
        self._shown: tuple[Frame, Series, Theme] | None = None

    def show_text(self, text: str, frame: Frame, series: Series, theme: Theme) -> list[QRect]:
        """Show ``text`` under the tag of the last price, nothing when it is empty or the tag is off screen.

        Return what to repaint, in logical pixels.
        """
        place = countdown_rect(frame, series) if text else None
        rect = QRect() if place is None else logical_rect(place, frame.dpr)
        shown = frame, series, theme
        is_same = (rect, text) == (self._rect, self.text) and shown == self._shown
        dirty = [] if is_same else [self._rect, rect] if rect != self._rect else [rect]
        self.text, self._rect, self._shown = text, rect, shown
        return [part for part in dirty if not part.isEmpty()]

    def draw(self, painter: QPainter, within: QRect) -> None:
        """Write the figures in the colour of the tag, on device pixels, unless they lie outside ``within``."""
        if self._shown is None or not self.text or not self._rect.intersects(within):
            return
        frame, series, theme = self._shown
        place = countdown_rect(frame, series)
        if place is None:
            return
        left, top, width, height = place
        fill(painter, left, top, width, height, last_colour(series, theme))
        middle = top + height // 2 - max(1, round(frame.dpr))
        draw_figures(painter, axis_x(frame), middle, self.text, axis_pen(frame, theme.accent_text))
