"""The overlay: crosshair with axis labels, and the legend. Each repaints its own few pixels, never the bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRect, QRectF, Qt

from candledesk.ui.chart.layout import dashes_across
from candledesk.ui.chart.legend import Part, Tone, title_parts, value_parts
from candledesk.ui.chart.options import Magnet
from candledesk.ui.chart.pixels import Align, Pen, device_pixels, draw_figures, draw_line, fill, fill_rects, static_text
from candledesk.ui.chart.price_axis import axis_pen, paint_tag
from candledesk.ui.chart.scales import PriceRange, PriceScale, format_volume
from candledesk.ui.chart.ticks import format_open_time
from candledesk.ui.theme import FONT_PX, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

    from candledesk.ui.chart.frame import Frame
    from candledesk.ui.chart.scene import Series

_TIME_TAG_W = 156.0
_LEGEND_LEFT = 12.0
_LEGEND_TOP = 10.0
_LEGEND_ROW = 21.0
_TITLE_PX = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """Where the crosshair is: the bar it snaps to, and its device pixels."""

    row: int
    x: int
    y: int
    price_text: str


def aim_at(frame: Frame, series: Series, x: float, y: float, magnet: Magnet) -> Aim | None:
    """Snap logical pixels to a bar's centre and, as the magnet says, to one of its prices while that is on screen."""
    row = frame.placed.bar_at(x)
    panes, device_y = frame.panes, round(y * frame.dpr)
    if row is None or not (0 <= x * frame.dpr < panes.plot_w and 0 <= device_y < panes.time_top):
        return None
    centre = int(np.rint(frame.row_x(row)))
    if device_y >= panes.volume_top:
        scale = PriceScale(PriceRange(0.0, max(frame.volume_peak, 1.0)), panes.volume_top, panes.volume_bottom)
        return Aim(row, centre, device_y, format_volume(scale.price_at(device_y)))
    price = _snap(frame, series, row, device_y, magnet)
    if price is None:
        price = frame.price.price_at(device_y)
    else:
        device_y = round(float(frame.price.y_of(price)))
    return Aim(row, centre, device_y, frame.price.label(price, series.decimals))


def _snap(frame: Frame, series: Series, row: int, device_y: int, magnet: Magnet) -> float | None:
    """Return the bar's price that the magnet takes, or ``None`` for the price under the cursor."""
    bars, panes = series.bars, frame.panes
    if magnet is Magnet.FREE:
        return None
    columns = (bars.close,) if magnet is Magnet.CLOSE else (bars.open, bars.high, bars.low, bars.close)
    prices = np.array([float(column[row]) for column in columns])
    y = frame.price.y_of(prices)
    at = int(np.argmin(np.abs(y - device_y)))
    return float(prices[at]) if panes.price_top <= y[at] < panes.price_bottom else None


class CrosshairItem(pg.GraphicsObject):  # type: ignore[misc]
    """Two dashed lines and their labels on the axes."""

    def __init__(self) -> None:
        """Start hidden."""
        super().__init__()
        self._rect = QRectF()
        self._aim: Aim | None = None
        self._frame: Frame | None = None
        self._series: Series | None = None
        self._theme: Theme | None = None
        self.setZValue(10)

    @property
    def aim(self) -> Aim | None:
        """Where it is; ``None`` while hidden."""
        return self._aim

    def set_size(self, width: float, height: float) -> None:
        """Cover ``width`` × ``height`` logical pixels."""
        self.prepareGeometryChange()
        self._rect = QRectF(0, 0, width, height)

    def show_at(self, aim: Aim | None, frame: Frame, series: Series, theme: Theme) -> None:
        """Move to ``aim`` (``None`` hides) and repaint what it leaves and where it arrives."""
        self._touch()
        self._aim, self._frame, self._series, self._theme = aim, frame, series, theme
        self._touch()

    def boundingRect(self) -> QRectF:
        """Return the whole chart; only small parts of it are ever updated."""
        return self._rect

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Draw the lines and the labels."""
        aim, frame, series, theme = self._aim, self._frame, self._series, self._theme
        if aim is None or frame is None or series is None or theme is None or aim.row >= len(series.bars):
            return
        panes, dash = frame.panes, max(2, round(4 * frame.dpr))
        line = max(1, int(frame.dpr))
        with device_pixels(painter):
            painter.setPen(Qt.PenStyle.NoPen)
            fill_rects(painter, dashes_across(panes.plot_w, dash, aim.y, line), theme.crosshair)
            fill_rects(painter, dashes_across(panes.time_top, dash, aim.x, line)[:, [1, 0, 3, 2]], theme.crosshair)
            paint_tag(painter, frame, aim.y, aim.price_text, (theme.tag, theme.tag_text))
            rect = self._time_tag(frame, aim)
            fill(painter, rect.left(), rect.top(), rect.width(), rect.height(), theme.tag)
            words, pen = format_open_time(series.calendar, aim.row), axis_pen(frame, theme.tag_text)
            draw_figures(painter, rect.center().x(), rect.center().y(), words, pen, Align.AlignHCenter)

    @staticmethod
    def _time_tag(frame: Frame, aim: Aim) -> QRect:
        panes, width = frame.panes, round(_TIME_TAG_W * frame.dpr)
        left = min(max(aim.x - width // 2, 0), max(0, panes.plot_w - width))
        return QRect(left, panes.time_top, width, panes.height - panes.time_top)

    def _touch(self) -> None:
        """Ask for each part by itself: an item's own updates are united to one rectangle, here the whole chart."""
        aim, frame, scene = self._aim, self._frame, self.scene()
        if aim is None or frame is None or scene is None:
            return
        scale, panes = 1 / frame.dpr, frame.panes
        for left, top, right, bottom in (
            (aim.x - 2, 0, aim.x + 4, panes.time_top),
            (0, aim.y - 2, panes.plot_w, aim.y + 4),
            (panes.plot_w, aim.y - 14 * frame.dpr, panes.width, aim.y + 14 * frame.dpr),
        ):
            scene.update(QRectF(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale))
        tag = self._time_tag(frame, aim)
        scene.update(QRectF(tag.left() * scale, tag.top() * scale, tag.width() * scale, tag.height() * scale))


