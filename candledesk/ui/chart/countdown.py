"""The countdown to the close of the forming bar, under the last price's tag; each second repaints it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QRectF

from candledesk.ui.chart.pixels import device_pixels, draw_figures, fill
from candledesk.ui.chart.price_axis import axis_pen, axis_x, countdown_rect, last_colour

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from candledesk.ui.chart.frame import Frame
    from candledesk.ui.chart.scene import Series
    from candledesk.ui.theme import Theme

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def countdown_text(seconds: int) -> str:
    """Return ``04:59``, ``1:04:59`` or ``2d 03h``."""
    if seconds >= _DAY_S:
        return f"{seconds // _DAY_S}d {seconds % _DAY_S // _HOUR_S:02}h"
    minutes, rest = f"{seconds % _HOUR_S // _MINUTE_S:02}", f"{seconds % _MINUTE_S:02}"
    return f"{seconds // _HOUR_S}:{minutes}:{rest}" if seconds >= _HOUR_S else f"{minutes}:{rest}"


class CountdownItem(pg.GraphicsObject):  # type: ignore[misc]
    """A few figures; hidden while there is nothing to count."""

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__()
        self.text = ""
        self._rect = QRectF()
        self._shown: tuple[Frame, Series, Theme] | None = None
        self.setZValue(3)

    def show_text(self, text: str, frame: Frame, series: Series, theme: Theme) -> None:
        """Show ``text`` under the tag of the last price; nothing when it is empty or the tag is off screen."""
        place = countdown_rect(frame, series) if text else None
        rect = QRectF()
        if place is not None:
            left, top, width, height = (side / frame.dpr for side in place)
            rect = QRectF(left, top, width, height)
        if rect != self._rect:
            self._touch()
            self.prepareGeometryChange()
        is_same = (rect, text) == (self._rect, self.text) and self._shown == (frame, series, theme)
        self.text, self._rect, self._shown = text, rect, (frame, series, theme)
        if not is_same:
            self._touch()

    def _touch(self) -> None:
        scene = self.scene()
        if scene is not None and not self._rect.isEmpty():
            scene.update(self._rect)

    def boundingRect(self) -> QRectF:
        """Return its few pixels."""
        return self._rect

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Write the figures in the colour of the tag."""
        if self._shown is None or not self.text:
            return
        frame, series, theme = self._shown
        place = countdown_rect(frame, series)
        if place is None:
            return
        left, top, width, height = place
        with device_pixels(painter):
            fill(painter, left, top, width, height, last_colour(series, theme))
            middle = top + height // 2 - max(1, round(frame.dpr))
            draw_figures(painter, axis_x(frame), middle, self.text, axis_pen(frame, theme.accent_text))