class LegendItem(pg.GraphicsObject):  # type: ignore[misc]
    """Two lines of text in the chart's top left: what is shown, and the values of one bar."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self._title: list[Part] = []
        self._values: list[Part] = []
        self._width = 0.0
        self._dpr = 1.0
        self._theme: Theme | None = None
        self._shown: tuple[Series, int | None, float, float, Theme] | None = None
        self.setZValue(5)

    @property
    def text(self) -> str:
        """What it says, for screen readers and tests."""
        return "  ".join(part.text for part in (*self._title, *self._values))

    def show_bar(self, series: Series, row: int | None, frame: Frame, theme: Theme) -> None:
        """Show a bar's values; ``None`` the title alone."""
        width = frame.panes.plot_w / frame.dpr
        shown = series, row, width, frame.dpr, theme
        if shown == self._shown:  # while panning
            return
        former = self._title, self._values, self._width, self._dpr, self._theme
        self._shown = shown
        if width != self._width:
            self.prepareGeometryChange()
        self._title = title_parts(series) if series.symbol else []
        has_bar = row is not None and row < len(series.bars)
        self._values = value_parts(series, row) if has_bar and row is not None else []
        self._width, self._dpr, self._theme = width, frame.dpr, theme
        if former != (self._title, self._values, self._width, self._dpr, self._theme):
            scene = self.scene()
            if scene is not None:
                scene.update(self.boundingRect())  # with the crosshair's parts, so that a move is one paint event

    def boundingRect(self) -> QRectF:
        """Return the two lines' place."""
        return QRectF(0, _LEGEND_TOP - 2, self._width, 2 * _LEGEND_ROW + 4)

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Write both lines."""
        if self._theme is None:
            return
        with device_pixels(painter):
            painter.setClipRect(0, 0, round(self._width * self._dpr), round(100 * self._dpr))
            self._paint_row(painter, self._title, _LEGEND_TOP, self._theme, 10.0)
            self._paint_row(painter, self._values, _LEGEND_TOP + _LEGEND_ROW, self._theme, 4.0)

    def _paint_row(self, painter: QPainter, parts: list[Part], top: float, theme: Theme, gap: float) -> None:
        colours = {Tone.TITLE: theme.text, Tone.MUTED: theme.text_muted, Tone.UP: theme.up, Tone.DOWN: theme.down}
        x, middle = round(_LEGEND_LEFT * self._dpr), round((top + _LEGEND_ROW / 2) * self._dpr)
        digit_w = static_text("0", round(FONT_PX * self._dpr), is_bold=False)[1]
        for part in parts:
            is_title = part.tone is Tone.TITLE
            pen = Pen(round((_TITLE_PX if is_title else FONT_PX) * self._dpr), colours[part.tone], is_title)
            wide = (draw_figures if part.n_chars else draw_line)(painter, x, middle, part.text, pen)
            after = gap if part.n_chars == 0 else 12.0
            x += max(wide, part.n_chars * digit_w) + round(after * self._dpr)
